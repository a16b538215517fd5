/**
 * The last resort for sound: a program of the operating system, started again and again. Used by `sound-player.ts` when
 * the sound page does not work.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { SoundIndex } from "./sounds.ts";

const powershell = "(New-Object Media.SoundPlayer $env:TOCSIN_SOUND_FILE).PlaySync()";

/** Program and arguments, in order of preference. The file comes after them, or is in TOCSIN_SOUND_FILE. */
const players: Readonly<Partial<Record<NodeJS.Platform, readonly (readonly string[])[]>>> = {
  linux: [["pw-play"], ["paplay"], ["aplay", "-q"]],
  darwin: [["afplay"]],
  // It takes what comes after a command for more of the command, and splits it at its spaces.
  win32: [["powershell", "-NoProfile", "-Command", powershell]],
};

/** Loops the sound until the returned function is called. Silent when the system has no player. */
export function startSystemPlayer(folder: string, sound: SoundIndex["critical"]): () => void {
  const candidates = [...(players[process.platform] ?? [])];
  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const play = (): void => {
    const [program, ...args] = candidates[0] ?? [];
    if (program === undefined || stopped) return;
    const file = join(folder, sound.file);
    const env = { ...process.env, TOCSIN_SOUND_FILE: file };
    child = spawn(program, args.includes(powershell) ? args : [...args, file], { stdio: "ignore", env });
    child.once("error", () => next());
    child.once("exit", (code) => (code === 0 ? again() : next()));
  };
  const next = (): void => {
    candidates.shift();
    play();
  };
  const again = (): void => {
    if (!stopped) timer = setTimeout(play, sound.gapMs ?? 30_000);
  };
  play();
  return () => {
    stopped = true;
    clearTimeout(timer);
    child?.kill();
  };
}
