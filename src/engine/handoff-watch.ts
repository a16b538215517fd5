/**
 * Knows when the next handoff is to be told, for the engine's one timer. Computed when asked and kept until the team,
 * what was told, or the clock says otherwise.
 *
 * A handoff notice is a courtesy: whatever goes wrong here must never hold up an alert.
 */
import { waitMs } from "#domain/acting";
import type { EpochMs } from "#domain/ids";
import { nextNoticeAt, noticeHorizonMs } from "#domain/oncall/next-handoff";
import type { State } from "#domain/state";

/** How long it keeps quiet after something broke. */
const restMs = 3_600_000;

interface Known {
  readonly team: State["team"];
  readonly announced: State["announced"];
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly at: EpochMs | null;
}

export class HandoffWatch {
  private known: Known | null = null;

  constructor(private readonly warn: (text: string, error: unknown) => void) {}

  /** When to put `handoffs-due` in; not after `now`: at once. Null: nothing is ahead, or it is for others to do. */
  next(state: State, now: EpochMs): EpochMs | null {
    const wait = waitOf(state);
    if (wait === null) return null;
    // Not of some time ago: what was due then may be too late to tell now, and would be due for ever.
    const at = this.noticeAt(state, now);
    return at === null ? null : at + wait;
  }

  /** Whether that time has come, as far as it is known: a turn with alerts in it does not wait while it is worked out. */
  isDue(state: State, now: EpochMs): boolean {
    const wait = waitOf(state);
    if (wait === null || !this.holds(state, now)) return false;
    const { at } = this.known!;
    return at !== null && at + wait <= now;
  }

  /** `handoffs-due` was decided: what was due is told, or too long ago. */
  decided(): void {
    this.known = null;
  }

  /** Its rule broke. The alarm about it says more; the next try is in an hour. */
  broken({ team, announced }: State, now: EpochMs): void {
    this.known = { team, announced, from: now, until: now + restMs, at: null };
  }

  private noticeAt(state: State, now: EpochMs): EpochMs | null {
    if (this.holds(state, now)) return this.known!.at;
    const { team, announced } = state;
    this.known = { team, announced, from: now, until: now + noticeHorizonMs / 2, at: this.find(state, now) };
    return this.known.at;
  }

  private holds({ team, announced }: State, now: EpochMs): boolean {
    const { known } = this;
    if (known === null || known.team !== team || known.announced !== announced) return false;
    // Else the clock was set back, or the process has run for a year.
    return known.from <= now && now < known.until;
  }

  private find({ team, announced }: State, now: EpochMs): EpochMs | null {
    try {
      return team === null ? null : nextNoticeAt(team, announced, now);
    } catch (error) {
      this.warn("The next handoff could not be worked out; nobody is told of handoffs for now.", error);
      return null;
    }
  }
}

/** How much later than the first machine this one tells of it; null: not at all now. */
function waitOf({ acting: { position } }: State): number | null {
  return position === null ? null : waitMs(position, "step");
}
