/** A desk as a process: `tocsin invite`, `join`, `serve`, and the commands about alerts on a machine without an engine. */
import { afterEach, expect, test } from "vitest";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AlertJson } from "#wire/alert-json";
import type { MachinesJson } from "#wire/machines-json";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { endProcesses, freshFolder, serve, serveInVain, tocsin } from "../support/tocsin-process.ts";

afterEach(endProcesses);

const teamFile = {
  version: 1,
  team: { name: "Platform", timeZone: "UTC" },
  people: ["ana", "ben"].map((id) => ({ id, name: id, notify: [{ via: "desktop", after: "0s" }] })),
  policies: [{ id: "default", steps: [{ notify: [{ everyone: true }], within: "5m" }] }],
  routes: [{ match: {}, policy: "default" }],
};

test("the commands about alerts work on a desk, in its person's name, until its last engine is gone", async () => {
  const folder = freshFolder();
  const [engineData, deskData] = [join(folder, "engine"), join(folder, "desk")];
  const team = join(folder, "team.yaml");
  writeFileSync(team, JSON.stringify(teamFile));
  const engine = await serve({
    data: engineData,
    team,
    args: ["--peers", `127.0.0.1:${await freePort()}`, "--person", "ana"],
  });
  const { line } = await engine.command<{ line: string }>("invite", "--role", "desk", "--person", "ben");
  const joined = await tocsin(["join", line, "--data", deskData, "--name", "Ben's desk", "--json"]);
  expect([joined.code, JSON.parse(joined.stdout)]).toMatchObject([
    0,
    { machine: { role: "desk", person: "ben", name: "Ben's desk" }, team: { name: "Platform" } },
  ]);
  const kept = JSON.parse(readFileSync(join(deskData, "membership.json"), "utf8")) as { teamKey: unknown };
  expect([kept.teamKey, statSync(join(deskData, "machine.json")).mode & 0o777]).toEqual([null, 0o600]);

  const desk = await serve({ data: deskData });
  await eventually("the desk is connected", async () => (await desk.get("/readyz")).status === 200);
  const raised = await engine.api<AlertJson>("POST", "/api/v1/alerts", { title: "Disk full" });
  expect(await desk.command<AlertJson[]>("list")).toMatchObject([{ id: raised.id, title: "Disk full" }]);
  const shown = await desk.command<AlertJson>("show", raised.id);
  expect(shown.timeline?.length).toBeGreaterThan(0);
  await desk.command("ack", raised.id);
  expect(await engine.alert(raised.id)).toMatchObject({ status: "acknowledged", acknowledgedBy: "ben" });
  const machines = await desk.command<MachinesJson>("machines");
  expect([machines.self, machines.coordinator]).toEqual([
    expect.objectContaining({ name: "Ben's desk", role: "desk" }),
    (await engine.api<MachinesJson>("GET", "/api/v1/machines")).self.id,
  ]);
  expect((await tocsin(["invite", "--data", deskData])).code).toBe(1);
  // With one key they would take each other's place at the engine, again and again.
  const second = await serveInVain({ data: deskData });
  expect([second.code, second.stderr]).toEqual([
    1,
    expect.stringMatching(/Another Tocsin \(process \d+\) is/),
  ]);

  await engine.crash();
  const alone = await eventually("the desk has noticed", async () => {
    const ran = await tocsin(["list", "--data", deskData]);
    return ran.code === 0 ? undefined : ran;
  });
  expect([alone.code, alone.stderr]).toEqual([
    3,
    expect.stringContaining("No engine of the team can be reached"),
  ]);
  expect((await desk.get("/healthz")).status).toBe(200);

  const again = await serve({ data: engineData, team, args: ["--person", "ana"] });
  await eventually("it is found again", async () => (await desk.get("/readyz")).status === 200);
  expect(await desk.command<AlertJson[]>("list")).toMatchObject([{ id: raised.id, status: "acknowledged" }]);
  await desk.stop();
  await again.stop();
  expect(existsSync(join(deskData, "journal.sqlite"))).toBe(false);
});
