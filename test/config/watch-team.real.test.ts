/** The watch on a real file system, with the ways in which editors save. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { printFault } from "#config/fault";
import { watchTeam, type TeamWatch } from "#config/watch-team";
import { sample, sampleEnvironment as env } from "./sample.ts";

const named = (name: string): string => sample.replace("name: Platform", `name: ${name}`);
const broken = sample.replace("email: ana", "emial: ana");
const complaint = 'rejected people[0].emial: unknown key, did you mean "email"?';

let directory: string;
let file: string;
let stop: () => void;
let heard: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tocsin-watch-"));
  file = join(directory, "team.yaml");
  heard = [];
  stop = () => {};
});
afterEach(() => {
  stop();
  rmSync(directory, { recursive: true, force: true });
});

function start(lastText?: string): TeamWatch {
  const watching = watchTeam({
    file,
    env,
    debounceMs: 40,
    ...(lastText !== undefined && { lastText }),
    onLoaded: ({ team }) => heard.push(`loaded ${team.name}`),
    onRejected: (faults) =>
      heard.push(...faults.map((fault) => `rejected ${printFault(fault).replace(/^.*?:\d+:\d+: /, "")}`)),
  });
  stop = () => watching.stop();
  return watching;
}

const expectHeard = (...expected: string[]) =>
  expect.poll(() => heard, { timeout: 10_000 }).toEqual(expected);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("the first look tells everything, or only what differs from what was loaded", async () => {
  writeFileSync(file, named("One"));
  start();
  await expectHeard("loaded One");
  stop();
  heard = [];
  start(named("Zero"));
  await expectHeard("loaded One");
  stop();
  heard = [];
  start(named("One"));
  await pause(300);
  expect(heard).toEqual([]);
});

test("what Tocsin wrote itself is not told again, and the way back from it is", async () => {
  writeFileSync(file, named("One"));
  const watching = start(named("One"));
  await pause(200);
  watching.tookOver(named("Two"));
  writeFileSync(file, named("Two"));
  await pause(300);
  expect(heard).toEqual([]);
  writeFileSync(file, named("One"));
  await expectHeard("loaded One");
});

test("a changed file is taken up, a broken one refused, a mended one taken up", async () => {
  writeFileSync(file, named("One"));
  start(named("One"));
  await pause(150);
  writeFileSync(file, named("Two"));
  await expectHeard("loaded Two");
  writeFileSync(file, broken);
  await expectHeard("loaded Two", complaint);
  writeFileSync(file, named("Two"));
  await expectHeard("loaded Two", complaint, "loaded Two");
});

test("writing the same again, or another file beside it, is no change", async () => {
  writeFileSync(file, named("One"));
  start(named("One"));
  await pause(150);
  writeFileSync(file, named("One"));
  writeFileSync(join(directory, "journal.db"), "x");
  await pause(300);
  expect(heard).toEqual([]);
  writeFileSync(file, named("Two"));
  await expectHeard("loaded Two");
});

test("many small writes are one change", async () => {
  writeFileSync(file, named("One"));
  start(named("One"));
  await pause(150);
  for (let length = 0; length <= sample.length; length += 200) writeFileSync(file, sample.slice(0, length));
  writeFileSync(file, named("Two"));
  await expectHeard("loaded Two");
});

test("an editor that renames a new file into place, again and again", async () => {
  writeFileSync(file, named("One"));
  start(named("One"));
  await pause(150);
  for (const name of ["Two", "Three"]) {
    writeFileSync(`${file}.tmp`, named(name));
    renameSync(file, `${file}~`);
    renameSync(`${file}.tmp`, file);
    await expect.poll(() => heard.at(-1), { timeout: 10_000 }).toBe(`loaded ${name}`);
  }
  expect(heard).toEqual(["loaded Two", "loaded Three"]);
});

test("a file that is gone is told, and taken up when it is back", async () => {
  writeFileSync(file, named("One"));
  start(named("One"));
  await pause(150);
  rmSync(file);
  await expectHeard("rejected there is no such file; create it, or correct the path");
  writeFileSync(file, named("One"));
  await expectHeard("rejected there is no such file; create it, or correct the path", "loaded One");
});

test("a symbolic link is followed, and when it is turned", async () => {
  const elsewhere = join(directory, "elsewhere");
  mkdirSync(elsewhere);
  const [first, second] = [join(elsewhere, "first.yaml"), join(elsewhere, "second.yaml")];
  writeFileSync(first, named("One"));
  writeFileSync(second, named("Two"));
  symlinkSync(first, file);
  start(named("One"));
  await pause(150);
  writeFileSync(first, named("Three"));
  await expectHeard("loaded Three");
  symlinkSync(second, `${file}.new`);
  renameSync(`${file}.new`, file);
  await expectHeard("loaded Three", "loaded Two");
  writeFileSync(second, named("Four"));
  await expectHeard("loaded Three", "loaded Two", "loaded Four");
});

test("not a text, and far too large", async () => {
  writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00]));
  start();
  await expectHeard("rejected not UTF-8; save it in that encoding");
  writeFileSync(file, "#".repeat(2 ** 20 + 1));
  await expect
    .poll(() => heard.at(-1), { timeout: 10_000 })
    .toBe("rejected larger than 1 MiB, which no team file needs to be");
});

test("after stop nothing is told", async () => {
  writeFileSync(file, named("One"));
  start(named("One"));
  await pause(150);
  writeFileSync(file, named("Two"));
  stop();
  await pause(300);
  expect(heard).toEqual([]);
});
