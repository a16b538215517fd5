/**
 * Invariant 2, kept apart from the code that it checks: what the team owes, derived from the facts and measured in true
 * time. Each obligation ends by being done or by becoming moot; one that is a minute overdue, although some machine has
 * known of it and could have done it for a minute, is a miss.
 */
import type { AlertFact } from "#domain/fact";
import type { AlertId, PersonId } from "#domain/ids";
import { AlertBook, isBeyond, latestMs, type Obligation, type Step } from "./alert-book.ts";
import type { Clocks } from "./clocks.ts";
import type { Ledger, Left, LedgerListener, Said } from "./ledger.ts";
import type { MailServer } from "./mail-server.ts";
import type { TrueTime } from "./true-time.ts";

/** As much as a check may come late and a fact be rounded. */
const toleranceMs = 1_000;
/** What nobody has owed for so long is not looked at any more. */
const longMs = 600_000;

/** What one machine can do now. Each `…Since` in true time; null: it cannot. */
export interface Able {
  readonly runsSince: number | null;
  readonly mailsSince: number | null;
  showsSince(person: PersonId): number | null;
}

export class Obligations implements LedgerListener {
  /** The longest that something was owed while a machine could have done it, ms. */
  worstMs = 0;
  private readonly books = new Map<AlertId, AlertBook>();
  /** When a mail last left the team: as long as they do, the others wait for their turn at a server that is slow. */
  private mailLeftAt = 0;

  constructor(
    private readonly time: TrueTime,
    private readonly ledger: Ledger,
    private readonly clocks: Clocks,
    private readonly machines: readonly Able[],
    private readonly mailServer: MailServer,
    private readonly violate: (text: string) => void,
  ) {}

  /** Call often; what is overdue by more than it may is a violation, said once. */
  check(): void {
    for (const book of this.books.values()) {
      for (const obligation of book.open.values()) {
        if (this.time.now > obligation.firstDue + longMs) book.open.delete(obligation.key);
        if (this.time.now < obligation.firstDue + latestMs + toleranceMs) continue;
        const culprit = this.machines.findIndex(
          (_, machine) => this.owedForMs(machine, obligation) > latestMs + toleranceMs,
        );
        if (culprit === -1) continue;
        book.open.delete(obligation.key);
        const lateMs = Math.round(this.owedForMs(culprit, obligation));
        this.violate(
          `invariant 2: ${obligation.key} is ${lateMs} ms overdue, and machine ${culprit} could have done it`,
        );
      }
    }
  }

  said(said: Said): void {
    if (!("alertId" in said.fact)) return;
    this.take(this.bookOf(said.fact.alertId), said, said.fact);
  }

  learned(machine: number, { fact }: Said): void {
    if (!("alertId" in fact)) return;
    const book = this.bookOf(fact.alertId);
    // A resolve and a report that it did not know of have met: somebody must be asked again.
    for (const { report, resolve } of book.unanswered(machine)) {
      const name = `step after report ${book.reports.indexOf(report)}, unknown to ${book.resolves.length} resolves`;
      const what = { kind: "step", round: resolve.round } as const;
      book.owe(name, what, this.time.now, [resolve.said, report], machine);
    }
  }

  left({ alertId, actionId, via }: Left): void {
    if (via === "email") this.mailLeftAt = this.time.now;
    const { open } = this.bookOf(alertId);
    for (const obligation of open.values()) {
      if (isOf(obligation, { actionId })) this.end(obligation);
    }
  }

  private take(book: AlertBook, said: Said, fact: AlertFact): void {
    const { trueAt } = said;
    const dueAt = (at: number) => trueAt + (at - fact.at);
    switch (fact.kind) {
      case "alert-opened":
        book.reports.push(said);
        return book.owe("step of round 0", { kind: "step", round: 0 }, trueAt, [said]);
      case "occurrences-counted":
        book.reports.push(said);
        return;
      case "alert-retriggered":
      case "alert-escalated":
      case "alert-transferred":
        return this.roundBegins(book, said, fact.round ?? 0);
      case "severity-raised":
        book.reports.push(said);
        return this.roundBegins(book, said, fact.round ?? 0);
      case "step-entered":
        return this.stepEntered(book, said, fact);
      case "alert-acknowledged":
      case "alert-snoozed": {
        const round = fact.round ?? 0;
        book.quiets.push({ said, round });
        const until = fact.kind === "alert-snoozed" ? fact.until : fact.ackTimeoutAt;
        if (until === null) this.endWhere(book, ({ what }) => what.kind === "end-of-quiet");
        else book.owe(`end of quiet round ${round}`, { kind: "end-of-quiet", round }, dueAt(until), [said]);
        return;
      }
      case "alert-resolved":
        return book.resolved(said);
      case "notification-sent":
        book.sent.push({ said, actionId: fact.actionId });
        if (!this.ledger.hasLeft(fact.actionId))
          this.violate(`invariant 2: ${fact.actionId} is marked sent and has not left`);
        return;
      case "notification-failed":
        return this.failed(book, said, fact, fact.retryAt === null ? null : dueAt(fact.retryAt));
      case "person-not-waited-for":
        return this.nextWay(book, said, fact.actionId);
      default:
        return;
    }
  }

  private roundBegins(book: AlertBook, said: Said, round: number): void {
    book.begins.push({ said, round });
    this.endWhere(book, ({ what }) => what.kind !== "notification" && what.round < round);
    book.owe(`step of round ${round}`, { kind: "step", round }, said.trueAt, [said]);
  }

  private stepEntered(book: AlertBook, said: Said, fact: AlertFact & { kind: "step-entered" }): void {
    const { alertId, wave } = fact;
    const round = fact.round ?? 0;
    const dueAt = (at: number) => said.trueAt + (at - fact.at);
    const step: Step = {
      said,
      round,
      wave,
      plans: new Set(fact.notifications.map((n) => `${n.person} ${n.via}`)),
    };
    book.steps.push(step);
    this.endWhere(book, (obligation) => {
      const { what } = obligation;
      if (what.kind === "step") return what.round <= round || book.dueFor(said.machine, obligation) !== null;
      if (what.kind === "end-of-quiet") return what.round < round;
      return what.kind === "escalation" && isBeyond(step, what);
    });
    const escalation = { kind: "escalation", round, wave } as const;
    book.owe(`escalation after step ${round}-${wave}`, escalation, dueAt(fact.nextEscalationAt), [said]);
    for (const { actionId, person, via, dueAt: at } of fact.notifications) {
      const what = { kind: "notification", round, wave, person, via, actionId } as const;
      const known = book.plans.has(actionId);
      book.plans.set(actionId, { said, what });
      if (this.ledger.hasLeft(actionId) || (known && !book.open.has(`${alertId} ${actionId}`))) continue;
      book.owe(actionId, what, dueAt(at), [said]);
    }
  }

  private failed(
    book: AlertBook,
    said: Said,
    fact: AlertFact & { kind: "notification-failed" },
    retry: number | null,
  ): void {
    const obligation = book.open.get(`${fact.alertId} ${fact.actionId}`);
    // The mail server's own word goes for all machines; that one cannot reach it does not.
    const own = ["unreachable", "timed-out", "authentication", "not-configured", "internal"];
    const isForAll = fact.machine === undefined || !own.includes(fact.reason);
    if (retry !== null) {
      if (isForAll)
        for (const one of book.open.values())
          if (isOf(one, fact)) one.notBefore = Math.max(one.notBefore, retry);
      return;
    }
    book.givenUp.add(fact.actionId);
    if (fact.reason === "authentication") book.shutOut.add(`${said.machine} ${fact.actionId}`);
    // Given up after a minute, since the next tier is asked by then. Before, somebody else might still do it.
    if (isForAll || obligation === undefined || said.trueAt > obligation.firstDue + latestMs)
      this.endWhere(book, (one) => isOf(one, fact));
    this.nextWay(book, said, fact.actionId, true);
  }

  /** The person's next way is due at once for whoever knows that this one came to nothing. */
  private nextWay(book: AlertBook, said: Said, actionId: string, hasFailed = false): void {
    const plan = book.plans.get(actionId);
    if (plan === undefined) return;
    const { person, wave } = plan.what;
    const next = [...book.plans.values()].find(
      ({ what }) => what.wave === wave && what.person === person && what.actionId !== actionId,
    );
    if (next === undefined) return;
    const obligation = book.open.get(`${book.alertId} ${next.what.actionId}`);
    if (obligation === undefined || obligation.firstDue <= said.trueAt) return;
    // Unless another machine could do what this one could not.
    const what = hasFailed ? { ...next.what, unlessSent: actionId } : next.what;
    book.owe(`${next.what.actionId} at once`, what, said.trueAt, [said, next.said]);
  }

  private endWhere(book: AlertBook, is: (obligation: Obligation) => boolean): void {
    for (const obligation of [...book.open.values()]) if (is(obligation)) this.end(obligation);
  }

  private end(obligation: Obligation): void {
    this.bookOf(obligation.alertId).open.delete(obligation.key);
    for (let machine = 0; machine < this.machines.length; machine += 1) {
      const owedMs = this.owedForMs(machine, obligation);
      if (owedMs > this.worstMs) this.worstMs = owedMs;
    }
  }

  /** How long this machine has owed it: it was due, known here, and possible. */
  private owedForMs(machine: number, obligation: Obligation): number {
    const { what } = obligation;
    const able = this.machines[machine]!;
    let since = able.runsSince;
    if (what.kind === "notification") {
      const way = what.via === "email" ? able.mailsSince : able.showsSince(what.person);
      since = since === null || way === null ? null : Math.max(since, way);
      if (what.via === "email" && since !== null && this.mailServer.isShort)
        since = latestOf(
          since,
          Math.max(this.mailLeftAt, this.mailServer.putOffAt),
          this.mailServer.answersSince(what.person),
        );
    }
    const book = this.bookOf(obligation.alertId);
    if (what.kind === "notification" && book.shutOut.has(`${machine} ${what.actionId}`)) return 0;
    const owed = book.dueFor(machine, obligation);
    if (since === null || owed === null || book.isQuietFor(machine, obligation)) return 0;
    return this.time.now - Math.max(owed.due, since, owed.known);
  }

  private bookOf(alertId: AlertId): AlertBook {
    let book = this.books.get(alertId);
    if (book === undefined) {
      book = new AlertBook(alertId, this.ledger, this.clocks);
      this.books.set(alertId, book);
    }
    return book;
  }
}

function isOf({ what }: Obligation, { actionId }: { readonly actionId: string }): boolean {
  return what.kind === "notification" && what.actionId === actionId;
}

/** Null: one of them has not come about. */
function latestOf(...times: readonly (number | null)[]): number | null {
  return times.reduce((latest, at) => (latest === null || at === null ? null : Math.max(latest, at)));
}
