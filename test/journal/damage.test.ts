/** Damaged files, each kind of damage once; damage-sweep.real.test.ts tries many places. */
import { afterAll, describe, expect, test } from "vitest";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { opened } from "./build-facts.ts";
import { DamagedStart, facts, flip, groups, sizeOf } from "./damaged-start.ts";

const start = new DamagedStart();
afterAll(() => start.remove());

describe("one flipped byte", () => {
  test.each([18, 28, 100, 30_000])("at %i of the journal file costs one fact at most", (offset) => {
    const { missing, report } = start.after((directory) => {
      flip(join(directory, "journal.sqlite"), offset);
    }, start.stopped);
    expect(missing).toBeLessThanOrEqual(1);
    expect(report).not.toBeNull();
  });

  test("in the middle of the log, which SQLite would take for its end, loses no later commit", () => {
    const { missing, report } = start.after((directory) => {
      flip(join(directory, "journal.sqlite-wal"), Math.floor(sizeOf(directory, "journal.sqlite-wal") / 2));
    }, start.killed);
    expect(missing).toBeLessThanOrEqual(1);
    expect(report).toMatchObject({ reason: "log-damaged" });
  });
});

describe("other damage", () => {
  test("a missing log is noticed", () => {
    const { report, present } = start.after((directory) => {
      rmSync(join(directory, "journal.sqlite-wal"));
    }, start.killed);
    expect(report).toMatchObject({ reason: "log-missing", lostFacts: "unknown" });
    expect(present).toEqual(groups.slice(0, 2).flat());
  });

  test("a missing log after a clean stop is nothing", () => {
    const { report, missing } = start.after((directory) => {
      rmSync(join(directory, "journal.sqlite-wal"));
      rmSync(join(directory, "journal.sqlite-shm"));
    }, start.stopped);
    expect(report).toBeNull();
    expect(missing).toBe(0);
  });

  test.each([
    ["the first page overwritten", 4096],
    ["the first three pages overwritten", 3 * 4096],
  ])("%s: the facts behind it come back", (_, bytes) => {
    const { report, present } = start.after((directory) => {
      const path = join(directory, "journal.sqlite");
      const content = readFileSync(path);
      content.fill("An e-mail, say. ", 0, bytes);
      writeFileSync(path, content);
    }, start.stopped);
    expect(report).not.toBeNull();
    expect(present).toHaveLength(facts.length);
  });

  test("something else under its name is kept aside", () => {
    const { report } = start.after((directory) => {
      writeFileSync(join(directory, "journal.sqlite"), "shopping list\n".repeat(1000));
    }, start.stopped);
    expect(report).toMatchObject({ savedFacts: 0, lostFacts: "unknown" });
    expect(report?.text).toContain("journal-damaged-20260728T030159Z");
  });

  test("a salvage that was killed half-way goes on at the next start", () => {
    const directory = start.place.killed(start.stopped);
    writeFileSync(join(directory, "journal.salvage"), "");
    const twin = start.place.killed(directory);
    const { journal, report } = start.place.start(directory);
    journal.close();
    // As if killed after the new journal was complete and some of the damaged files were moved.
    writeFileSync(join(twin, "journal-salvaged.sqlite"), readFileSync(join(directory, "journal.sqlite")));
    rmSync(join(twin, "journal.sqlite-wal"), { force: true });
    const resumed = start.place.start(twin);
    expect(resumed.report.salvaged?.text).toBe(report.salvaged?.text);
    expect(resumed.journal.lastSeq()).toBe(journal.lastSeq());
    expect(readdirSync(report.salvaged!.keptCopy)).toContain("journal.sqlite");
    // And as if killed in the middle of building: the unfinished file is thrown away.
    const third = start.place.killed(start.stopped);
    writeFileSync(join(third, "journal-salvaging.sqlite"), "half");
    writeFileSync(join(third, "journal.salvage"), "");
    expect(start.place.start(third).report.salvaged).toMatchObject({
      reason: "asked-for",
      savedFacts: facts.length,
      lostFacts: 0,
    });
    expect(existsSync(join(third, "journal.salvage"))).toBe(false);
  });

  test("the alarm is told again until something is appended, then never", () => {
    const directory = start.place.killed(start.stopped);
    writeFileSync(join(directory, "journal.salvage"), "");
    const first = start.place.start(directory);
    first.journal.close();
    const second = start.place.start(directory);
    expect(second.report.salvaged?.text).toBe(first.report.salvaged?.text);
    second.journal.append([opened("z")]);
    second.journal.close();
    expect(start.place.start(directory).report.salvaged).toBeNull();
  });
});
