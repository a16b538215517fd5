/** Facts of several machines in files: damage, salvage, verify, export, and a log begun anew. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Vector } from "#domain/place";
import type { Journal } from "#engine/ports";
import { exportJournal } from "#journal/export";
import { MemoryJournal } from "#journal/memory";
import { SqliteFile } from "#journal/sqlite-file";
import { queryPlan } from "./query-plan.ts";
import { verifyJournal } from "#journal/verify";
import { engineStarted, factsIn, noted, opened } from "./build-facts.ts";
import { manyFacts, TemporaryJournal } from "./temporary-journal.ts";

const now = 1_700_000_100_000;
const everything = Number.MAX_SAFE_INTEGER;

let place: TemporaryJournal;
let ben: MemoryJournal;
/** In the files: by turns facts of Ana (this machine) and Ben. Ben knows all of them. */
let ana: Journal;
beforeEach(() => {
  place = new TemporaryJournal();
  ben = new MemoryJournal("bens-machine");
  ana = place.start().journal;
  for (let round = 0; round < 10; round++) {
    ana.append(manyFacts(4, round * 4));
    ben.append(manyFacts(3, 100 + round * 3));
    ana.merge(ben.factsBeyond(ana.vector(), everything, now), now + 60_000);
    ben.merge(ana.factsBeyond(ben.vector(), everything, now), now);
  }
});
afterEach(() => place.remove());

function tampered(tamper: (file: SqliteFile) => void): string {
  ana.close();
  const file = SqliteFile.open(join(place.directory, "journal.sqlite"));
  tamper(file);
  // Else a salvage finds what was deleted.
  file.exec("VACUUM");
  file.pragma("wal_checkpoint(TRUNCATE)");
  file.close();
  return place.directory;
}

function salvaged(tamper: (file: SqliteFile) => void = () => {}): { journal: Journal; lost: unknown } {
  const directory = tampered(tamper);
  writeFileSync(join(directory, "journal.salvage"), "");
  const { journal, report } = place.start(directory);
  return { journal, lost: report.salvaged?.lostFacts };
}

function identities(journal: Journal): string[] {
  return Array.from(journal.replay(0), ({ place: { origin, seq } }) => `${origin} ${seq}`);
}

describe("a salvage", () => {
  test("without a loss keeps every place, age and snapshot", () => {
    ana.saveSnapshot("seventy");
    const before = [...ana.replay(0)];
    const vector = ana.vector();
    const { journal, lost } = salvaged();
    expect(lost).toBe(0);
    expect([...journal.replay(0)]).toEqual(before);
    expect(journal.vector()).toEqual(vector);
    expect(journal.loadSnapshot()).toEqual({ seq: 70, snapshot: "seventy" });
    expect(journal.lastAlertOf(null, "disk/alert-101")).toBe("alert-101");
    expect(vector).not.toHaveProperty(journal.origin);
  });

  test("counts as known what has no gap before it, keeps the rest, and takes the missing ones from others", () => {
    const old = ana.origin;
    const all = identities(ana).sort();
    const { journal, lost } = salvaged((file) =>
      file.exec(
        `DELETE FROM facts WHERE (origin = '${old}' AND seq IN (10, 11, 30)) OR (origin <> '${old}' AND seq IN (1, 29))`,
      ),
    );
    expect(lost).toBe(5);
    expect(journal.vector()).toEqual({ [old]: 9 });
    expect(identities(journal)).toHaveLength(65);
    expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 65, origins: 2 });
    journal.append([opened("new")]);
    // Nothing from behind a gap is given away: nobody could follow it.
    expect(journal.factsBeyond({} as Vector, everything, now)).toHaveLength(9 + 1);

    const missing = ben.factsBeyond(journal.vector(), everything, now);
    expect(journal.merge(missing.slice(0, 4), now)).toMatchObject({ refused: null });
    expect(verifyJournal(place.directory)).toMatchObject({ ok: true });
    const killed = place.start(place.killed()).journal;
    for (const each of [journal, killed]) {
      expect(each.merge(missing, now)).toMatchObject({ refused: null });
      expect(each.vector()).toEqual({ ...ben.vector(), [each.origin]: 1 });
      expect(identities(each).sort()).toEqual([...all, `${each.origin} 1`].sort());
      expect(Array.from(each.replay(0)).filter(({ place: { own } }) => own)).toHaveLength(37 + 1);
    }
    expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 71, origins: 3 });
    const other = new MemoryJournal("third-machine");
    expect(other.merge(journal.factsBeyond({} as Vector, everything, now), now)).toMatchObject({
      refused: null,
    });
    expect(other.vector()).toEqual(journal.vector());
    journal.close();
    const again = place.start();
    expect(again.report.salvaged).toBeNull();
    expect(again.journal.vector()).toEqual(other.vector());
  });

  test("a second one keeps the gaps of the first", () => {
    const old = ana.origin;
    const first = salvaged((file) => file.exec(`DELETE FROM facts WHERE origin = '${old}' AND seq = 10`));
    first.journal.append([opened("between")]);
    ana = first.journal;
    const second = salvaged();
    expect(second.lost).toBe(1);
    expect(second.journal.vector()).toEqual({ [old]: 9, "bens-machine": 30, [first.journal.origin]: 1 });
    expect(
      second.journal.merge(ben.factsBeyond(second.journal.vector(), everything, now), now),
    ).toMatchObject({
      added: [{}],
      refused: null,
    });
    expect(second.journal.vector()[old as never]).toBe(40);
  });

  test("finds nothing of what has moved to another log under its old place", () => {
    ana.append([noted("a", "here".repeat(1500)), noted("a", "and here")]);
    ana.startNewOrigin(20);
    const before = identities(ana);
    const killed = place.killed();
    ana.close();
    for (const directory of [killed, place.killed()]) {
      writeFileSync(join(directory, "journal.salvage"), "");
      const { journal } = place.start(directory);
      expect(identities(journal)).toEqual(before);
      expect(verifyJournal(directory)).toMatchObject({ ok: true });
    }
  });
});

describe("at a start", () => {
  test.each([
    ["a skew", "UPDATE facts SET skew = skew + 1 WHERE position = 70"],
    ["a skew taken away", "UPDATE facts SET skew = NULL WHERE position = 69"],
    ["a fact of another machine missing", "DELETE FROM facts WHERE position = 68"],
    ["a position", "UPDATE facts SET position = 99 WHERE position = 70"],
  ])("%s is noticed", (_, sql) => {
    const directory = tampered((file) => file.exec(sql));
    const { journal, report } = place.start(directory);
    expect(report.salvaged).toMatchObject({ reason: "chain-broken" });
    const { refused } = journal.merge(ben.factsBeyond(journal.vector(), everything, now), now + 60_000);
    expect(refused).toBeNull();
    expect(journal.vector()).toMatchObject(ben.vector());
    expect(
      [...journal.replay(0)].filter(({ place: { own } }) => !own).map(({ place: { skewMs } }) => skewMs),
    ).toEqual(Array.from({ length: 30 }, () => 60_000));
  });
});

describe("verify", () => {
  test.each([
    ["a missing fact", "DELETE FROM facts WHERE origin = 'bens-machine' AND seq = 7", 7],
    ["a missing first fact", "DELETE FROM facts WHERE origin = 'bens-machine' AND seq = 1", 1],
    ["a changed age", "UPDATE facts SET skew = 5 WHERE origin = 'bens-machine' AND seq = 9", 9],
    ["a fact moved to another origin", "UPDATE facts SET origin = 'bens-machine2' WHERE position = 69", 29],
  ])("finds %s in another machine's log", (_, sql, seq) => {
    ana.saveSnapshot("seventy");
    const directory = tampered((file) => file.exec(sql));
    expect(verifyJournal(directory)).toMatchObject({ ok: false, at: { seq } });
  });

  test("finds a last alert that was forgotten", () => {
    const directory = tampered((file) => file.exec("DELETE FROM last_alerts WHERE alert_id = 'alert-102'"));
    expect(verifyJournal(directory)).toMatchObject({ ok: false, at: null, facts: 70 });
  });

  test("proves a log that was begun anew", () => {
    ana.startNewOrigin(20);
    ana.append([engineStarted()]);
    expect(verifyJournal(place.directory)).toEqual({ ok: true, facts: 71, origins: 3 });
  });
});

test("an export tells them apart", () => {
  const lines: { origin: string; seq: number; fact: unknown }[] = [];
  expect(exportJournal(place.directory, (line) => lines.push(JSON.parse(line)))).toBe(70);
  expect(lines.map(({ origin, seq }) => `${origin} ${seq}`)).toEqual(identities(ana));
  expect(lines.map(({ fact }) => fact)).toEqual(factsIn(ana.replay(0)));
});

test("an alarm about a salvage is not told again for a log that was begun anew", () => {
  const { journal } = salvaged();
  journal.startNewOrigin(1);
  journal.close();
  expect(place.start().report.salvaged).toBeNull();
});

test("the key of the last alert is looked up by index, and the others' facts too", () => {
  const plan = (sql: string): string => queryPlan(join(place.directory, "journal.sqlite"), sql);
  expect(plan("SELECT alert_id FROM last_alerts WHERE alert_key = 'x'")).toBe(
    "SEARCH last_alerts USING PRIMARY KEY (alert_key=?)",
  );
  expect(
    plan("SELECT * FROM facts WHERE origin = 'x' AND seq > 3 AND seq <= 9 ORDER BY seq LIMIT 50"),
  ).toMatch(/^SEARCH facts USING INDEX sqlite_autoindex_facts_1 \(origin=\? AND seq>\? AND seq<\?\)$/);
  expect(readFileSync(join(place.directory, "journal.sqlite")).length).toBeGreaterThan(0);
});
