/** The data folder taken away under a running engine: what was answered 2xx is there at the next start, and it is told. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, type TocsinProcess } from "../support/tocsin-process.ts";

afterEach(endProcesses);

const told = "The journal's files were taken away while Tocsin ran, and have been put back";

/** @returns whether it was taken. */
async function post(engine: TocsinProcess, key: string): Promise<boolean> {
  const answer = await engine
    .post("/v2/enqueue", {
      routing_key: keys.events,
      event_action: "trigger",
      dedup_key: key,
      payload: { summary: key, source: "test", severity: "info" },
    })
    .catch(() => null);
  if (answer !== null && answer.status !== 202) expect(answer.status).toBe(503);
  return answer?.status === 202;
}

async function titles(engine: TocsinProcess): Promise<string[]> {
  return (await engine.alerts()).map(({ title }) => title);
}

test("journal files deleted and the folder renamed while it runs: nothing that was answered is lost", async () => {
  const root = freshFolder();
  const data = join(root, "data");
  const port = await freePort();
  const team = writeTeamFile(root, teamFile());
  const engine = await serve({ data, team, port });
  const machine = readFileSync(join(data, "machine.json"), "utf8");
  const token = readFileSync(join(data, "token"), "utf8");
  const taken: string[] = [];
  const postAFew = async (name: string): Promise<void> => {
    for (let index = 0; index < 5; index++) {
      const key = `${name} ${index}`;
      await eventually(`an answer to ${key}`, () => post(engine, key), 20_000);
      taken.push(key);
    }
  };
  await postAFew("before");
  for (const name of readdirSync(data)) if (name.startsWith("journal.sqlite")) rmSync(join(data, name));
  await postAFew("after the files were deleted");
  await eventually("the alert about it", async () => (await titles(engine)).includes(told));
  const own = (await engine.alerts()).find(({ title }) => title === told);
  expect(Object.keys(own!.details), "nothing was damaged").toEqual(["what", "what stood there"]);
  expect(await titles(engine)).toEqual(expect.arrayContaining(taken));

  // While nothing happens.
  renameSync(data, join(root, "renamed"));
  await eventually("the folder again", () => existsSync(join(data, "journal.sqlite")), 20_000);
  await postAFew("after the folder was renamed");
  await engine.crash();
  expect(readFileSync(join(data, "machine.json"), "utf8")).toBe(machine);
  expect(readFileSync(join(data, "token"), "utf8")).toBe(token);

  const again = await serve({ data, team, port });
  expect(await titles(again)).toEqual(expect.arrayContaining(taken));
  await again.stop();
}, 90_000);

test("a token that is deleted is a problem in words, for as long as it is gone", async () => {
  const data = freshFolder();
  const engine = await serve({ data, team: writeTeamFile(data, teamFile()) });
  const token = join(data, "token");
  renameSync(token, join(data, "token.aside"));
  const problems = async () =>
    ((await engine.get("/healthz")).json() as { problems: { text: string }[] }).problems.map(
      ({ text }) => text,
    );
  await eventually("the problem", async () =>
    (await problems()).some((text) => text.includes(`token is gone from ${data}`)),
  );
  expect((await problems()).join(" ")).toContain("Put it back from a backup");
  renameSync(join(data, "token.aside"), token);
  await eventually(
    "no problem",
    async () => !(await problems()).some((text) => text.includes("is gone from")),
  );
  await engine.stop();
});
