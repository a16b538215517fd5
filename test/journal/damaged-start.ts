/**
 * Starting on damaged files: for each case a fresh copy is damaged, and what must hold whatever was damaged is checked.
 */
import { expect } from "vitest";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import { JournalError, type Journal } from "#engine/ports";
import type { SalvageReport } from "#journal/salvage-report";
import { verifyJournal } from "#journal/verify";
import { engineStarted, factsIn } from "./build-facts.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

/** What is in the journal, a group for each append. */
export const groups = [
  manyFacts(40),
  manyFacts(1, 40),
  manyFacts(23, 41),
  manyFacts(1, 64),
  manyFacts(15, 65),
];
export const facts = groups.flat();
const texts = facts.map((fact) => JSON.stringify(fact));

export class DamagedStart {
  readonly place = new TemporaryJournal();
  /** As a clean stop leaves it: all in the journal file. */
  readonly stopped: string;
  /** As `kill -9` leaves it: the first two groups in the journal file, the rest in its log. */
  readonly killed: string;

  constructor() {
    const first = this.place.start();
    for (const group of groups.slice(0, 2)) first.journal.append(group);
    first.journal.close();
    const second = this.place.start();
    for (const group of groups.slice(2)) second.journal.append(group);
    this.killed = this.place.killed();
    second.journal.close();
    this.stopped = this.place.killed();
  }

  /** Damages a copy of `source`, starts on it, appends, and starts again. */
  after(damage: (directory: string) => void, source: string): Found {
    const directory = this.place.killed(source);
    damage(directory);
    const { journal, report } = this.place.start(directory);
    const present = factsIn(journal.replay(0));
    const found = present.map((fact) => JSON.stringify(fact));
    // Only what was written, in the order it was written, nothing twice.
    expect(texts.filter((text) => found.includes(text))).toEqual(found);
    for (const fact of present.slice(0, 3)) {
      if (!("alertId" in fact)) continue;
      // A start looks at no index; verify does.
      expect(finds(journal, fact.alertId, fact) || !verifyJournal(directory).ok).toBe(true);
    }
    const isMetInUse = existsSync(join(directory, "journal.salvage"));
    journal.append([engineStarted()]);
    journal.close();
    const again = this.place.start(directory);
    expect(again.report.salvaged !== null).toBe(isMetInUse);
    expect(factsIn(again.journal.replay(0))).toEqual([...present, engineStarted()]);
    again.journal.close();
    const missing = facts.length - present.length;
    if (report.salvaged !== null) {
      const { lostFacts, keptCopy } = report.salvaged;
      expect(lostFacts === "unknown" || lostFacts === missing, `${lostFacts} told, ${missing} missing`).toBe(
        true,
      );
      expect(existsSync(keptCopy)).toBe(true);
      expect(verifyJournal(directory)).toMatchObject({ ok: true });
    }
    rmSync(directory, { recursive: true });
    return { present, missing, report: report.salvaged };
  }

  remove(): void {
    this.place.remove();
  }
}

function finds(journal: Journal, alertId: AlertId, fact: Fact): boolean {
  try {
    return factsIn(journal.factsOf(alertId)).some((each) => JSON.stringify(each) === JSON.stringify(fact));
  } catch (error) {
    if (error instanceof JournalError && error.reason === "damaged") return false;
    throw error;
  }
}

export interface Found {
  readonly present: readonly Fact[];
  readonly missing: number;
  readonly report: SalvageReport | null;
}

export function flip(path: string, offset: number): void {
  const bytes = readFileSync(path);
  // The highest bit among them: without it a damaged ASCII text is still UTF-8, which hides what reading text does.
  bytes[offset] = bytes[offset]! ^ 0x95;
  writeFileSync(path, bytes);
}

export function sizeOf(directory: string, file: string): number {
  return readFileSync(join(directory, file)).length;
}
