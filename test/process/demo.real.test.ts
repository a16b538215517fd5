/** `npm run demo`: tells its story, and leaves nothing behind, also when it is interrupted. Contract §1. */
import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { endProcesses, freshFolder } from "../support/tocsin-process.ts";

const script = fileURLToPath(new URL("../../scripts/demo.mjs", import.meta.url));
let running: ChildProcess | null = null;
afterEach(async () => {
  // Its own clean-up, should a test have failed half-way.
  if (running?.exitCode === null) running.kill("SIGINT");
  await eventually(
    "the demo is gone",
    () => running === null || running.exitCode !== null || running.signalCode !== null,
  );
  await endProcesses();
});

/** Everything temporary of it goes into `folder`. */
function startDemo() {
  const folder = freshFolder();
  // The mail server's own user has to get in.
  chmodSync(folder, 0o755);
  const child = spawn(process.execPath, [script], { env: { ...process.env, TMPDIR: folder }, stdio: "pipe" });
  running = child;
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output.text += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { folder, child, output, ended };
}

test("an alert climbs the tiers, a mail arrives, an acknowledgement stops it", async () => {
  const { folder, output, ended } = startDemo();
  expect([await ended, output.text]).toEqual([0, expect.stringContaining("no further mail")]);
  const story = [
    /monitoring +posts: critical/,
    /Step 1, .* asks Ana/,
    /Step 2, .* asks Ben/,
    /Ben's mail +\[CRITICAL\]/,
    /tocsin ack/,
    /no further mail/,
    /tocsin show/,
    /status +acknowledged by ana/,
  ];
  const places = story.map((line) => output.text.search(line));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(readdirSync(folder)).toEqual([]);
});

test("Ctrl-C: everything is gone", async () => {
  const { folder, child, output, ended } = startDemo();
  await eventually("the engine runs", () => output.text.includes("listens at"), 30_000);
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
  expect(output.text).not.toContain("Error");
});
