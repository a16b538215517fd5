/** Real processes that are killed, and real disks that are full or read-only. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, type TestContext } from "vitest";
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import { JournalError } from "#engine/ports";
import { openSqliteJournal } from "#journal/sqlite";
import { verifyJournal } from "#journal/verify";
import { AppendingChild, compileChild } from "./child-process.ts";
import { opened, factsIn } from "./build-facts.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

const compiled = new TemporaryJournal();
let script: string;
beforeAll(async () => {
  script = await compileChild(compiled.root);
});
afterAll(() => compiled.remove());

let place: TemporaryJournal;
beforeEach(() => {
  place = new TemporaryJournal();
});
afterEach(() => place.remove());

function errorOf(work: () => unknown): JournalError {
  try {
    work();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}

describe("kill -9", () => {
  test("25 rounds: nothing acknowledged is lost, no alarm is raised, the next start is never locked out", async () => {
    let position = 0;
    for (let round = 0; round < 25; round++) {
      const child = new AppendingChild(script, place.directory);
      expect(await child.line(0)).toBe("open");
      // Different moments: between the 1st and the 61st append.
      await child.line(1 + ((round * 29) % 61));
      await child.kill();
      const acknowledged = Number(child.lines.at(-1));
      expect(acknowledged).toBeGreaterThan(position);

      const { journal, report } = openSqliteJournal({ directory: place.directory });
      expect(report.salvaged).toBeNull();
      position = journal.lastSeq();
      expect(position).toBeGreaterThanOrEqual(acknowledged);
      // The child writes fact number n as manyFacts(1, n - 1), whichever group it was in.
      let number = 0;
      for (const { fact } of journal.replay(0)) {
        const [written] = manyFacts(1, number);
        number += 1;
        if (JSON.stringify(fact) !== JSON.stringify(written)) expect(fact, `fact ${number}`).toEqual(written);
      }
      expect(number).toBe(position);
      journal.close();
    }
    expect(verifyJournal(place.directory)).toMatchObject({ ok: true, facts: position });
  }, 120_000);
});

describe("kill -9 between facts of two machines", () => {
  test("12 rounds: nothing acknowledged is lost, whoever said it, and all chains hold", async () => {
    let position = 0;
    for (let round = 0; round < 12; round++) {
      const child = new AppendingChild(script, place.directory, "merge");
      expect(await child.line(0)).toBe("open");
      await child.line(1 + ((round * 17) % 37));
      await child.kill();
      const acknowledged = Number(child.lines.at(-1));
      expect(acknowledged).toBeGreaterThan(position);
      const { journal, report } = openSqliteJournal({ directory: place.directory });
      expect(report.salvaged).toBeNull();
      position = journal.lastSeq();
      expect(position).toBeGreaterThanOrEqual(acknowledged);
      const all = [...journal.replay(0)];
      expect(all.map((each) => each.place.position)).toEqual(all.map((_, index) => index + 1));
      for (const own of [true, false]) {
        const facts = factsIn(all.filter((each) => each.place.own === own));
        expect(facts).toEqual(manyFacts(facts.length));
        expect(journal.vector()[own ? journal.origin : ("other-machine" as OriginId)] ?? 0).toBe(
          facts.length,
        );
      }
      journal.close();
      expect(verifyJournal(place.directory)).toMatchObject({ ok: true, facts: position });
    }
  }, 120_000);
});

describe("two engines", () => {
  test("the second process is refused at once and told the first one's number; a killed one blocks nobody", async () => {
    const first = new AppendingChild(script, place.directory, "hold");
    expect(await first.line(0)).toBe("open");
    const second = new AppendingChild(script, place.directory, "hold");
    expect(await second.line(0)).toMatch(`locked: Another Tocsin (process ${first.pid}) is using`);
    await second.end();
    expect(errorOf(() => place.start()).reason).toBe("locked");
    await first.kill();
    expect(place.start().journal.lastSeq()).toBe(0);
  });

  test("verify reads beside one that appends", async () => {
    const child = new AppendingChild(script, place.directory);
    await child.line(40);
    for (let count = 0; count < 5; count++) {
      const acknowledged = Number(child.lines.at(-1));
      const verified = verifyJournal(place.directory);
      expect(verified).toMatchObject({ ok: true });
      expect(verified.facts).toBeGreaterThanOrEqual(acknowledged);
      await child.line(child.lines.length + 5);
    }
    await child.kill();
    expect(place.start().report.salvaged).toBeNull();
  });
});

/** A small disk of its own, mounted in memory: that takes root on Linux. */
function mountDisk(context: TestContext, size: string): string {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    context.skip("needs root on Linux to mount a small disk");
  const disk = join(place.root, "disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", disk]);
  return disk;
}

function unmount(disk: string): void {
  // Lazily: the library keeps files open until the garbage collector has been (see sqlite-file.ts).
  execFileSync("umount", ["-l", disk]);
}

describe("a full disk", () => {
  test("refuses, keeps all that was answered, lives on its reserve, and works again with space", (context) => {
    const disk = mountDisk(context, "3m");
    try {
      const directory = join(disk, "data");
      const { journal } = openSqliteJournal({ directory, reserveBytes: 512 * 1024 });
      const kept: Fact[] = [];
      const append = (): JournalError | null => {
        const facts = manyFacts(20, kept.length);
        try {
          journal.append(facts);
          kept.push(...facts);
          return null;
        } catch (error) {
          if (error instanceof JournalError) return error;
          throw error;
        }
      };
      const fill = (): JournalError => {
        for (;;) {
          const error = append();
          if (error !== null) return error;
        }
      };

      const error = fill();
      expect(error.reason).toBe("full");
      expect(error.message).toContain(directory);
      expect(kept.length).toBeGreaterThan(200);
      expect(journal.lastSeq()).toBe(kept.length);
      expect(factsIn(journal.replay(0))).toEqual(kept);
      expect(errorOf(() => journal.saveSnapshot("x".repeat(100_000))).reason).toBe("full");

      expect(journal.releaseReserve()).toBe(true);
      const before = kept.length;
      expect(fill().reason).toBe("full");
      expect(kept.length - before).toBeGreaterThan(50);
      expect(journal.releaseReserve()).toBe(false);
      expect(journal.restoreReserve()).toBe(false);
      expect(readdirSync(directory)).not.toContain("reserve");

      // Killed now, and started on the full disk: all is there, and no false alarm.
      const elsewhere = place.killed(directory);
      const copy = place.start(elsewhere);
      expect(copy.report.salvaged).toBeNull();
      expect(factsIn(copy.journal.replay(0))).toEqual(kept);

      execFileSync("mount", ["-o", "remount,size=16m", disk]);
      expect(append()).toBeNull();
      expect(journal.restoreReserve()).toBe(true);
      for (let count = 0; count < 20; count++) expect(append()).toBeNull();
      expect(factsIn(journal.replay(0))).toEqual(kept);
      journal.close();
      expect(verifyJournal(directory)).toMatchObject({ ok: true, facts: kept.length });
    } finally {
      unmount(disk);
    }
  });

  test("too full to begin with is said so, and leaves nothing locked", (context) => {
    const disk = mountDisk(context, "64k");
    try {
      const directory = join(disk, "data");
      mkdirSync(directory);
      writeFileSync(join(directory, "else"), Buffer.alloc(60 * 1024));
      expect(errorOf(() => openSqliteJournal({ directory })).reason).toBe("full");
      rmSync(join(directory, "else"));
      execFileSync("mount", ["-o", "remount,size=16m", disk]);
      const { journal } = openSqliteJournal({ directory });
      journal.append([opened("a")]);
      journal.close();
    } finally {
      unmount(disk);
    }
  });
});

describe("a read-only disk", () => {
  test("is refused with the place and the remedy, whether or not there is a journal", (context) => {
    const disk = mountDisk(context, "8m");
    try {
      const directory = join(disk, "data");
      const child = openSqliteJournal({ directory, reserveBytes: 4096 });
      child.journal.append([opened("a")]);
      child.journal.close();
      const view = join(place.root, "view");
      mkdirSync(view);
      execFileSync("mount", ["--bind", disk, view]);
      try {
        execFileSync("mount", ["-o", "remount,bind,ro", view]);
        for (const name of ["data", "none"]) {
          const error = errorOf(() => openSqliteJournal({ directory: join(view, name) }));
          expect(error.reason, error.message).toBe("read-only");
          expect(error.message).toContain(join(view, name));
        }
      } finally {
        unmount(view);
      }
      expect(readFileSync(join(directory, "journal.sqlite")).length).toBeGreaterThan(0);
    } finally {
      unmount(disk);
    }
  });

  test("that has turned so while the journal is open: said as it is, and all is there afterwards", (context) => {
    const image = join(place.root, "image");
    const disk = join(place.root, "disk");
    writeFileSync(image, Buffer.alloc(24 * 1024 * 1024));
    mkdirSync(disk);
    try {
      execFileSync("mkfs.ext4", ["-q", image]);
      execFileSync("mount", ["-o", "loop", image, disk]);
    } catch {
      context.skip("needs root on Linux to mount a disk of its own");
    }
    const directory = join(disk, "data");
    const { journal } = openSqliteJournal({ directory, reserveBytes: 4096 });
    try {
      journal.append([opened("a")]);
      // As the kernel does it after an error of the disk.
      execFileSync("mount", ["-o", "remount,abort", disk]);
      const error = errorOf(() => journal.append([opened("b")]));
      expect(error.reason, error.message).toBe("read-only");
      expect(error.message).toContain("has turned read-only");
      expect(journal.lastSeq()).toBe(1);
    } finally {
      journal.close();
      unmount(disk);
    }
    // Another disk to the kernel, which is not done with that one while the library has files open on it.
    cpSync(image, `${image}-again`);
    execFileSync("mount", ["-o", "loop", `${image}-again`, disk]);
    try {
      const again = openSqliteJournal({ directory, reserveBytes: 4096 });
      expect(again.report.salvaged).toBeNull();
      expect(factsIn(again.journal.replay(0))).toEqual([opened("a")]);
      again.journal.close();
    } finally {
      unmount(disk);
    }
  });
});
