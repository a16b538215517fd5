/** Who did something where nobody's name is known: never "its source" unless it was its source. */
import { describe, expect, test } from "vitest";
import { toAlertJson } from "#api/alert-view";
import { printAlert } from "../../src/cli/alert-text.ts";
import { statusLine } from "../../src/desktop/renderer/shared/words.ts";
import type { Answer } from "#domain/command";
import type { AlertCommand, Input } from "#domain/input";
import type { CommandOrigin } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import { alertJson } from "#wire/alert-json";
import { World } from "../support/world.ts";

const words: readonly (readonly [CommandOrigin, string])[] = [
  ["command-line", "from the command line"],
  ["api", "through the API"],
  ["console", "from the console"],
  ["window", "from the alert window"],
];

async function nameless(world: World, alertId: AlertId, command: AlertCommand, origin: CommandOrigin) {
  return submit(world, { kind: "command", alertId, by: null, origin, command });
}

async function submit(world: World, input: Input): Promise<Answer> {
  const answer = world.engine.submit(input);
  await world.time.settle();
  return answer;
}

describe.each(words)("somebody without a name, %s", (origin, said) => {
  test("acknowledges: the timeline, the command line and the pages say where it came in", async () => {
    const world = await World.start();
    const id = await world.fire();
    expect(await nameless(world, id, { kind: "acknowledge" }, origin)).toMatchObject({ ok: true });
    expect(world.timeline(id)).toContain(`Acknowledged ${said}.`);
    const json = alertJson.parse(JSON.parse(JSON.stringify(toAlertJson(world.alert(id)))));
    expect(json).toMatchObject({ acknowledgedFrom: origin });
    expect(printAlert(json)).toContain(`acknowledged ${said}`);
    expect(statusLine(json, null, 0)).toBe(`Acknowledged ${said}`);
    // Ana hears whose it is, and the same word again changes nothing.
    expect(await world.command(id, { kind: "acknowledge" })).toMatchObject({
      ok: false,
      text: `Alert ${id} is acknowledged ${said} already.`,
    });
    expect(await nameless(world, id, { kind: "acknowledge" }, origin)).toMatchObject({ effect: "ignored" });
  });

  test("snoozes, escalates and resolves", async () => {
    const world = await World.start();
    const id = await world.fire();
    await nameless(world, id, { kind: "snooze", forMs: 60_000 }, origin);
    await nameless(world, id, { kind: "escalate" }, origin);
    await nameless(world, id, { kind: "resolve" }, origin);
    const timeline = world.timeline(id);
    for (const verb of ["Snoozed", "Escalated", "Resolved"]) expect(timeline).toContain(`${verb} ${said}.`);
    expect(timeline.join()).not.toContain("its source");
  });
});

test("its source is still its source, and a nameless person is somebody else", async () => {
  const world = await World.start();
  const id = await world.fire();
  await world.report({ status: "acknowledged" });
  expect(world.timeline(id)).toContain("Acknowledged by its source.");
  const json = toAlertJson(world.alert(id));
  expect([printAlert(json).includes("acknowledged by its source"), statusLine(json, null, 0)]).toEqual([
    true,
    "Acknowledged by its source",
  ]);
  expect(await nameless(world, id, { kind: "acknowledge" }, "command-line")).toMatchObject({
    ok: false,
    text: `Alert ${id} is acknowledged by its source already.`,
  });
});

test("whoever has a name is named, wherever it came in; triggered again, nobody holds it", async () => {
  const world = await World.start();
  const id = await world.fire();
  await world.command(id, { kind: "acknowledge" }, "ben");
  expect(printAlert(toAlertJson(world.alert(id)))).toContain("acknowledged by ben");
  await world.command(id, { kind: "escalate" }, "ana");
  expect(toAlertJson(world.alert(id))).not.toHaveProperty("acknowledgedFrom");
});

test("an alert that an older version kept does not say more than is known", async () => {
  const world = await World.start();
  const id = await world.fire();
  await nameless(world, id, { kind: "acknowledge" }, "command-line");
  const { acknowledgedFrom: _, ...old } = world.alert(id);
  expect(printAlert(toAlertJson(old))).toContain("acknowledged by somebody");
  expect(statusLine(toAlertJson(old), null, 0)).toBe("Acknowledged by somebody");
  // And what a newer one says that is not understood is left aside.
  expect(alertJson.parse({ ...toAlertJson(old), acknowledgedFrom: "watch" })).not.toHaveProperty(
    "acknowledgedFrom",
    "watch",
  );
});

test("raised by hand where nobody is known: not 'by by hand'", async () => {
  const world = await World.start();
  const answer = await submit(world, {
    kind: "signal",
    freshId: "by-hand" as AlertId,
    integration: null,
    dedupKey: "key",
    status: "firing",
    content: { severity: "info", title: "t", source: "by hand", labels: {}, details: {}, links: [] },
    silentAfterMs: null,
    repetition: "report",
    by: null,
  });
  const id = (answer as { alertId: AlertId }).alertId;
  expect(world.timeline(id)[0]).toMatch(/^Raised by hand, severity \w+: policy default\.$/);
});
