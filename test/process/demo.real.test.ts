/** `npm run demo`: tells its story, and leaves nothing behind, also when it is interrupted. Contract §1. */
import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
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
  const child = spawn(process.execPath, [script], { env: { ...process.env, TMPDIR: folder }, stdio: "pipe" });
  running = child;
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output.text += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { folder, child, output, ended };
}

test("an alert climbs, its coordinator is killed, the next step comes all the same, an acknowledgement stops it", async () => {
  const { folder, output, ended } = startDemo();
  expect([await ended, output.text]).toEqual([0, expect.stringContaining("silent:")]);
  const story = [
    /machine +joins/,
    /machine +coordinates; .* and .* stand by/,
    /monitoring +posts to Ana's machine: critical/,
    /Tocsin +Step 1, .* asks Ana/,
    /Ana's desktop +shows: Disk/,
    /Tocsin +Step 2, .* asks Ben/,
    /Ben's desktop +shows: Disk/,
    /Ben's mail +\[CRITICAL\]/,
    /is killed/,
    /Tocsin +Step 3, .* asks .*Chi/,
    /types on .*: tocsin ack/,
    /all machines +silent/,
    /types on .*: tocsin show/,
    /status +acknowledged by (ana|ben|chi)/,
  ];
  const places = story.map((line) => output.text.search(line));
  expect(places, output.text).not.toContain(-1);
  expect(places, output.text).toEqual(places.toSorted((a, b) => a - b));
  expect(output.text).toMatch(/machine +coordinates now/);
  expect(readdirSync(folder)).toEqual([]);
}, 180_000);

test("Ctrl-C: everything is gone", async () => {
  const { folder, child, output, ended } = startDemo();
  await eventually("two machines run", () => output.text.includes("joins"), 60_000);
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
  expect(output.text).not.toContain("Error");
});
