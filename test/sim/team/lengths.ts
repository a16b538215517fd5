/**
 * No deadline lies further ahead than its own length, on any machine that runs: whatever was done to its clock, and
 * whether or not another machine does in time what this one would do too late.
 */
import type { Alert } from "#domain/alert";
import type { Machine } from "./machine.ts";
import { simulatedTeam } from "./team.ts";
import type { TrueTime } from "./true-time.ts";

/**
 * As long as a set clock may go without a word of it: a journal that could not be written, so that it does nothing at all, is
 * tried again every 30 s.
 */
const noticedWithinMs = 35_000;
const roundingMs = 2_000;
const [{ steps, ackTimeoutMs }] = simulatedTeam.policies as [(typeof simulatedTeam.policies)[number]];
const longestStepMs = Math.max(60_000, ...steps.map(({ withinMs }) => withinMs));
/** See script.ts. */
const longestSnoozeMs = 180_000;

export class Lengths {
  /** Since when each deadline has lain too far ahead. */
  private readonly tooFar = new Map<string, number>();

  constructor(
    private readonly time: TrueTime,
    private readonly machines: readonly Machine[],
    private readonly violate: (text: string) => void,
  ) {}

  /** Call often. */
  check(): void {
    const seen = new Set<string>();
    for (const machine of this.machines) {
      const { process, index, runsSince } = machine;
      if (process === null || runsSince === null) continue;
      const now = machine.parts.time.wallMs();
      for (const alert of process.engine.state.open.values()) {
        for (const name of deadlinesTooFar(alert, now)) {
          const key = `${name} of ${alert.id} on machine ${index}`;
          seen.add(key);
          const since = Math.max(this.tooFar.get(key) ?? this.time.now, runsSince);
          this.tooFar.set(key, since);
          if (this.time.now - since > noticedWithinMs)
            this.violate(`invariant 2: the ${key} lies further ahead than its own length`);
        }
      }
    }
    for (const key of this.tooFar.keys()) if (!seen.has(key)) this.tooFar.delete(key);
  }
}

function deadlinesTooFar(alert: Alert, now: number): string[] {
  const { nextEscalationAt, ackTimeoutAt, snoozedUntil } = alert;
  const all: [string, number | null, number][] = [
    ["next step", nextEscalationAt, longestStepMs],
    ["acknowledgement's time-out", ackTimeoutAt, ackTimeoutMs ?? 0],
    ["snooze", snoozedUntil, longestSnoozeMs],
  ];
  return all
    .filter(([, at, lengthMs]) => at !== null && at - now > lengthMs + roundingMs)
    .map(([name]) => name);
}
