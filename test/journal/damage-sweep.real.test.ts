/**
 * Damage at many places of the journal's files, a fixed step apart, so that each run is the same: an alerter must start
 * all the same, lose nothing whose bytes can be read, and say what it lost. Hundreds of starts: some 30 seconds.
 */
import { afterAll, describe, expect, test } from "vitest";
import { rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Journal } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { verifyJournal } from "#journal/verify";
import { factsIn } from "./build-facts.ts";
import { DamagedStart, facts, flip, groups, sizeOf } from "./damaged-start.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

const start = new DamagedStart();
afterAll(() => start.remove());

function steps(size: number, count: number): number[] {
  const step = Math.max(1, Math.floor(size / count));
  return Array.from({ length: Math.ceil(size / step) }, (_, index) => index * step);
}

describe("one flipped byte", () => {
  test("in the journal file costs one fact at most, and is told or found by verify", () => {
    let salvaged = 0;
    for (const offset of [
      ...steps(sizeOf(start.stopped, "journal.sqlite"), 130),
      16,
      18,
      21,
      28,
      31,
      40,
      100,
      101,
      4095,
    ]) {
      const { missing, report } = start.after((directory) => {
        flip(join(directory, "journal.sqlite"), offset);
      }, start.stopped);
      expect(missing, `offset ${offset}`).toBeLessThanOrEqual(1);
      if (missing > 0) expect(report, `offset ${offset}`).not.toBeNull();
      if (report !== null) salvaged += 1;
    }
    expect(salvaged).toBeGreaterThan(50);
  });

  test("in the write-ahead log costs one fact at most, and never silently", () => {
    let salvaged = 0;
    const size = sizeOf(start.killed, "journal.sqlite-wal");
    const firstFrames = Array.from({ length: 56 }, (_, offset) => offset);
    const lastFrame = Array.from({ length: 24 }, (_, offset) => size - 4096 - 24 + offset);
    for (const offset of [...firstFrames, ...lastFrame, ...steps(size, 100)]) {
      const { missing, report } = start.after((directory) => {
        flip(join(directory, "journal.sqlite-wal"), offset);
      }, start.killed);
      expect(missing, `offset ${offset}`).toBeLessThanOrEqual(1);
      if (missing > 0) expect(report, `offset ${offset}`).not.toBeNull();
      if (report !== null) salvaged += 1;
    }
    expect(salvaged).toBeGreaterThan(50);
  });
});

describe("a file cut short", () => {
  test("keeps every fact before the cut, and says that the end may be lost", () => {
    const size = sizeOf(start.stopped, "journal.sqlite");
    let least = facts.length;
    for (const length of [...steps(size, 40), 1, 99, 100, 4095, 4097, size - 1]) {
      const { present, report } = start.after((directory) => {
        truncateSync(join(directory, "journal.sqlite"), length);
      }, start.stopped);
      if (length > 0) expect(report, `length ${length}`).toMatchObject({ lostFacts: "unknown" });
      expect(present.length, `length ${length}`).toBeGreaterThanOrEqual(0);
      least = Math.min(least, present.length);
      if (length === size - 1) expect(present.length).toBeGreaterThanOrEqual(facts.length - 1);
    }
    expect(least).toBe(0);
  });

  test("keeps what the log holds even when the journal file is gone", () => {
    const { present, report } = start.after((directory) => {
      rmSync(join(directory, "journal.sqlite"));
    }, start.killed);
    expect(report).toMatchObject({ reason: "file-missing", lostFacts: "unknown" });
    expect(present.length).toBeGreaterThanOrEqual(groups.slice(2).flat().length);
  });

  test("of the log: whole groups up to the cut, and the rest is told, though SQLite takes it for the log's end", () => {
    const ends = new Set<number>();
    groups.reduce((sum, group) => (ends.add(sum + group.length), sum + group.length), 0);
    const size = sizeOf(start.killed, "journal.sqlite-wal");
    for (const length of steps(size, 40)) {
      const { present, missing, report } = start.after((directory) => {
        truncateSync(join(directory, "journal.sqlite-wal"), length);
      }, start.killed);
      expect(ends, `length ${length}`).toContain(present.length);
      expect(report?.lostFacts ?? 0, `length ${length}`).toBe(missing);
    }
  });
});

describe("one flipped byte in the facts of two machines", () => {
  test("costs nothing for good: what it cost comes back from the other machine, or verify finds it", () => {
    const place = new TemporaryJournal();
    const now = 1_700_000_100_000;
    const other = new MemoryJournal("other-machine");
    const { journal } = place.start();
    for (let round = 0; round < 8; round++) {
      journal.append(manyFacts(5, round * 5));
      other.append(manyFacts(5, 100 + round * 5));
      journal.merge(other.factsBeyond(journal.vector(), Number.MAX_SAFE_INTEGER, now), now);
      other.merge(journal.factsBeyond(other.vector(), Number.MAX_SAFE_INTEGER, now), now);
    }
    journal.close();
    let salvaged = 0;
    for (const offset of steps(sizeOf(place.directory, "journal.sqlite"), 90)) {
      const directory = place.killed();
      flip(join(directory, "journal.sqlite"), offset);
      const { journal: started, report } = place.start(directory);
      if (report.salvaged !== null) salvaged += 1;
      const { refused } = started.merge(
        other.factsBeyond(started.vector(), Number.MAX_SAFE_INTEGER, now),
        now,
      );
      const isWhole = refused === null && sameFacts(started, other);
      expect(isWhole || !verifyJournal(directory).ok, `offset ${offset}`).toBe(true);
      if (report.salvaged !== null) expect(isWhole, `salvaged, offset ${offset}`).toBe(true);
      started.close();
      rmSync(directory, { recursive: true });
    }
    expect(salvaged).toBeGreaterThan(30);
    place.remove();
  });
});

function sameFacts(a: Journal, b: Journal): boolean {
  const [textA, textB] = [a, b].map((journal) =>
    factsIn(journal.replay(0))
      .map((fact) => JSON.stringify(fact))
      .sort()
      .join("\n"),
  );
  return textA === textB;
}
