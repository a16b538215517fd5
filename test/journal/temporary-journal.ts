/** A journal in a directory of its own, for tests that need real files. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fact } from "#domain/fact";
import { openSqliteJournal, type OpenedJournal } from "#journal/sqlite";
import { noted, opened, resolved } from "./build-facts.ts";

export class TemporaryJournal {
  readonly root = mkdtempSync(join(tmpdir(), "tocsin-journal-"));
  directory = join(this.root, "data");
  private readonly open: OpenedJournal[] = [];
  private copies = 0;

  start(directory = this.directory): OpenedJournal {
    const started = openSqliteJournal({
      directory,
      reserveBytes: 4096,
      // `killed` copies the files; here that is to be the same disk.
      identityOf: () => "the same file",
      now: () => Date.UTC(2026, 6, 28, 3, 1, 59),
    });
    this.open.push(started);
    return started;
  }

  /** What the disk holds if the engine is killed now: a copy of the files beside it, in use or not. */
  killed(from = this.directory): string {
    const copy = join(this.root, `copy-${(this.copies += 1)}`);
    cpSync(from, copy, { recursive: true });
    return copy;
  }

  remove(): void {
    for (const { journal } of this.open) journal.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** `count` facts of several kinds; each is recognisable. One in twenty is longer than a page of the file. */
export function manyFacts(count: number, from = 0): Fact[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    if (number % 20 === 7) return noted(`alert-${number % 10}`, `${number} `.repeat(2000));
    if (number % 5 === 3) return resolved(`alert-${number}`);
    return opened(`alert-${number}`);
  });
}
