/** The journal's files are not where the next start looks for them: what the engine still does. */
import { describe, expect, it } from "vitest";
import type { Misplaced } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { World } from "../support/world.ts";

class MovedDisk extends MemoryJournal {
  found: Misplaced | null = null;

  override misplaced(): null {
    // The memory's own has no such state.
    return this.found as null;
  }
}

const text = "The journal's files are gone.";

describe("a journal whose files were taken away", () => {
  it("that can still be written: answers for nothing new, goes on with open alerts, and recovers by itself", async () => {
    const journal = new MovedDisk();
    const world = await World.start({ journal });
    await world.fire();
    const sent = world.sent.length;
    journal.found = { text, openGoOn: true };
    expect(await world.report({ dedupKey: "new" })).toMatchObject({
      ok: false,
      reason: "journal-unavailable",
    });
    expect(world.engine.health).toMatchObject({
      ready: false,
      trusted: false,
      problems: [{ kind: "journal", text }],
    });
    // Nobody is forgotten: the next steps come when they are due.
    await world.fastForward(6 * 60_000);
    expect(world.sent.length).toBeGreaterThan(sent);
    journal.found = null;
    await world.fastForward(60_000);
    expect(world.engine.health).toMatchObject({ ready: true, trusted: true, problems: [] });
    expect(await world.report({ dedupKey: "new" })).toMatchObject({ ok: true });
  });

  it("that cannot be written either: is noticed while nothing happens, and sends nothing that it could not keep", async () => {
    const journal = new MovedDisk();
    const world = await World.start({ journal });
    await world.fire();
    const sent = world.sent.length;
    journal.found = { text, openGoOn: false };
    world.engine.lookAtClock();
    await world.time.settle();
    expect(world.engine.health).toMatchObject({ ready: false, trusted: false });
    await world.fastForward(6 * 60_000);
    expect(world.sent).toHaveLength(sent);
    expect(await world.report({ dedupKey: "new" })).toMatchObject({
      ok: false,
      reason: "journal-unavailable",
    });
  });
});
