/**
 * How far each popup has come with the person at this machine: received, drawn, sounding, a human. Built by
 * `application.ts`, which tells it what happens here; what it reports goes to the engine.
 *
 * Each rung is reported once, from below: `received` at once, `sounding` and `human` only after the window has drawn it
 * (the presenter says that to the engine) or has failed to. `human` is the top: there is no more to say then.
 */
import type { Present } from "./presenter.ts";

export type Rung = "received" | "sounding" | "human";

interface Climb {
  readonly alertId: string;
  /** When the window was drawn or given up; null: not yet. */
  settledAt: number | null;
  sounded: boolean;
}

export class AttentionLadder {
  private readonly climbs = new Map<string, Climb>();
  private audible = false;

  constructor(private readonly report: (actionId: string, rung: Rung) => void) {}

  /** The engine wants this shown; perhaps once more, when it was restarted. */
  asked({ actionId, alertId }: Pick<Present, "actionId" | "alertId">): void {
    this.climbs.set(actionId, { alertId, settledAt: null, sounded: false });
    this.report(actionId, "received");
  }

  /** `now`: any clock that only goes forward, in ms; the same as for `inputAt`. */
  settled(actionId: string, now: number): void {
    const climb = this.climbs.get(actionId);
    if (climb === undefined) return;
    climb.settledAt = now;
    this.reportSounding(actionId, climb);
  }

  /** Whether the sound that belongs to these alerts really comes out now. */
  soundIs(audible: boolean): void {
    this.audible = audible;
    if (audible) for (const [actionId, climb] of this.climbs) this.reportSounding(actionId, climb);
  }

  /** Somebody touched the machine at that time, or later. */
  inputAt(time: number): void {
    for (const [actionId, { settledAt }] of this.climbs) {
      if (settledAt === null || time < settledAt) continue;
      this.climbs.delete(actionId);
      this.report(actionId, "human");
    }
  }

  /** Only these alerts still wait for the person. */
  keepOnly(alertIds: ReadonlySet<string>): void {
    for (const [actionId, { alertId, settledAt }] of this.climbs) {
      // What is not settled may be an alert that is not known here yet.
      if (settledAt !== null && !alertIds.has(alertId)) this.climbs.delete(actionId);
    }
  }

  /** A human is still waited for. */
  get waiting(): boolean {
    return this.climbs.size > 0;
  }

  private reportSounding(actionId: string, climb: Climb): void {
    if (!this.audible || climb.settledAt === null || climb.sounded) return;
    climb.sounded = true;
    this.report(actionId, "sounding");
  }
}
