/**
 * What a start can tell of the clock: whether it was set while Tocsin was not running. Asked by the engine before anything
 * else is decided, and by `evolve`, which keeps what is known of the last run.
 *
 * The wall clock alone shows a clock that was set back behind the newest fact. The uptime, which nobody sets, shows the
 * rest as long as the computer was not started anew: how much time has really passed.
 */
import type { EpochMs } from "./ids.ts";

/** Now: for how long the computer has run, sleep included, and which run of it this is. */
export interface Uptime {
  readonly uptimeMs: number;
  /** Another one after each start of the computer; null: the system does not tell. */
  readonly boot: string | null;
}

/** What own facts have told of the run of the computer that they were said in. */
export interface KnownBoot {
  /** When the computer was started, by this machine's clock as it stood at the newest fact. */
  readonly startedAt: EpochMs;
  readonly boot: string | null;
  /** When that was noted. Clocks drift from then on. */
  readonly notedAt: EpochMs;
}

/**
 * When the newest fact was said that this machine has taken in (its own, or another's, by this machine's clock of then), and
 * what is known of the computer's run. Null: there is none, or it is from an older Tocsin.
 */
export interface LastRun {
  readonly newestAt: EpochMs | null;
  readonly boot: KnownBoot | null;
}

/** Below this it is rounding, or a clock that was slewed. */
const noticeableMs = 2_000;
/** How far a wall clock may part from the uptime by itself: 50 ms in 1,000 s. */
const driftPpm = 50;

/**
 * By how much the clock was set since the newest fact, in ms: at least that much. 0: not, as far as anybody can know.
 * With the same run of the computer it is exact; where the system does not tell which run it is, only what was set back is
 * known. What was set forward unnoticed makes deadlines overdue: early, never late.
 */
export function setWhileDown({ newestAt, boot }: LastRun, now: EpochMs, uptime: Uptime | null): number {
  if (newestAt === null) return 0;
  if (boot !== null && uptime !== null && !isAnotherBoot({ newestAt, boot }, uptime)) {
    const downMs = Math.max(0, uptime.uptimeMs - (newestAt - boot.startedAt));
    const setByMs = now - newestAt - downMs;
    const isCertain = boot.boot !== null && boot.boot === uptime.boot;
    const allowedMs = toleranceMs(newestAt, boot);
    if (setByMs < -allowedMs || (isCertain && setByMs > allowedMs)) return Math.round(setByMs);
  }
  return Math.min(0, Math.floor(now - newestAt));
}

/**
 * Whether to take it for a start of the computer that its clock was found set back by `setByMs`. Without a name for the run
 * it may be one although the uptime does not show it: the newest fact may be from right after the start before.
 */
export function mayBeAnotherBoot(last: LastRun, uptime: Uptime, setByMs: number): boolean {
  const isSame = uptime.boot !== null && last.boot?.boot === uptime.boot;
  return isAnotherBoot(last, uptime) || (setByMs < 0 && !isSame);
}

/** Whether the computer was started anew since the newest fact: how long it was off, nobody knows but the clock. */
export function isAnotherBoot({ newestAt, boot }: LastRun, uptime: Uptime): boolean {
  if (newestAt === null || boot === null) return false;
  if (boot.boot !== null && uptime.boot !== null && boot.boot !== uptime.boot) return true;
  return uptime.uptimeMs < newestAt - boot.startedAt - toleranceMs(newestAt, boot);
}

function toleranceMs(newestAt: EpochMs, { notedAt }: KnownBoot): number {
  return noticeableMs + (Math.max(0, newestAt - notedAt) * driftPpm) / 1e6;
}
