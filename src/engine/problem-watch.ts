/**
 * Problems that show in the facts and the open alerts themselves: a mail server that does not work, a mail that does not get
 * through, an alert that reaches nobody. Kept by the engine's loop.
 */
import type { Alert, Notification } from "#domain/alert";
import type { Fact } from "#domain/fact";
import type { AlertId, EpochMs, PersonId } from "#domain/ids";
import { limits } from "#domain/limits";
import { ask, policyOf } from "#domain/rules/ask";
import { severities } from "#domain/severity";
import type { State } from "#domain/state";
import type { HealthBoard } from "./health-board.ts";

/**
 * Asked after each commit, so it looks only at the alerts that have changed: a flood is when there are many, and when
 * nobody can be reached it is all of them.
 */
export class ProblemWatch {
  /** Alerts that reach nobody, of each severity, the worst first. */
  private readonly unheard: readonly Set<AlertId>[] = severities.map(() => new Set());
  /** Alerts with a mail that does not get through. */
  private readonly late = new Set<AlertId>();

  constructor(
    private readonly board: HealthBoard,
    private readonly state: () => State,
  ) {}

  /** What the last run knew is not forgotten with it: after the start, and whenever the state was read anew. */
  lookAtAll(now: EpochMs): void {
    const { open } = this.state();
    for (const alerts of [...this.unheard, this.late]) alerts.clear();
    for (const { id, notifications } of open.values()) {
      this.note(id);
      if (!this.late.has(id) || this.board.has("late-mail")) continue;
      const stuck = notifications.find((one) => (one.isStuck || one.again === true) && isLate(one));
      if (stuck !== undefined)
        this.board.report("late-mail", lateMailText(nameOf(this.state(), stuck.person), ""), now);
    }
    this.tell(now);
  }

  /** `isOwn`: this machine's facts; that another one cannot reach the mail server says nothing of this one. */
  changed(touched: Iterable<AlertId>, facts: readonly Fact[], isOwn: boolean, now: EpochMs): void {
    for (const fact of facts) {
      if (isOwn) watchMail(this.board, fact, now);
      this.watchLateMail(fact, now);
    }
    for (const id of touched) this.note(id);
    this.tell(now);
  }

  private note(id: AlertId): void {
    const alert = this.state().open.get(id);
    const severity = alert !== undefined && reachesNobody(alert) ? severities.indexOf(alert.severity) : -1;
    for (const [index, alerts] of this.unheard.entries())
      if (index === severity) alerts.add(id);
      else alerts.delete(id);
    if (alert?.status === "triggered" && alert.notifications.some(isLate)) this.late.add(id);
    else this.late.delete(id);
  }

  /** Tried on for as long as its alert is open; but until it is taken, its person may know nothing of the alert. */
  private watchLateMail(fact: Fact, now: EpochMs): void {
    if (fact.kind !== "notification-failed" || fact.via !== "email") return;
    if (fact.nextNow !== true && fact.again !== true) return;
    this.board.report("late-mail", lateMailText(nameOf(this.state(), fact.person), fact.text), now);
  }

  private tell(now: EpochMs): void {
    if (this.late.size === 0) this.board.clear("late-mail");
    this.tellOfReach(now);
  }

  /**
   * An alert that nobody at all is told of is the worst that can happen; it must show wherever somebody looks. Names the
   * worst of them; not how many there are, which a flood would change at every alert.
   */
  private tellOfReach(now: EpochMs): void {
    const [worst] = this.unheard.find((alerts) => alerts.size > 0) ?? [];
    if (worst === undefined) return void this.board.clear("reach");
    const count = this.unheard.reduce((sum, { size }) => sum + size, 0);
    const { title } = this.state().open.get(worst)!;
    const shown = title.length > 100 ? `${title.slice(0, 99)}…` : title;
    const which = `The alert "${shown}" ${count === 1 ? "reaches" : "and others reach"} nobody`;
    const why = isAnybodyAsked(this.state(), worst, now) ? reachText : nobodyAskedText;
    this.board.report("reach", `${which}: ${why}`, now);
  }
}

function isLate({ via, attempts, isStuck, isOver, state, again }: Notification): boolean {
  if (via !== "email" || isOver) return false;
  if (again === true) return state !== "sent" && state !== "withdrawn";
  // A server that asks for a long wait makes it late at the first attempt already.
  return (state === "planned" || state === "attempted") && (isStuck || attempts >= limits.stuckAfterAttempts);
}

function nameOf({ team }: State, person: PersonId): string {
  return team?.people.find(({ id }) => id === person)?.name ?? person;
}

function lateMailText(name: string, why: string): string {
  return `An e-mail to ${name} does not get through, and is tried on${why === "" ? "." : `: ${why}`} If it lasts, see to that mailbox, or give ${name} another way to be told in the team file.`;
}

/** Until a mail has got through again, this machine cannot promise that the next one will. */
function watchMail(board: HealthBoard, fact: Fact, now: EpochMs): void {
  if (fact.kind === "notification-sent" && fact.via === "email") board.clear("channel");
  if (fact.kind !== "notification-failed" || fact.via !== "email") return;
  if (fact.reason === "authentication" || fact.reason === "unreachable" || fact.reason === "timed-out")
    board.report("channel", mailTroubleText(fact.text), now);
}

function reachesNobody({ nobodyReachable, asked }: Alert): boolean {
  return nobodyReachable && asked.length === 0;
}

/** Not so while everybody whom its policy means is away, or nobody is on call: then an address is no remedy. */
function isAnybodyAsked(state: State, id: AlertId, now: EpochMs): boolean {
  const alert = state.open.get(id)!;
  // Another machine's alert may be here before the team is.
  if (state.team === null) return true;
  const asked = policyOf(state, alert).steps.map((step) => ask(state, alert, step, now));
  return asked.some((found) => found !== "nobody-on-call" && found !== "below-min-severity");
}

const nobodyAskedText =
  "nobody whom its policy could ask is on call, or everybody is away, and no desktop is attached. Put somebody on call (tocsin override), or take an absence back; it is tried again within a minute.";

const reachText =
  "no desktop is attached and nobody asked has a working e-mail. Start Tocsin on the machine of somebody who is asked, or give them an e-mail address in the team file.";

/** `text`: what a try or a mail came to, mostly with its own remedy; an older version's, or a server's, has none. */
export function mailTroubleText(text: string): string {
  const hasRemedy = /: (?:check|set|give|correct|renew|use) /.test(text);
  return `E-mail cannot be sent: ${text}${hasRemedy ? "" : ' Check "email:" in the team file.'}`;
}
