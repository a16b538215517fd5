/** `tocsin feed` on a running engine, and what its address gives to a calendar. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { endProcesses, freshFolder, serve, tocsin } from "../support/tocsin-process.ts";
import { teamFile, writeTeamFile } from "../support/team-file.ts";

afterAll(endProcesses);

test("prints addresses that a calendar can read without any header", async () => {
  const data = freshFolder();
  const layers = [
    { id: "week", participants: ["ana", "ben"], start: "2026-01-05T09:00:00", handoff: "FREQ=WEEKLY" },
  ];
  const change = { schedules: [{ id: "primary", layers }] };
  const engine = await serve({ data, team: writeTeamFile(data, teamFile({ change })) });
  const secret = join(data, "feed-token");
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  expect(readFileSync(secret, "utf8")).not.toBe(readFileSync(join(data, "token"), "utf8"));

  const printed = await tocsin(["feed", "--person", "ana", "--data", data]);
  expect(printed).toMatchObject({ code: 0, stderr: "" });
  const url = new URL(printed.stdout.trim());
  expect(url.pathname).toBe(`/ical/${readFileSync(secret, "utf8").trim()}/person/ana.ics`);
  const answer = await engine.get(url.pathname);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain("SUMMARY:On call: primary\r\n");

  const all = await engine.command<{ kind: string; id: string }[]>("feed");
  expect(all.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    "person ana",
    "person ben",
    "person chi",
    "schedule primary",
  ]);
  const unknown = await tocsin(["feed", "--schedule", "secondary", "--data", data]);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain("the team has: primary");
  expect((await tocsin(["feed", "--person", "ana", "--schedule", "primary", "--data", data])).code).toBe(2);
  await engine.stop();
  expect((await tocsin(["feed", "--data", data])).code).toBe(3);
});
