/** A handoff notice on the real desktop: the system's notification, of normal urgency, without window and without sound. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DesktopApp, eventually } from "../support/desktop-app.ts";

interface Shown {
  readonly summary: { readonly data: string };
  readonly body: { readonly data: string };
  /** After which it goes away by itself; 0: never, as what is critical. */
  readonly timeout: { readonly data: number };
}

let app: DesktopApp;
const handoffAt = Math.ceil(Date.now() / 60_000) * 60_000 + 5 * 60_000;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-quiet-"));
  const people = [
    { id: "ana", name: "Ana" },
    { id: "ben", name: "<b>Ben</b> & sons" },
  ];
  const only = { id: "only", participants: ["ben"], start: "2026-01-05T09:00:00", handoff: "FREQ=WEEKLY" };
  const [start, end] = [handoffAt, handoffAt + 3_600_000].map((at) => new Date(at).toISOString());
  const overrides = [{ start: whole(start!), end: whole(end!), person: "ana" }];
  const team = {
    version: 1,
    team: { name: "Test", timeZone: "UTC" },
    people,
    schedules: [{ id: "primary", layers: [only], overrides }],
    policies: [{ id: "default", steps: [{ notify: [{ schedule: "primary" }], within: "5m" }] }],
    routes: [{ match: {}, policy: "default" }],
  };
  writeFileSync(join(folder, "team.yaml"), JSON.stringify(team));
  app = await DesktopApp.start({ folder, flags: ["--person", "ana", "--hidden"] });
});

afterAll(async () => app?.close());

test("is shown quietly, once, and its words are text", async () => {
  const notices = await eventually(() => {
    const found = shown().filter(({ summary }) => summary.data.startsWith("On call"));
    if (found.length === 0) throw new Error("no notification yet");
    return found;
  });
  expect(notices).toHaveLength(1);
  const [{ summary, body, timeout }] = notices as [Shown];
  const day = new Date(handoffAt).toISOString();
  expect(summary.data).toContain("On call for primary from");
  expect(summary.data).toContain(day.slice(11, 16));
  // As it was sent: escaped, so that no desktop takes a name for markup.
  expect(body.data).toBe("&lt;b&gt;Ben&lt;/b&gt; &amp; sons hands over to you. No open alerts.");
  expect(timeout.data).toBeGreaterThan(0);
  expect(await app.window("Tocsin alert"), "no alert window for it").toMatchObject({ visible: false });
});

/** Everything that was notified so far. */
function shown(): Shown[] {
  execFileSync("dunstctl", ["close-all"]);
  const history = JSON.parse(execFileSync("dunstctl", ["history"], { encoding: "utf8" })) as {
    data: [Shown[]];
  };
  return history.data[0];
}

const whole = (time: string) => time.replace(/\.\d+Z$/, "Z");
