/** What `tocsin doctor` says of an engine that has several problems, and of a copy of the team file. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { skipped } from "../../src/cli/doctor/finding.ts";
import { teamChecks } from "../../src/cli/doctor/team.ts";
import { engineChecks } from "../../src/cli/doctor/engine.ts";

const since = "2026-03-01T12:00:00.000Z";

async function healthSaid(...texts: string[]) {
  const problems = texts.map((text) => ({ kind: "ingest", text, since }));
  const reached = { url: "http://127.0.0.1:1", health: { ready: true, trusted: false, problems } };
  return engineChecks(Promise.resolve(reached))
    .find(({ name }) => name === "engine health")!
    .look();
}

test("several problems are counted and numbered, one is said as it is", async () => {
  expect(await healthSaid("Mail is down.")).toMatchObject({ status: "fail", text: "Mail is down" });
  expect(await healthSaid("Mail is down; wait.", "The disk is full.")).toMatchObject({
    text: "2 problems: (1) Mail is down; wait; (2) The disk is full",
  });
});

test("nobody is sent to correct the engine's own copy of the team file", async () => {
  const data = mkdtempSync(join(tmpdir(), "tocsin-doctor-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const remedyOf = async (name: string) => {
    writeFileSync(join(data, name), "version: 1\npeople: []\n");
    const [team] = teamChecks(null, data, Promise.resolve(skipped("no engine answers")));
    return JSON.stringify(await team!.look());
  };
  expect(await remedyOf("team.last-good.yaml")).toContain(
    "tocsin check FILE, with the team file that the engine was started with",
  );
  expect(await remedyOf("team.yaml")).toContain(`tocsin check ${join(data, "team.yaml")}`);
});
