/**
 * What one call of `decide` has come to so far. The rules add to it; each fact they emit is folded into the alert at
 * once, so that the next rule sees it.
 */
import type { Alert } from "./alert.ts";
import type { Answer, Command, Effect, RefusalReason } from "./command.ts";
import { evolveAlert } from "./evolve-alert.ts";
import type { AlertFact, Fact } from "./fact.ts";
import type { AlertId, EpochMs, PersonId } from "./ids.ts";
import type { Observation } from "./observation.ts";
import type { State } from "./state.ts";

/** An alert fact without what the decision fills in. Distributes over the union, so that each kind keeps its fields. */
export type AlertEvent = AlertFact extends infer F
  ? F extends AlertFact
    ? Omit<F, "at" | "alertId">
    : never
  : never;

export class Decision {
  readonly facts: Fact[] = [];
  readonly observations: Observation[] = [];
  readonly commands: Command[] = [];
  answer: Answer = { ok: true, alertId: null, effect: "done" };

  constructor(
    private before: State,
    readonly now: EpochMs,
  ) {}

  get state(): State {
    return this.before;
  }

  /** From here on the rules see these desktops; the state itself learns of them by the observation. */
  assumeDesktops(people: readonly PersonId[]): void {
    this.before = { ...this.before, desktops: new Set(people) };
  }

  /** Says that something happened to `alert`, and returns what it is now. */
  emit(alert: Alert, event: AlertEvent): Alert {
    return this.emitFor(alert.id, alert, event);
  }

  /** The same for an alert that `event` opens. */
  open(id: AlertId, event: AlertEvent & { kind: "alert-opened" }): Alert {
    return this.emitFor(id, undefined, event);
  }

  done(alert: Alert | null, effect: Effect): void {
    this.answer = { ok: true, alertId: alert?.id ?? null, effect };
  }

  refuse(reason: RefusalReason, text: string): void {
    this.answer = { ok: false, reason, text };
  }

  private emitFor(id: AlertId, before: Alert | undefined, event: AlertEvent): Alert {
    const fact = { at: this.now, alertId: id, ...event } as AlertFact;
    this.facts.push(fact);
    return evolveAlert(before, fact);
  }
}
