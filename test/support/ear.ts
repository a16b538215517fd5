/**
 * What is really played: recorded from the sound server of the test desktop. For test/e2e.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Records for that long; returns the root mean square of the samples: 0 is silence, about 0.7 a full-scale sine. `env`: of
 * another desktop.
 */
export async function loudness(ms: number, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-ear-"));
  const file = join(folder, "heard.wav");
  const recorder = spawn("parec", ["-d", "nul.monitor", "--file-format=wav", file], {
    stdio: "ignore",
    env,
  });
  const ended = new Promise((resolve) => recorder.once("exit", resolve));
  // A sound server that rested takes a while to listen.
  const until = Date.now() + 10_000;
  while (!hasSamples(file) && Date.now() < until) await pause(20);
  await pause(ms);
  recorder.kill("SIGINT");
  await ended;
  // `stat` writes to stderr.
  const said = execFileSync("sh", ["-c", 'sox "$1" -n stat 2>&1', "sh", file], { encoding: "utf8" });
  rmSync(folder, { recursive: true, force: true });
  const rms = /RMS\s+amplitude:\s+([\d.]+)/.exec(said)?.[1];
  if (rms === undefined) throw new Error(`sox said no loudness: ${said}`);
  return Number(rms);
}

const wavHeaderBytes = 44;

function hasSamples(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > wavHeaderBytes;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether something is being played now, even if it is the pause between two bursts. */
export function isPlaying(env: NodeJS.ProcessEnv = process.env): boolean {
  // What has been stopped stays for a while, corked.
  const streams = execFileSync("pactl", ["list", "sink-inputs"], {
    env: { ...env, LC_ALL: "C" },
    encoding: "utf8",
  });
  return streams.includes("Corked: no");
}
