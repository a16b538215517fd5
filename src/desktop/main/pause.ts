/**
 * "Do not alert on this machine until …": kept over restarts, ended by itself. Built by `index.ts`. The engine is told,
 * so that it reaches the person in another way meanwhile.
 */
import type { PreferenceStore } from "./preferences.ts";

/** A suspended machine's timers stand still, so the clock is looked at this often. */
const lookEveryMs = 15_000;
/** Until the same hour tomorrow, on a day with a change of the clocks. */
const longestMs = 25 * 3_600_000;
/** A clock that is set back by so little ends no pause. */
const smallStepMs = 60_000;

export class Pause {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly preferences: PreferenceStore,
    private readonly onChange: () => void,
  ) {}

  /** ISO 8601 UTC; null: not paused. */
  get until(): string | null {
    const kept = this.preferences.get("pausedUntil");
    return kept !== null && leftMs(kept) > 0 ? untilOf(kept) : null;
  }

  pauseUntil(at: Date): void {
    this.preferences.set("pausedUntil", `${new Date().toISOString()}/${at.toISOString()}`);
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

/** `kept`: its beginning and its end, with a stroke between them; from an older Tocsin the end alone. */
function untilOf(kept: string): string {
  return kept.slice(kept.indexOf("/") + 1);
}

/**
 * 0 when it is over. Nobody can ask for more than the longest, and one that has not begun yet was made while the clock was
 * ahead, which has been set right since: people are told too much then, rather than nothing.
 */
function leftMs(kept: string): number {
  const now = Date.now();
  const ms = Date.parse(untilOf(kept)) - now;
  const from = kept.includes("/") ? Date.parse(kept.slice(0, kept.indexOf("/"))) : now;
  if (now < from - smallStepMs) return 0;
  return ms > 0 && ms <= longestMs ? ms : 0;
}

/** The next time that it is `hour` o'clock on this machine's wall clock. */
export function nextOClock(hour: number, now: Date): Date {
  const next = new Date(now);
  next.setHours(hour, 0, 0, 0);
  if (next <= now) next.setDate(next.getDate() + 1);
  return next;
}
