/** A journal that was restored from a copy of its file: no number is given twice. On real files. */
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteJournal } from "#journal/sqlite";
import { verifyJournal } from "#journal/verify";
import { noted, opened } from "./build-facts.ts";

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "tocsin-copy-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string) => join(root, name);
const open = (directory: string) => openSqliteJournal({ directory, reserveBytes: 4096 }).journal;

function written(directory: string): string {
  const journal = open(directory);
  journal.append([opened("a"), noted("a", "before the copy")]);
  journal.close();
  return journal.origin;
}

test("a copy writes to another log, and keeps what was in it", () => {
  const origin = written(at("data"));
  cpSync(at("data"), at("backup"), { recursive: true });
  const later = open(at("data"));
  later.append([noted("a", "after the copy")]);
  const lost = later.factsBeyond({ [origin]: 2 }, 10_000, 0);
  later.close();
  rmSync(at("data"), { recursive: true });
  cpSync(at("backup"), at("data"), { recursive: true });

  const restored = open(at("data"));
  expect(restored.origin).not.toBe(origin);
  restored.append([noted("a", "after the restore")]);
  expect(restored.vector()).toEqual({ [origin]: 2, [restored.origin]: 1 });
  // What it wrote after the copy comes back from a machine that has it, under its own number.
  expect(restored.merge(lost, 0)).toMatchObject({ added: [{ place: { origin, seq: 3 } }], refused: null });
  restored.close();
  expect(verifyJournal(at("data"))).toMatchObject({ ok: true });
});

test("the same file goes on in its log, also after it was moved", () => {
  const origin = written(at("data"));
  expect(reopened(at("data"))).toBe(origin);
  renameSync(at("data"), at("moved"));
  expect(reopened(at("moved"))).toBe(origin);
});

test("a copy begins one other log, not one at every start", () => {
  written(at("data"));
  cpSync(at("data"), at("copy"), { recursive: true });
  expect(reopened(at("copy"))).toBe(reopened(at("copy")));
});

function reopened(directory: string): string {
  const journal = open(directory);
  journal.close();
  return journal.origin;
}
