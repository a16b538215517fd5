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
    for (const [id, until] of this.until) if (until <= now) this.until.delete(id);
    return deadlines.due(now, limit + this.until.size).filter((id) => (this.until.get(id) ?? now) <= now);
  }

  /** When the first of them may be tried. Those that wait here neither wake us over and over nor hide who comes after them. */
  earliest({ deadlines }: State): EpochMs | null {
    if (this.until.size === 0) return deadlines.earliest();
    const first = deadlines.due(Infinity, this.until.size + 1);
    const times = first.map((id) => Math.max(deadlines.at(id)!, this.until.get(id) ?? -Infinity));
    return times.length === 0 ? null : Math.min(...times);
  }
}
