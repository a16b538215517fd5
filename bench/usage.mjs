// What the operating system knows about processes: memory, CPU time, wake-ups. Used by the benchmarks of what idles.
import { readdirSync, readFileSync } from "node:fs";

/** Of a process and all that came from it: `{ pssMiB, cpuMs, wakeUps, byKind }`; the last two count from their start. */
export function usageOf(pid) {
  const usage = { pssMiB: 0, cpuMs: 0, wakeUps: 0, byKind: {} };
  for (const one of familyOf(pid)) {
    try {
      const of = { pssMiB: pssMiB(one), ...activityOf(one) };
      const kind = kindOf(one);
      usage.byKind[kind] ??= { pssMiB: 0, cpuMs: 0, wakeUps: 0 };
      for (const name of Object.keys(of)) {
        usage[name] += of[name];
        usage.byKind[kind][name] += of[name];
      }
    } catch (error) {
      if (!["ENOENT", "ESRCH"].includes(error.code)) throw error; // it has just ended
    }
  }
  return usage;
}

/** Proportional set size: a page that n processes share counts as 1/n in each (proc(5), smaps_rollup). */
function pssMiB(pid) {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]) / 1024;
}

/** CPU time (schedstat, ns) and how often a thread went to sleep by itself, hence was woken. */
function activityOf(pid) {
  let cpuMs = 0;
  let wakeUps = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const task = `/proc/${pid}/task/${thread}`;
    cpuMs += Number(readFileSync(`${task}/schedstat`, "utf8").split(" ")[0]) / 1e6;
    wakeUps += Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`${task}/status`, "utf8"))[1]);
  }
  return { cpuMs, wakeUps };
}

function familyOf(pid) {
  const parents = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]));
    } catch {
      // It has just ended.
    }
  }
  const family = [pid];
  for (const parent of family) for (const [child, of] of parents) if (of === parent) family.push(child);
  return family;
}

/** `main`, `renderer`, `gpu-process`, `zygote`, `network.mojom…` (the last part of a utility process's name). */
function kindOf(pid) {
  const line = readFileSync(`/proc/${pid}/cmdline`, "latin1");
  const type = /--type=([\w-]+)/.exec(line)?.[1] ?? "main";
  return type === "utility" ? (/--utility-sub-type=([\w.]+)/.exec(line)?.[1].split(".")[0] ?? type) : type;
}
