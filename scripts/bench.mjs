// `npm run bench`: the benchmarks of bench/, as a table. -- --json: one JSON object a line; -- --only NAME[,NAME]: some of
// them; -- --list. Runs against the built product; installs and builds first what is missing.
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureElectron } from "./setup/electron.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { capture, say, secondsSince } from "./setup/run.mjs";
import { ensureSystemPackages } from "./setup/system-packages.mjs";

/** In this order: file, and the name of what it exports. */
const BENCHMARKS = [
  ["hand-off", "handOff"],
  ["accepted", "accepted"],
  ["escalations", "escalations"],
  ["start-up", "startUp"],
  ["on-call", "onCall"],
  ["coverage", "coverage"],
  ["window", "window"],
  ["idle", "idle"],
  ["replication", "replication"],
  ["silence", "silence"],
  ["catch-up", "catchUp"],
  ["team-idle", "teamIdle"],
];
const WRONG_USAGE = 2;

const { values: flags } = readFlags();
const names = BENCHMARKS.map(([name]) => name);
const wanted = flags.only?.flatMap((list) => list.split(",")) ?? names;
const unknown = wanted.find((name) => !names.includes(name));
if (flags.list || unknown !== undefined) {
  if (unknown !== undefined) say(`there is no benchmark "${unknown}"; there are: ${names.join(", ")}`);
  else console.log(names.join("\n"));
  process.exit(unknown === undefined ? 0 : WRONG_USAGE);
}

await ensureNodeModules();
const { cleanUp } = await import("../bench/child-processes.mjs");
const { printFailure, printHead, printResult } = await import("../bench/table.mjs");
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (interrupted) return; // one Ctrl-C comes twice under npm
    interrupted = true;
    void cleanUp().finally(() => process.exit(130));
  });
}

const startedMs = performance.now();
let failed = 0;
await ensureBuilt();
const { diskSyncMs } = await import("../bench/disk.mjs");
printHead(await facts(), flags.json);
for (const [file, exported] of BENCHMARKS.filter(([name]) => wanted.includes(name))) {
  try {
    const { [exported]: benchmark } = await import(`../bench/${file}.mjs`);
    say(`${benchmark.name} …`);
    const electron = await provide(benchmark.needs);
    await benchmark.run({ electron, say, report: (result) => printResult(result, flags.json) });
  } catch (error) {
    if (interrupted) break;
    failed++;
    printFailure(file, error, flags.json);
  } finally {
    if (!interrupted) await cleanUp();
  }
}
if (!interrupted) {
  say(
    `disk at the end: fsync ${(await diskSyncMs()).toFixed(2)} ms; all of it took ${secondsSince(startedMs)}`,
  );
  process.exit(failed === 0 ? 0 : 1);
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        json: { type: "boolean" },
        list: { type: "boolean" },
        only: { type: "string", multiple: true },
      },
    });
  } catch (error) {
    say(`${error.message}; usage: npm run bench [-- [--json] [--only NAME] [--list]]`);
    process.exit(WRONG_USAGE);
  }
}

/** Returns the Electron when that is among what is needed. */
async function provide(needs) {
  const packages = needs.length > 0 ? await ensureSystemPackages(needs) : { ok: true };
  if (!packages.ok) throw new Error(`packages are missing: ${packages.remedy}`);
  return needs.includes("electron") ? ensureElectron() : null;
}

/** What a figure depends on. A busy machine shows in the load and in the disk's time. */
async function facts() {
  const commit = capture("git", ["rev-parse", "--short", "HEAD"])?.trim() ?? "no git";
  const changed = capture("git", ["status", "--porcelain"]) ? " with changes" : "";
  const { alertmanagerVersion } = await import("../bench/alertmanager.mjs");
  return {
    commit: commit + changed,
    processors: `${cpus().length} x ${cpus()[0]?.model.trim() ?? "?"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `Linux ${release()}`,
    node: process.version,
    alertmanager: alertmanagerVersion(),
    load: readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" "),
    disk: `append and fsync of 4 KiB ${(await diskSyncMs()).toFixed(2)} ms (median)`,
  };
}
