/**
 * A process of its own that works with damaged journals as an engine would, one after the other, and says what it found: a
 * line of JSON for each. Whatever ends it shows in which trial it was. Started by bit-flips.real.test.ts with the file that
 * lists the trials.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { AlertId } from "#domain/ids";
import { JournalError, type Journal } from "#engine/ports";
import { openSqliteJournal } from "#journal/sqlite";
import { exportJournal } from "#journal/export";
import { verifyJournal } from "#journal/verify";
import { engineStarted } from "./build-facts.ts";

export interface Trial {
  readonly directory: string;
  readonly alerts: readonly string[];
  readonly flips: readonly Flip[];
  /** Not before the journal is open, but under it. */
  readonly whileOpen: boolean;
}

export interface Flip {
  readonly file: string;
  readonly offset: number;
  readonly mask: number;
}

export interface TrialResult {
  readonly directory: string;
  /** The bodies of all facts at the end, but for what the trial itself has appended. */
  readonly present: readonly string[];
  /** What people were told, and what `verify` had to say before anything was repaired and at the end. */
  readonly told: readonly string[];
  readonly verifiedBefore: boolean;
  readonly verifiedAfter: boolean;
  /** How often damage was met while the journal was in use. */
  readonly metInUse: number;
}

export function flipBits(directory: string, flips: readonly Flip[]): void {
  for (const { file, offset, mask } of flips) {
    const path = join(directory, file);
    if (!existsSync(path)) continue;
    const opened = openSync(path, "r+");
    const byte = Buffer.alloc(1);
    if (readSync(opened, byte, 0, 1, offset) === 1)
      writeSync(opened, Buffer.of(byte[0]! ^ mask), 0, 1, offset);
    closeSync(opened);
  }
}

function say(text: string): void {
  for (let rest = Buffer.from(`${text}\n`); rest.length > 0;) rest = rest.subarray(writeSync(1, rest));
}

/** All that an engine, its console and other machines ask of a journal. */
function useAll(journal: Journal, alerts: readonly string[]): string[] {
  const present = Array.from(journal.replay(0), ({ fact }) => JSON.stringify(fact));
  for (const id of alerts) {
    journal.factsOf(id as AlertId);
    journal.lastAlertOf(null, `disk/${id}`);
  }
  journal.lastAlertsOf(alerts.map((id) => ({ integration: null, dedupKey: `disk/${id}` })));
  journal.resolvedAlerts(10_000);
  journal.factsBeyond({}, Number.MAX_SAFE_INTEGER, 1_800_000_000_000);
  journal.loadSnapshot();
  journal.append([engineStarted()]);
  return present;
}

function verifies(directory: string): boolean {
  try {
    return verifyJournal(directory).ok;
  } catch (error) {
    if (error instanceof JournalError) return false;
    throw error;
  }
}

function tryOut({ directory, alerts, flips, whileOpen }: Trial): TrialResult {
  const told: string[] = [];
  let metInUse = 0;
  let verifiedBefore = true;
  for (let starts = 1; ; starts++) {
    if (starts === 1 && !whileOpen) {
      flipBits(directory, flips);
      verifiedBefore = verifies(directory);
      try {
        exportJournal(directory, () => {});
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
      }
    }
    let damage: JournalError | null = null;
    const { journal, report } = openSqliteJournal({
      directory,
      reserveBytes: 4096,
      identityOf: () => "the same file",
      onDamaged: (error) => (damage = error),
    });
    if (report.salvaged !== null) told.push(report.salvaged.text);
    try {
      if (starts === 1 && whileOpen) flipBits(directory, flips);
      const present = useAll(journal, alerts);
      const own = JSON.stringify(engineStarted());
      return {
        directory,
        present: present.filter((text) => text !== own),
        told,
        verifiedBefore,
        verifiedAfter: verifies(directory),
        metInUse,
      };
    } catch (error) {
      // As an engine does: what it says is damaged it salvages by starting again.
      if (!(error instanceof JournalError) || error.reason !== "damaged" || damage === null || starts === 3)
        throw error;
      metInUse += 1;
    } finally {
      journal.close();
    }
  }
}

if (process.argv[2]?.endsWith("trials.json") === true) {
  for (const trial of JSON.parse(readFileSync(process.argv[2], "utf8")) as Trial[]) {
    say(`begins ${JSON.stringify(trial)}`);
    say(JSON.stringify(tryOut(trial)));
  }
}
