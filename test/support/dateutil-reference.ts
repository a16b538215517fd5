/**
 * The on-call reference in Python (on_call_reference.py) as a process that answers questions. Needs Debian's
 * python3-dateutil, so it must be the system's own Python, whichever other comes first in PATH.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { EpochMs, PersonId } from "#domain/ids";
import type { Absence, Schedule } from "#domain/team";

const python = "/usr/bin/python3";
const script = fileURLToPath(new URL("on_call_reference.py", import.meta.url));

export interface DateutilReference {
  /** `[start, end, person]`, covering `[from, to)`. */
  segments(
    schedule: Schedule,
    absences: readonly Absence[],
    from: EpochMs,
    to: EpochMs,
  ): Promise<[EpochMs, EpochMs, PersonId | null][]>;
  /** For each zone where its offset changes and to what, first of all at `from`; null for one that Python does not know. */
  offsets(
    zones: readonly string[],
    from: EpochMs,
    to: EpochMs,
  ): Promise<Readonly<Record<string, [EpochMs, number][] | null>>>;
  stop(): Promise<void>;
}

/** Every question throws when Python, or python-dateutil, is not there; the message is Python's. */
export function startDateutilReference(): DateutilReference {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "pipe"] });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  let complaint = "";
  child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  child.stdin.on("error", () => {}); // the missing answer tells
  const ended = once(child, "close").catch((error: Error) => (complaint += error.message));

  async function ask<Answer>(question: unknown): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { done, value } = await answers.next();
    if (done) throw new Error(`${python} ended: ${complaint}; apt-get install python3-dateutil`);
    const answer = JSON.parse(value) as Answer & { error?: string };
    if (answer.error !== undefined) throw new Error(`${python}: ${answer.error}`);
    return answer;
  }

  return {
    async segments(schedule, absences, from, to) {
      type Segments = { segments: [EpochMs, EpochMs, PersonId | null][] };
      return (await ask<Segments>({ schedule, absences, from, to })).segments;
    },
    async offsets(zones, from, to) {
      type Offsets = { offsets: Record<string, [EpochMs, number][] | null> };
      return (await ask<Offsets>({ zones, from, to })).offsets;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
