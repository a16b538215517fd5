/** Damaged files, each kind of damage once; damage-sweep.real.test.ts tries many places. */
import { afterAll, describe, expect, test } from "vitest";
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyJournal } from "#journal/verify";
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

describe("an end that is missing, which SQLite takes for a log that ends there", () => {
  const inFile = groups.slice(0, 2).flat().length;
  const inLog = facts.length - inFile;
  const log = (directory: string): string => join(directory, "journal.sqlite-wal");
  const blank = (path: string, from: number): void => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, from));
  };

  test("a log of zeros: told, with how much is lost and since when", () => {
    const { report, present } = start.after((directory) => blank(log(directory), 0), start.killed);
    expect(present).toHaveLength(inFile);
    expect(report).toMatchObject({ reason: "log-blank", lostFacts: "unknown" });
    expect(report?.text).toContain(
      `The journal lost everything since 2023-11-14T22:13:20.000Z: at least ${inLog} facts.`,
    );
  });

  test("a log of zeros is told of in a folder of an older Tocsin too, which did not keep how far it had come", () => {
    const { report } = start.after((directory) => {
      blank(log(directory), 0);
      rmSync(join(directory, "journal.reach"));
    }, start.killed);
    expect(report).toMatchObject({ reason: "log-blank", lostFacts: "unknown" });
  });

  test.each<[string, (directory: string) => void]>([
    ["a log of zeros after its header", (directory) => blank(log(directory), 32)],
    ["a log cut to nothing", (directory) => truncateSync(log(directory), 0)],
    ["a log with zeros from its second commit on", (directory) => blank(log(directory), 32 + 3 * 4120)],
  ])("%s: the facts that are lost are counted", (_, damage) => {
    const { report, missing } = start.after(damage, start.killed);
    expect(missing).toBeGreaterThan(0);
    expect(report).toMatchObject({ lostFacts: missing });
    expect(report?.text).toMatch(`: ${missing} facts.`);
  });

  test("older copies of the journal and its log, put back under what was written since", () => {
    const { report } = start.after((directory) => {
      const older = start.place.killed(start.killed);
      truncateSync(log(older), 0);
      for (const name of ["journal.sqlite", "journal.sqlite-wal"])
        writeFileSync(join(directory, name), readFileSync(join(older, name)));
    }, start.stopped);
    expect(report).toMatchObject({ reason: "end-missing", lostFacts: inLog });
  });

  test.each([
    ["emptied", (path: string) => truncateSync(path, 0)],
    ["removed", (path: string) => rmSync(path)],
  ])("a journal file that was %s is not taken for a first start", (_, damage) => {
    const { report } = start.after((directory) => damage(join(directory, "journal.sqlite")), start.stopped);
    expect(report).toMatchObject({ reason: "file-missing", savedFacts: 0 });
    expect(report?.text).toContain(`The journal lost everything: at least ${facts.length} facts.`);
  });

  test("verify says so, before the next start repairs it", () => {
    const directory = start.place.killed(start.killed);
    truncateSync(log(directory), 0);
    const verified = verifyJournal(directory);
    expect(verified).toMatchObject({ ok: false, at: null });
    expect(verified.ok || verified.text).toContain(`its end is missing: ${inLog} facts`);
    const zeros = start.place.killed(start.killed);
    blank(log(zeros), 0);
    rmSync(join(zeros, "journal.reach"));
    expect(verifyJournal(zeros)).toMatchObject({ ok: false });
  });

  test.each([
    ["damaged", (path: string) => flip(path, 1)],
    ["blank", (path: string) => blank(path, 0)],
  ])("a note of how far it had come that is %s itself raises no alarm", (_, damage) => {
    const { report, missing } = start.after(
      (directory) => damage(join(directory, "journal.reach")),
      start.killed,
    );
    expect(report).toBeNull();
    expect(missing).toBe(0);
  });
});
