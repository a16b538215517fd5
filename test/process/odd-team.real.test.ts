/** A team file that nothing can be calculated with ends no engine: it is refused, and the last good one goes on. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, serveInVain } from "../support/tocsin-process.ts";

afterEach(endProcesses);

const withZone = (timeZone: string) =>
  teamFile({
    change: {
      schedules: [
        {
          id: "primary",
          timeZone,
          layers: [
            {
              id: "weekly",
              participants: ["ana", "ben"],
              start: "2026-01-05T09:00:00Z",
              handoff: "FREQ=WEEKLY",
            },
          ],
        },
      ],
      absences: [{ person: "ana", start: "2026-08-01T00:00:00", end: "2026-08-15T00:00:00" }],
    },
  });

test("IST written into a running engine's file, for a schedule, a person and the team", async () => {
  const data = freshFolder();
  const team = writeTeamFile(data, withZone("Europe/Dublin"));
  let engine = await serve({ data, team });
  const dublin = JSON.stringify(withZone("Europe/Dublin"));
  for (const odd of [
    JSON.stringify(withZone("IST")),
    dublin.replace('"id":"ben"', '"id":"ben","timeZone":"PST"'),
    dublin.replace('"timeZone":"UTC"', '"timeZone":"ECT"'),
  ]) {
    writeFileSync(team, odd);
    await eventually("it is refused, and the engine is there", async () =>
      (await engine.get("/readyz")).text.includes("is no time zone that can be calculated with"),
    );
    expect(await engine.post(`/in/${keys.events}/json`, { title: "Still here" })).toMatchObject({
      status: 202,
    });
    expect(engine.child.exitCode).toBe(null);
    writeFileSync(team, dublin);
    await eventually(
      "the good one counts again",
      async () => !(await engine.get("/readyz")).text.includes("refused"),
    );
  }
  writeFileSync(team, JSON.stringify(withZone("IST")));
  await engine.stop();
  // The last good file is in the data folder: it starts with that.
  engine = await serve({ data, team });
  expect((await engine.get("/readyz")).text).toContain("Asia/Kolkata, Asia/Jerusalem or Europe/Dublin");
  expect(await engine.post(`/in/${keys.events}/json`, { title: "Here again" })).toMatchObject({
    status: 202,
  });
  await engine.stop();
});

test("at a first start it says where and what instead: exit 2", async () => {
  const data = freshFolder();
  const team = writeTeamFile(data, withZone("IST"));
  const { code, stderr } = await serveInVain({ data: join(data, "data"), team });
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /team\.yaml:\d+:\d+: schedules\[0\]\.timeZone: "IST" is no time zone .* write Asia\/Kolkata/,
  );
});
