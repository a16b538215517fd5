import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { teamLog } from "#cli/team-log";
import type { Fact } from "#domain/fact";
import type { MachineId, PersonId, TeamRevision } from "#domain/ids";
import { openSqliteJournal } from "#journal/sqlite";
import { writeMembership } from "#peers/identity/membership";
import { packTeamFile } from "../../src/compose/shared-team/team-parcel.ts";
import { team } from "../support/team-builder.ts";
import { run } from "./run-command.ts";

const key = Buffer.alloc(32, 7);
const at = Date.parse("2026-03-01T12:00:00Z");
const machine = "0123456789abcdefghjkmnpqrs" as MachineId;

function folderWith(facts: readonly Fact[]): string {
  const data = mkdtempSync(join(tmpdir(), "tocsin-team-log-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const { journal } = openSqliteJournal({ directory: data });
  journal.append(facts);
  journal.close();
  return data;
}

function adopted(revision: string, parent: string | null, text: string, minute: number): Fact[] {
  const parcel = { text, file: "team.yaml", password: null, passwordFrom: null, authority: null };
  const sealed = packTeamFile({ ...parcel, changedBy: "ana", changedAt: at }, key)!;
  const id = revision as TeamRevision;
  return [
    {
      kind: "team-adopted",
      at: at + minute * 60_000,
      hlc: at + minute * 60_000,
      team: team({ revision: id }),
      parent: parent as TeamRevision | null,
      by: "ana" as PersonId,
      machine,
    },
    { kind: "team-file-sealed", at, hlc: at + minute * 60_000 + 1, revision: id, sealed },
  ];
}

const facts: Fact[] = [
  {
    kind: "machine-added",
    at,
    hlc: at - 1,
    by: machine,
    machine: {
      id: machine,
      name: "Ana's\nlaptop",
      role: "engine",
      person: "ana" as PersonId,
      fingerprint: "f".repeat(64),
      addresses: [],
    },
  },
  ...adopted("first", null, "version: 1\nkey: 0123\nx: a\n", 0),
  ...adopted("second", "first", "version: 1\nkey: 4567\nx: b\n", 5),
];

it("tells who changed what, where and when, and no secret", async () => {
  const data = folderWith(facts);
  writeMembership(data, {
    teamId: "0123456789abcdef",
    teamKey: key.toString("base64"),
    role: "engine",
    name: "here",
    peers: null,
    alsoAt: [],
    engines: [],
  });
  const { code, out } = await run(teamLog, "team", "log", "--data", data);
  expect(code).toBe(0);
  expect(out).not.toContain("4567");
  const lines = out.split("\n");
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(
    /^2026-03-01 12:00:00 UTC Ana on Ana's.*laptop its lines are not known here \(first\)$/,
  );
  expect(lines[1]).toMatch(/^2026-03-01 12:05:00 UTC Ana on Ana's.*laptop \+2 −2 \(second\)$/);
  expect(lines.slice(2)).toEqual(["    - key: …", "    - x: a", "    + key: …", "    + x: b"]);
});

it("knows no lines without the team's key", async () => {
  const { out } = await run(teamLog, "team", "log", "--json", "--data", folderWith(facts));
  expect(JSON.parse(out)).toMatchObject([
    { at: "2026-03-01T12:00:00.000Z", by: "ana", machine, revision: "first", added: null, lines: [] },
    { revision: "second", added: null, removed: null, lines: [] },
  ]);
});

it("refuses another word, and a folder without a journal", async () => {
  expect(await run(teamLog, "team", "list")).toMatchObject({ code: 2 });
  expect(await run(teamLog, "team", "log", "--data", tmpdir())).toMatchObject({ code: 1 });
});
