/** What is due by itself, and when the engine must look again. Asked by its loop, each turn. */
import type { EpochMs } from "#domain/ids";
import type { Input } from "#domain/input";
import type { State } from "#domain/state";
import { engineLimits } from "./dependencies.ts";
import type { HandoffWatch } from "./handoff-watch.ts";
import type { JournalGuard } from "./journal-guard.ts";
import type { Quarantine } from "./quarantine.ts";

export class Agenda {
  constructor(
    private readonly guard: JournalGuard,
    private readonly quarantine: Quarantine,
    private readonly handoffs: HandoffWatch,
  ) {}

  /** As many alerts as share a commit; nothing while what they decide cannot be kept. */
  due(state: State, now: EpochMs): Input[] {
    if (!this.guard.keepsFacts) return [];
    const alerts = this.quarantine.due(state, now, engineLimits.dueInOneTurn);
    const ticks = alerts.map((alertId): Input => ({ kind: "tick", alertId }));
    return this.handoffs.isDue(state, now) ? [...ticks, { kind: "handoffs-due" }] : ticks;
  }

  /** The wall clock was set: what is half a minute away still is. */
  clockStepped(deltaMs: number): void {
    this.guard.clockStepped(deltaMs);
    this.quarantine.clockStepped(deltaMs);
  }

  /** Null: not by itself. */
  next(state: State, now: EpochMs): EpochMs | null {
    const { keepsFacts, nextProbeAt } = this.guard;
    const earliest = keepsFacts ? this.quarantine.earliest(state) : null;
    const handoff = keepsFacts ? this.handoffs.next(state, now) : null;
    const times = [nextProbeAt, earliest, handoff].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }
}
