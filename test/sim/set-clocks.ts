/**
 * Clocks that are set while the one simulated machine is down, by dice of their own; and invariant 2 in true time, kept
 * apart from the clock that the engine sees.
 */
import type { Alert } from "#domain/alert";
import type { Fact, StepReason } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { LoopEngine } from "#engine/engine";
import { minutes, seconds } from "../support/team-builder.ts";
import { Dice } from "./team/dice.ts";

export interface WhileDown {
  readonly setByMs: number;
  /** Some seconds after the start, as NTP does. */
  readonly isCorrected: boolean;
  /** The computer was switched off, not only the process. */
  readonly boots: boolean;
}

export const untouched: WhileDown = { setByMs: 0, isCorrected: false, boots: false };

const amountsMs = [seconds(20), minutes(10), minutes(180), minutes(60 * 24 * 3_653)];

export class SetClocks {
  private readonly dice: Dice;

  constructor(seed: number) {
    this.dice = new Dice(seed ^ 0x0c10_c4ed);
  }

  whileDown(): WhileDown {
    const { dice } = this;
    const boots = dice.chance(0.4);
    if (dice.chance(0.4)) return { ...untouched, boots };
    const most = dice.pick(amountsMs);
    const setByMs = dice.between(most / 10, most) * (dice.chance(0.5) ? 1 : -1);
    return { setByMs, isCorrected: dice.chance(0.5), boots };
  }
}

/** The promise, and as much as a look at the clock may take. */
const latestMs = seconds(60 + 15);
const timed: ReadonlySet<StepReason> = new Set([
  "not-acknowledged-in-time",
  "policy-repeated",
  "last-step-repeated",
]);

interface Step {
  readonly wave: number;
  readonly saidAt: number;
  readonly lengthMs: number;
}

/** All times true, in ms. */
export class TrueDeadlines {
  private readonly steps = new Map<AlertId, Step>();
  /** It has run without a break since. */
  private runsSince = 0;
  /** When it was switched off with its clock behind, and nobody knows for how long, since its clock was not put right. */
  private readonly lostAt: number[] = [];

  constructor(private readonly violate: (text: string) => void) {}

  goesOn(now: number, timeIsLost = false): void {
    this.runsSince = now;
    if (timeIsLost) this.lostAt.push(now);
  }

  /** The clock is as it would be without what was done to it last; what had been lost before that stays lost. */
  isRightAgain(now: number, timeWasLost: boolean): void {
    if (timeWasLost) this.lostAt.pop();
    this.runsSince = now;
  }

  said(facts: readonly Fact[], now: number): void {
    for (const fact of facts) {
      if (fact.kind !== "step-entered") continue;
      const { alertId, wave, reason } = fact;
      const before = this.steps.get(alertId);
      if (before !== undefined && timed.has(reason) && wave === before.wave + 1)
        this.judge(alertId, before, now);
      this.steps.set(alertId, { wave, saidAt: now, lengthMs: fact.nextEscalationAt - fact.at });
    }
  }

  check(alert: Alert, now: number): void {
    const step = this.steps.get(alert.id);
    if (step?.wave !== alert.wave || alert.status !== "triggered" || alert.nobodyReachable) return;
    this.judge(alert.id, step, now);
  }

  private judge(id: AlertId, { saidAt, lengthMs }: Step, now: number): void {
    let due = saidAt + lengthMs;
    // At the latest after its own length: more cannot be asked of a machine that has no means to know.
    const lostAt = this.lostAt.at(-1);
    if (lostAt !== undefined && saidAt < lostAt) due = Math.max(due, lostAt + lengthMs);
    const lateMs = now - Math.max(due, this.runsSince);
    if (lateMs > latestMs)
      this.violate(`invariant 2: the next step of ${id} is ${lateMs} ms late in true time`);
  }
}

/** A mutant: what the clock was set by while it did not run, nobody looks at. */
export function blindAtTheStart(engine: LoopEngine): void {
  const submit = engine.submit.bind(engine);
  let isStarting = true;
  engine.submit = (input) => {
    if (input.kind === "clock-stepped" && isStarting)
      return Promise.resolve({ ok: true, alertId: null, effect: "ignored" });
    if (input.kind === "engine-started") isStarting = false;
    return submit(input);
  };
}
