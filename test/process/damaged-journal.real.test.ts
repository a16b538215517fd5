/** The engine as a process over journals that are damaged, at rest and while it runs: it goes on, and says what it lost. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, tocsin, type TocsinProcess } from "../support/tocsin-process.ts";

afterEach(endProcesses);

/** Posts `count` alerts; returns their ids. */
async function postAlerts(engine: TocsinProcess, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const answer = await engine.post(`/v2/enqueue?key=${keys.events}`, {
      routing_key: keys.events,
      event_action: "trigger",
      dedup_key: `disk-${index}`,
      payload: { summary: `Störung ${index} in the cellar`, source: "test", severity: "info" },
    });
    expect(answer.status).toBe(202);
  }
  for (const { id } of await engine.alerts()) ids.push(id);
  return ids;
}

/** Of the fact that opened the alert with this title: its highest bit makes the text one that is not UTF-8. */
function flipIn(data: string, title: string): void {
  const file = join(data, "journal.sqlite");
  const bytes = readFileSync(file);
  const at = bytes.indexOf(`"title":"${title}`);
  expect(at).toBeGreaterThan(0);
  bytes[at + 12]! ^= 0x80;
  writeFileSync(file, bytes);
}

const told = "The journal was damaged and has been repaired";

async function isTold(engine: TocsinProcess): Promise<void> {
  await eventually("the alert about the damage", async () =>
    (await engine.alerts()).some(({ title }) => title === told),
  );
}

test("a flipped bit in an alert that is opened in the console: the engine goes on, and only that fact is lost", async () => {
  const data = freshFolder();
  const team = writeTeamFile(data, teamFile());
  const before = await serve({ data, team });
  await postAlerts(before, 12);
  const ids = (await before.alerts()).map(({ id, title }) => ({ id, title }));
  await before.stop();
  // Behind the snapshot that the stop has kept: no start reads it.
  flipIn(data, "Störung 5 ");
  const verified = await tocsin(["journal", "verify", "--data", data]);
  expect(verified).toMatchObject({ code: 1, signal: null });

  const engine = await serve({ data, team });
  const damaged = ids.find(({ title }) => title.startsWith("Störung 5 "))!;
  await engine.alert(damaged.id).catch(() => {});
  await isTold(engine);
  for (const { id, title } of ids) expect(await engine.alert(id)).toMatchObject({ title });
  expect(
    (
      await engine.post(`/v2/enqueue?key=${keys.events}`, {
        routing_key: keys.events,
        event_action: "trigger",
        dedup_key: "later",
        payload: { summary: "Later", source: "test", severity: "info" },
      })
    ).status,
  ).toBe(202);
  await engine.stop();
  expect(await tocsin(["journal", "verify", "--data", data])).toMatchObject({ code: 0 });
});

test("a flipped bit that the start itself reads: it starts, and says so", async () => {
  const data = freshFolder();
  const team = writeTeamFile(data, teamFile());
  const before = await serve({ data, team });
  const ids = await postAlerts(before, 12);
  await before.crash();
  const again = await serve({ data, team });
  await again.crash();
  flipIn(data, "Störung 5 ");
  const engine = await serve({ data, team });
  await isTold(engine);
  const open = (await engine.alerts()).map(({ id }) => id);
  expect(ids.filter((id) => !open.includes(id))).toHaveLength(1);
  await engine.stop();
});

test("a write-ahead log of zeros after a kill: the start says that the end is lost, and how much of it", async () => {
  const data = freshFolder();
  const team = writeTeamFile(data, teamFile());
  const before = await serve({ data, team });
  await postAlerts(before, 12);
  await before.crash();
  const log = join(data, "journal.sqlite-wal");
  writeFileSync(log, Buffer.alloc(readFileSync(log).length));
  const engine = await serve({ data, team });
  await isTold(engine);
  const alert = (await engine.alerts()).find(({ title }) => title === told)!;
  expect(alert.details["what"]).toMatch(
    /its write-ahead log was blank.*The journal lost everything.*: at least \d\d+ facts/,
  );
  await engine.stop();
});
