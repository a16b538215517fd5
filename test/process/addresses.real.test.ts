/** Where machines find one another: what people say (`--address`), what a machine knows itself, and that both stay. */
import { afterEach, expect, test } from "vitest";
import { join } from "node:path";
import type { MachinesJson } from "#wire/machines-json";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, tocsin, type TocsinProcess } from "../support/tocsin-process.ts";

afterEach(endProcesses);

test("addresses that people said are told to the team, and are still there after a restart", async () => {
  const folder = freshFolder();
  const [anas, bens] = [join(folder, "ana"), join(folder, "ben")];
  const [anaAt, benSaidAt, benAt] = await Promise.all([address(), address(), address()]);
  const team = writeTeamFile(folder, teamFile());
  const ana = await serve({ data: anas, team, args: ["--peers", anaAt, "--person", "ana"] });
  const { line } = await ana.command<{ line: string }>(
    "invite",
    "--person",
    "ben",
    "--address",
    "ana.example:9000",
  );
  expect(line.startsWith(`tocsin://ana.example:9000,${anaAt}/`)).toBe(true);

  const joined = await tocsin([
    ...["join", line, "--data", bens, "--peers", benSaidAt, "--address", "ben.example:9000"],
  ]);
  expect([joined.code, joined.stderr]).toEqual([0, expect.any(String)]);
  // Not where it said that it would listen: its record has to follow.
  const serveBen = () => serve({ data: bens, args: ["--peers", benAt] });
  let ben = await serveBen();
  const expected = {
    ana: ["ana.example:9000", anaAt],
    ben: ["ben.example:9000", benAt],
  };
  await eventually("both know both", async () => agree(await addressesOf(ana), expected), 30_000);
  await eventually("so does the other", async () => agree(await addressesOf(ben), expected), 30_000);

  await ben.stop();
  ben = await serveBen();
  await eventually("they are connected again", async () => (await machinesOf(ben)).awake === 2, 30_000);
  expect(await addressesOf(ben)).toEqual(expected);
});

const address = async () => `127.0.0.1:${await freePort()}`;
const machinesOf = (engine: TocsinProcess) => engine.api<MachinesJson>("GET", "/api/v1/machines");

async function addressesOf(engine: TocsinProcess): Promise<Record<string, string[]>> {
  const { machines } = await machinesOf(engine);
  return Object.fromEntries(machines.map(({ person, addresses }) => [person, addresses]));
}

function agree(seen: unknown, expected: unknown): boolean {
  if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error(JSON.stringify(seen));
  return true;
}
