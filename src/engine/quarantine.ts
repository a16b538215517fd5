/** Alerts whose rule broke an invariant: each waits for its next try, and the others are not held up by it. */
import type { AlertId, EpochMs } from "#domain/ids";
import type { State } from "#domain/state";

const waitMs = 30_000;

export class Quarantine {
  private readonly until = new Map<AlertId, EpochMs>();

  put(id: AlertId, now: EpochMs): void {
    this.until.set(id, now + waitMs);
  }

  /** The wall clock was set. */
  clockStepped(deltaMs: number): void {
    for (const [id, until] of this.until) this.until.set(id, until + deltaMs);
  }

  release(id: AlertId): void {
    this.until.delete(id);
  }

  /** At most about `limit` alerts whose deadline has come and that may be tried. */
  due({ deadlines }: State, now: EpochMs, limit: number): AlertId[] {
    return deadlines.due(now, limit + this.until.size).filter((id) => (this.until.get(id) ?? now) <= now);
  }

  /** When the first of them is due. One that waits here may stand at the head; it must not wake us over and over. */
  earliest({ deadlines }: State, now: EpochMs): EpochMs | null {
    const earliest = deadlines.earliest();
    if (earliest === null || this.until.size === 0 || earliest > now) return earliest;
    return Math.min(...this.until.values());
  }
}
