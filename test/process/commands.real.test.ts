/** Every command of contract §1 as a process: its exit code, its --json, its sentence when it is refused. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AlertJson } from "#wire/alert-json";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import {
  endProcesses,
  freshFolder,
  serve,
  tocsin,
  type Ran,
  type TocsinProcess,
} from "../support/tocsin-process.ts";

let engine: TocsinProcess;
let folder: string;
beforeAll(async () => {
  folder = freshFolder();
  const quiet = { id: "quiet", steps: [{ notify: [{ person: "chi" }], within: "1h" }] };
  const team = teamFile();
  const policies = [...(team["policies"] as unknown[]), quiet];
  engine = await serve({
    data: folder,
    team: writeTeamFile(folder, { ...team, policies }),
    args: ["--person", "ana"],
  });
});
afterAll(endProcesses);

const raise = (...args: string[]) => engine.command<AlertJson>("raise", "--title", "Disk full", ...args);
const refused = async (code: number, ...args: string[]): Promise<string> => {
  const ran = await tocsin([...args, "--data", folder]);
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: "" });
  expect(ran.stderr).toMatch(/^tocsin: .+\n$/);
  return ran.stderr;
};

describe("commands about alerts", () => {
  test("raise: the alert, as told", async () => {
    const alert = await raise(
      ...["--severity", "critical", "--source", "db-1", "--dedup-key", "disk/db-1"],
      ...["--detail", "mount=/var", "--detail", "formula=a=b"],
    );
    expect(alert).toMatchObject({
      id: expect.stringMatching(/^[0-9a-z]{17}$/),
      status: "triggered",
      severity: "critical",
      title: "Disk full",
      source: "db-1",
      dedupKey: "disk/db-1",
      details: { mount: "/var", formula: "a=b" },
      labels: {},
      links: [],
      policy: "default",
      repeat: 0,
      occurrences: 1,
    });
    expect(alert.openedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(
      (await raise("--dedup-key", "disk/db-1", "--severity", "critical", "--source", "db-1")).occurrences,
    ).toBe(2);
  });

  test("raise: without a title 2, with an unknown severity 2", async () => {
    expect(await refused(2, "raise")).toContain("Usage: tocsin raise");
    expect(await refused(2, "raise", "--title", " ")).toContain("Usage: tocsin raise");
    expect(await refused(2, "raise", "--title", "x", "--detail", "novalue")).toContain("name=value");
    expect(await refused(2, "raise", "--title", "x", "--severity", "terrible")).toContain("severity");
  });

  test("list: open, resolved, all", async () => {
    const { id } = await raise();
    const ids = async (...args: string[]) =>
      (await engine.command<AlertJson[]>("list", ...args)).map((alert) => alert.id);
    expect(await ids()).toContain(id);
    await engine.command("resolve", id);
    expect(await ids()).not.toContain(id);
    expect(await ids("--status", "resolved")).toContain(id);
    expect(await ids("--status", "all")).toContain(id);
    expect(await refused(2, "list", "--status", "closed")).toContain("Usage: tocsin list");
  });

  test("show: with its timeline, by its whole id or its ending", async () => {
    const { id } = await raise();
    const shown = await engine.command<AlertJson>("show", id);
    expect(shown).toMatchObject({ id, status: "triggered" });
    expect(shown.timeline![0]).toMatchObject({
      kind: "alert-opened",
      by: "ana",
      text: expect.stringContaining("Ana"),
    });
    expect((await engine.command<AlertJson>("show", id.slice(-6))).id).toBe(id);
    expect(await refused(1, "show", "0000000000000nope")).toContain("tocsin list");
    expect(await refused(2, "show")).toContain("Usage: tocsin show");
  });

  test("ack, twice is once; resolve, twice is refused", async () => {
    const { id } = await raise();
    expect(await engine.command("ack", id)).toMatchObject({ status: "acknowledged", acknowledgedBy: "ana" });
    const { acknowledgedAt } = await engine.alert(id);
    expect(await engine.command("ack", id)).toMatchObject({ status: "acknowledged", acknowledgedAt });
    expect(await engine.command("resolve", id)).toMatchObject({ status: "resolved", acknowledgedBy: "ana" });
    expect(await refused(1, "resolve", id)).toContain("resolved");
    expect(await refused(1, "ack", id)).toContain("resolved");
  });

  test("snooze: until then", async () => {
    const { id } = await raise();
    const snoozed = await engine.command<AlertJson>("snooze", id, "--for", "30m");
    expect(snoozed.status).toBe("snoozed");
    const leftMs = Date.parse(snoozed.snoozedUntil!) - Date.now();
    expect(leftMs).toBeGreaterThan(29 * 60_000);
    expect(leftMs).toBeLessThanOrEqual(30 * 60_000);
    expect(await refused(2, "snooze", id)).toContain("Usage: tocsin snooze");
    expect(await refused(2, "snooze", id, "--for", "a while")).toContain("30m");
  });

  test("escalate, transfer, note", async () => {
    const { id, step } = await raise();
    expect(step).toBe(0);
    await engine.command("escalate", id);
    expect(await engine.command("transfer", id, "--policy", "quiet")).toMatchObject({
      policy: "quiet",
      step: 0,
    });
    await engine.command("note", id, "looked", "at", "it");
    const { timeline } = await engine.command<AlertJson>("show", id);
    const kinds = timeline!.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["alert-escalated", "alert-transferred", "note-added"]));
    expect(timeline!.find(({ kind }) => kind === "note-added")).toMatchObject({
      by: "ana",
      text: expect.stringContaining("looked at it"),
    });
    expect(await refused(1, "transfer", id, "--policy", "nobody")).toContain("nobody");
    expect(await refused(2, "transfer", id)).toContain("Usage: tocsin transfer");
    expect(await refused(2, "note", id)).toContain("Usage: tocsin note");
  });

  test("hostile text cannot drive the terminal", async () => {
    const title = "\u001b]0;owned\u0007\u001b[2J\u202Efdp.exe";
    const answer = await engine.post(`/in/${keys.events}/json`, { title, details: { "a\nb": "c\r\nd" } });
    const { alert } = answer.json() as { alert: string };
    for (const args of [["list"], ["show", alert]]) {
      const { stdout } = await tocsin([...args, "--data", folder]);
      // Its lines end; nothing else in it is a control character.
      expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe("finding the engine", () => {
  const viaUrl = async (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    tocsin(["list", ...args], { env });
  const token = () => readFileSync(join(folder, "token"), "utf8").trim();

  test("--url and --token, or the environment", async () => {
    expect((await viaUrl(["--url", engine.url, "--token", token()])).code).toBe(0);
    expect((await viaUrl([], { TOCSIN_URL: engine.url, TOCSIN_TOKEN: token() })).code).toBe(0);
  });

  test("a wrong token: 1", async () => {
    const { code, stderr } = await viaUrl(["--url", engine.url, "--token", "guess"]);
    expect(code).toBe(1);
    expect(stderr).toContain("token");
  });

  test("half an address: 2", async () => {
    expect((await viaUrl(["--url", engine.url])).code).toBe(2);
    expect((await viaUrl(["--url", "nonsense", "--token", "x"])).code).toBe(2);
  });

  test("nobody there: 3", async () => {
    const nowhere = await tocsin(["list", "--data", freshFolder()]);
    expect(nowhere.code).toBe(3);
    expect(nowhere.stderr).toMatch(/^tocsin: .*tocsin serve.*\n$/);
    const dead = await viaUrl(["--url", "http://127.0.0.1:9", "--token", "x"]);
    expect(dead.code).toBe(3);
  });

  test("an engine that was killed: 3", async () => {
    const data = freshFolder();
    await (await serve({ data })).crash();
    expect((await tocsin(["list", "--data", data])).code).toBe(3);
  });
});

describe("check", () => {
  test("a valid file: 0, and its warnings", async () => {
    const file = writeTeamFile(freshFolder(), teamFile());
    const { code, stdout } = await tocsin(["check", file, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, faults: expect.any(Array) });
    expect((await tocsin(["check", file])).stdout).toContain("valid");
  });

  test("an invalid one: 2, every fault with its place", async () => {
    const file = join(freshFolder(), "bad.yaml");
    writeFileSync(file, "version: 1\npeople: []\nteem: x\n");
    const { code, stdout } = await tocsin(["check", file, "--json"]);
    expect(code).toBe(2);
    const { ok, faults } = JSON.parse(stdout) as { ok: boolean; faults: { line: number; text: string }[] };
    expect(ok).toBe(false);
    expect(faults.find(({ line }) => line === 3)?.text).toContain('did you mean "team"?');
    const printed = await tocsin(["check", file]);
    expect(printed.stdout).toBe("");
    for (const line of printed.stderr.trim().split("\n")) expect(line).toMatch(/bad\.yaml:\d+:\d+: /);
  });

  test("no file: 2", async () => {
    expect((await tocsin(["check", "/nowhere.yaml"])).code).toBe(2);
    expect((await tocsin(["check"])).code).toBe(2);
  });
});

describe("oncall (contract §3)", () => {
  // The example of contract §2, as far as it says who is on call.
  const team = {
    version: 1,
    team: { name: "Platform", timeZone: "Europe/Berlin" },
    people: ["ana", "ben", "chi"].map((id) => ({ id, name: id })),
    schedules: [
      {
        id: "primary",
        layers: [
          {
            id: "weekly",
            participants: ["ana", "ben", "chi"],
            start: "2026-01-05T09:00:00",
            handoff: "FREQ=WEEKLY;BYDAY=MO",
            end: "2027-01-04T09:00:00",
          },
        ],
        overrides: [{ start: "2026-02-01T09:00:00", end: "2026-02-02T09:00:00", person: "chi" }],
      },
      {
        id: "office",
        layers: [
          {
            id: "days",
            participants: ["ben"],
            start: "2026-01-05T00:00:00",
            handoff: "FREQ=WEEKLY;BYDAY=MO",
            windows: [{ rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "09:00", to: "17:00" }],
          },
        ],
      },
    ],
    absences: [
      { person: "ana", start: "2026-08-01T00:00:00", end: "2026-08-15T00:00:00", substitute: "ben" },
    ],
    policies: [{ id: "default", steps: [{ notify: [{ schedule: "primary" }], within: "5m" }] }],
    routes: [{ match: {}, policy: "default" }],
  };
  let file: string;
  beforeAll(() => {
    file = writeTeamFile(freshFolder(), team);
  });
  const onCall = async (...args: string[]) => {
    const { code, stdout, stderr } = await tocsin(["oncall", "--team", file, ...args, "--json"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return JSON.parse(stdout) as unknown;
  };

  test("--at: every schedule; an instant, or a wall-clock time of the team", async () => {
    expect(await onCall("--at", "2026-01-05T08:00:00Z")).toEqual({ primary: "ana", office: "ben" });
    expect(await onCall("--at", "2026-01-05T08:59:59")).toEqual({ primary: null, office: null });
    expect(await onCall("--at", "2026-01-12T09:00:00", "--schedule", "primary")).toEqual({ primary: "ben" });
    expect(await onCall("--at", "2026-01-12T17:00:00")).toEqual({ primary: "ben", office: null });
  });

  test("--from --to: [A, B) exactly, adjacent segments of one person joined", async () => {
    expect(
      await onCall("--schedule", "primary", "--from", "2026-01-30T00:00:00Z", "--to", "2026-02-03T00:00:00Z"),
    ).toEqual([
      // Monday 26 January is the fourth handoff: ana's second week; then the override, then ben.
      { start: "2026-01-30T00:00:00Z", end: "2026-02-01T08:00:00Z", person: "ana" },
      { start: "2026-02-01T08:00:00Z", end: "2026-02-02T08:00:00Z", person: "chi" },
      { start: "2026-02-02T08:00:00Z", end: "2026-02-03T00:00:00Z", person: "ben" },
    ]);
  });

  test("daylight saving moves a handoff in UTC, not on the wall", async () => {
    expect(
      await onCall("--schedule", "primary", "--from", "2026-03-23T07:59:59Z", "--to", "2026-04-06T07:00:01Z"),
    ).toEqual([
      { start: "2026-03-23T07:59:59Z", end: "2026-03-23T08:00:00Z", person: "ben" },
      { start: "2026-03-23T08:00:00Z", end: "2026-03-30T07:00:00Z", person: "chi" },
      { start: "2026-03-30T07:00:00Z", end: "2026-04-06T07:00:00Z", person: "ana" },
      { start: "2026-04-06T07:00:00Z", end: "2026-04-06T07:00:01Z", person: "ben" },
    ]);
  });

  test("an absence is substituted, and the substitute's own week joined to it", async () => {
    expect(
      await onCall("--schedule", "primary", "--from", "2026-08-03T07:00:00Z", "--to", "2026-08-17T07:00:00Z"),
    ).toEqual([{ start: "2026-08-03T07:00:00Z", end: "2026-08-17T07:00:00Z", person: "ben" }]);
  });

  test("wrong words: 2; an unknown schedule: 1; an invalid file: 2", async () => {
    const exit = async (...args: string[]) => (await tocsin(["oncall", ...args])).code;
    expect(await exit("--at", "2026-01-05T08:00:00Z")).toBe(2);
    expect(await exit("--team", file)).toBe(2);
    expect(await exit("--team", file, "--from", "2026-01-05T08:00:00Z")).toBe(2);
    expect(await exit("--team", file, "--at", "yesterday")).toBe(2);
    expect(await exit("--team", file, "--from", "2026-01-06", "--to", "2026-01-05")).toBe(2);
    expect(await exit("--team", file, "--at", "2026-01-05T08:00:00Z", "--schedule", "third")).toBe(1);
    expect(await exit("--team", "/nowhere.yaml", "--at", "2026-01-05T08:00:00Z")).toBe(2);
  });
});

describe("journal", () => {
  test("verify: intact; export: every fact as a line of JSON; beside the running engine", async () => {
    await raise();
    const verified = await engine.command<{ ok: boolean; facts: number }>("journal", "verify");
    expect(verified).toMatchObject({ ok: true, facts: expect.any(Number) });
    const { code, stdout } = await tocsin(["journal", "export", "--data", folder]);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { fact: { kind: string }; hash: string });
    expect(lines.length).toBeGreaterThanOrEqual(verified.facts);
    expect(lines.map(({ fact }) => fact.kind)).toEqual(
      expect.arrayContaining(["engine-started", "team-adopted", "alert-opened"]),
    );
  });

  test("no journal there: 1; wrong words: 2", async () => {
    const { code, stderr } = await tocsin(["journal", "verify", "--data", freshFolder()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tocsin: .*no journal.*\n$/);
    expect((await tocsin(["journal", "export", "--data", freshFolder()])).code).toBe(1);
    expect((await tocsin(["journal", "verify"])).code).toBe(2);
    expect((await tocsin(["journal", "burn", "--data", folder])).code).toBe(2);
  });
});

test("help: 0; no command: 2; an unknown one: 2, with those there are", async () => {
  const help = await tocsin(["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const name of ["serve", "check", "oncall", "raise", "list", "show", "ack", "journal", "doctor"])
    expect(help.stdout).toContain(`tocsin ${name} `);
  expect((await tocsin([])).code).toBe(2);
  const unknown = await tocsin(["page"]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/^tocsin: There is no command "page".*raise.*\n$/);
});
