/** `tocsin override` and `tocsin swap` as processes against a running engine, on a team file that somebody takes care of. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fact } from "#domain/fact";
import { eventually } from "../support/eventually.ts";
import { endProcesses, freshFolder, serve, tocsin, type TocsinProcess } from "../support/tocsin-process.ts";

/** Ana is on call for ever. */
const text = `# Who is on call, and why: see the wiki.
version: 1
team: { name: Test, timeZone: Europe/Berlin }
people:
  - { id: ana, name: Ana }   # the boss
  - { id: chi, name: Chi }

schedules:
  - id: primary
    handoffNotice: off       # we all know
    layers:
      - { id: only, participants: [ana], start: 2026-01-05T09:00:00, handoff: FREQ=WEEKLY }
    # Holidays are agreed in the meeting.
policies:
  - { id: default, steps: [{ notify: [{ schedule: primary }], within: 5m }] }
routes: [{ match: {}, policy: default }]
`;

let engine: TocsinProcess;
let file: string;
beforeAll(async () => {
  const folder = freshFolder();
  file = join(folder, "team.yaml");
  writeFileSync(file, text);
  engine = await serve({ data: folder, team: file, args: ["--person", "ana"] });
});
afterAll(endProcesses);

const duty = ["--schedule", "primary", "--person", "chi"];
const day = [...duty, "--from", "2090-05-01", "--to", "2090-05-02T00:00:00"];
const person = async (at: string) =>
  (await engine.api<Record<string, string>>("GET", `/api/v1/oncall?at=${at}`))["primary"];

test("add, list, remove: the file gains a line and loses it again, and the engine follows", async () => {
  await engine.command("override", "add", ...day, "--asked-by", "ana", "--agreed-by", "chi");
  expect(await person("2090-05-01T12:00:00Z")).toBe("chi");
  const edited = readFileSync(file, "utf8");
  expect(edited).toContain("start: 2090-05-01T00:00:00, end: 2090-05-02T00:00:00, person: chi");
  const kept = text.split("\n").filter((line) => !edited.split("\n").includes(line));
  expect(kept, "every line of before is still there").toEqual([]);
  const list = await tocsin(["override", "list", "--data", engine.data]);
  expect(list.stdout).toBe("primary: chi from 2090-04-30 22:00:00Z to 2090-05-01 22:00:00Z\n");
  expect((await tocsin(["override", "add", ...day, "--data", engine.data])).code).toBe(1);
  await engine.command("override", "remove", ...day);
  expect(await person("2090-05-01T12:00:00Z")).toBe("ana");
  expect((await tocsin(["override", "list", "--data", engine.data])).stdout).toBe("No overrides.\n");
});

test("take my Tuesday: asked, listed, agreed to by the ending of its id; the journal has it all", async () => {
  const { id } = await engine.command<{ id: string }>("swap", ...day);
  expect((await tocsin(["swap", "list", "--data", engine.data])).stdout).toContain(
    `${id}  asked  primary: chi`,
  );
  const agreed = await tocsin(["swap", "agree", id.slice(-6), "--by", "chi", "--data", engine.data]);
  expect([agreed.code, agreed.stdout]).toEqual([0, expect.stringContaining("agreed") as string]);
  expect(await person("2090-05-01T12:00:00Z")).toBe("chi");
  const again = await tocsin(["swap", "decline", id.slice(-6), "--by", "chi", "--data", engine.data]);
  expect([again.code, again.stderr]).toEqual([1, `tocsin: Swap ${id} is agreed already.\n`]);
  const exported = await tocsin(["journal", "export", "--data", engine.data]);
  const facts = exported.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Fact & { fact?: Fact })
    .map((line) => line.fact ?? line);
  expect(facts.filter(({ kind }) => /^(swap|override)-/.test(kind)).map(({ kind }) => kind)).toEqual([
    "override-added",
    "override-removed",
    "swap-asked",
    "swap-agreed",
    "override-added",
  ]);
  expect(facts.filter(({ kind }) => kind === "override-added")).toMatchObject([
    { askedBy: "ana", agreedBy: "chi", origin: "command-line" },
    { askedBy: "ana", agreedBy: "chi", origin: "command-line", swap: id },
  ]);
});

test("over a pair it is said who goes off duty", async () => {
  const pair = text.replace("participants: [ana]", "participants: [[ana, chi]]");
  writeFileSync(file, pair);
  await eventually(
    "both are on call",
    async () => String(await person("2090-05-01T12:00:00Z")) === "ana,chi",
  );
  const added = await tocsin(["override", "add", ...day, "--data", engine.data]);
  expect(added.stdout).toContain("\nchi is on call alone then, instead of ana; ");
  await engine.command("override", "remove", ...day);
  writeFileSync(file, text);
});

test("the file that is changed by hand right after is read too", async () => {
  writeFileSync(file, text);
  await eventually("ana is on call", async () => (await person("2090-05-01T12:00:00Z")) === "ana");
  expect(readFileSync(file, "utf8")).toBe(text);
});

test.each([
  [["override"], 2],
  [["override", "add", ...duty], 2],
  [["swap", "agree"], 2],
  [["swap", ...duty, "--from", "yesterday", "--to", "2090-05-02"], 1],
])("tocsin %j exits with %i and one sentence", async (args, code) => {
  const ran = await tocsin([...args, "--data", engine.data]);
  expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: "" });
  expect(ran.stderr).toMatch(/^tocsin: .+\n$/);
});
