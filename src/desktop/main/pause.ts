/**
 * "Do not alert on this machine until …": kept over restarts, ended by itself. Built by `index.ts`. The engine is told,
 * so that it reaches the person in another way meanwhile.
 */
import type { PreferenceStore } from "./preferences.ts";

/** A suspended machine's timers stand still, so the clock is looked at this often. */
const lookEveryMs = 15_000;
/** Until the same hour tomorrow, on a day with a change of the clocks. */
const longestMs = 25 * 3_600_000;

export class Pause {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly preferences: PreferenceStore,
    private readonly onChange: () => void,
  ) {}

  /** ISO 8601 UTC; null: not paused. */
  get until(): string | null {
    const until = this.preferences.get("pausedUntil");
    return until !== null && leftMs(until) > 0 ? until : null;
  }

  pauseUntil(at: Date): void {
    this.preferences.set("pausedUntil", at.toISOString());
    this.look();
    this.onChange();
  }

  resume(): void {
    this.preferences.set("pausedUntil", null);
    this.look();
    this.onChange();
  }

  /** Ends a pause that is over; called at the start, by itself, and after the machine woke up. */
  look(): void {
    clearTimeout(this.timer);
    const stored = this.preferences.get("pausedUntil");
    if (stored === null) return;
    const ms = leftMs(stored);
    if (ms > 0) this.timer = setTimeout(() => this.look(), Math.min(ms, lookEveryMs));
    else this.resume();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/** 0 when it is over. Nobody can ask for more than the longest: then the clock was ahead, and has been set right. */
function leftMs(until: string): number {
  const ms = Date.parse(until) - Date.now();
  return ms > 0 && ms <= longestMs ? ms : 0;
}

/** The next time that it is `hour` o'clock on this machine's wall clock. */
export function nextOClock(hour: number, now: Date): Date {
  const next = new Date(now);
  next.setHours(hour, 0, 0, 0);
  if (next <= now) next.setDate(next.getDate() + 1);
  return next;
}
