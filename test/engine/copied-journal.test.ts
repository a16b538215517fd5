/** A journal that was copied, so that it writes to a new log: what it says is numbered as the journal numbers it. */
import { copyFileSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { OriginId } from "#domain/ids";
import type { TravellingFact } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { openSqliteJournal } from "#journal/sqlite";
import { VirtualTime } from "../support/virtual-time.ts";
import { World } from "../support/world.ts";

test("an alert that was resolved on another machine is resolved here, and nobody is told again", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tocsin-copied-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const time = new VirtualTime();
  const open = () => openSqliteJournal({ directory, reserveBytes: 4096 }).journal;
  const startA = (journal: ReturnType<typeof open>) =>
    World.start({ time, self: "a", position: () => 0, journal });
  const b = await World.start({
    time,
    self: "b",
    position: () => 1,
    journal: new MemoryJournal("journal-of-b" as OriginId),
  });
  let journal = open();
  let a = await startA(journal);
  const send = async (to: World, facts: readonly TravellingFact[]) => {
    const taken = to.engine.merge(facts);
    await time.settle();
    expect(await taken).toMatchObject({ ok: true, refused: null });
    await time.settle();
  };
  const exchange = async () => {
    await send(b, a.engine.factsBeyond(b.engine.vector(), 1e9));
    await send(a, b.engine.factsBeyond(a.engine.vector(), 1e9));
  };
  const old = await a.fire({ dedupKey: "old" });
  await a.command(old, { kind: "resolve" });
  await exchange();
  const stopped = a.engine.stop();
  await time.settle();
  await time.pass(3000);
  // With a snapshot.
  await stopped;
  journal.close();
  copyFileSync(join(directory, "journal.sqlite"), join(directory, "copy"));
  renameSync(join(directory, "copy"), join(directory, "journal.sqlite"));

  journal = open();
  a = await startA(journal);
  const id = await a.fire({ dedupKey: "new" });
  expect(a.alert(id).news).toEqual({ [journal.origin]: journal.factsOf(id)[0]!.place.seq });
  await exchange();
  await b.command(id, { kind: "resolve" }, "ben");
  await exchange();
  expect([b.alert(id).status, a.alert(id).status]).toEqual(["resolved", "resolved"]);
  a.takeSent();
  await time.pass(600_000);
  expect(a.takeSent()).toEqual([]);
  journal.close();
});
