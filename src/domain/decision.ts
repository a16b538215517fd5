/**
 * What one call of `decide` has come to so far. The rules add to it; each fact they emit is folded into the alert at
 * once, so that the next rule sees it.
 */
import type { Alert } from "./alert.ts";
import type { Answer, Command, Effect, RefusalReason } from "./command.ts";
import type { Acting } from "./acting.ts";
import { evolveAlert } from "./evolve-alert.ts";
import type { AlertFact, Fact } from "./fact.ts";
import type { ActionId, AlertId, EpochMs } from "./ids.ts";
import type { DesktopsChanged, Observation } from "./observation.ts";
import { nextOwnPlace, type State } from "./state.ts";

/** An alert fact without what the decision fills in. Distributes over the union, so that each kind keeps its fields. */
export type AlertEvent = AlertFact extends infer F
  ? F extends AlertFact
    ? Omit<F, "at" | "hlc" | "alertId">
    : never
  : never;

/** The same for what concerns no alert. */
export type OtherEvent =
  Exclude<Fact, AlertFact> extends infer F ? (F extends Fact ? Omit<F, "at" | "hlc"> : never) : never;

export class Decision {
  readonly facts: Fact[] = [];
  readonly observations: Observation[] = [];
  readonly commands: Command[] = [];
  answer: Answer = { ok: true, alertId: null, effect: "done" };

  private readonly begun = new Set<ActionId>();

  constructor(
    private before: State,
    readonly now: EpochMs,
  ) {}

  get state(): State {
    return this.before;
  }

  /** As the state has it, with what this decision has begun. */
  get acting(): Acting {
    const { underWay, ...standing } = this.before.acting;
    return { ...standing, underWay: { has: (id) => this.begun.has(id) || underWay.has(id) } };
  }

  /** Whether the others leave what is due now to this machine. */
  get actsFirst(): boolean {
    return this.before.acting.position === 0;
  }

  /** This machine takes it in hand: no business of its deadlines until it has come to an end. */
  take(alertId: AlertId, actionId: ActionId): void {
    this.begun.add(actionId);
    this.observations.push({ kind: "attempt-began", alertId, actionId });
  }

  /** From here on the rules see these desktops; the state itself learns of them by the observation. */
  assumeDesktops({ people, away = [] }: Pick<DesktopsChanged, "people" | "away">): void {
    const presences = new Map(away.map(({ person, presence }) => [person, presence]));
    this.before = { ...this.before, desktops: new Set(people), away: presences };
  }

  /** Says that something happened that concerns no alert. */
  say(event: OtherEvent): void {
    this.facts.push({ ...event, at: this.now, hlc: this.nextLogicalTime() } as Fact);
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
    const place = nextOwnPlace(this.before, this.facts.length);
    const fact = { at: this.now, hlc: this.nextLogicalTime(), alertId: id, ...event } as AlertFact;
    this.facts.push(fact);
    return evolveAlert(before, fact, place);
  }

  /** Later than what other machines have said; among its own facts their number decides. See `logicalTimeOf`. */
  private nextLogicalTime(): number {
    const { hlc, heardHlc } = this.before;
    return Math.max(Math.floor(this.now), hlc, heardHlc + 1);
  }
}
