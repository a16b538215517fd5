/**
 * Invariant 2, kept apart from the code that it checks: what the team owes, derived from the facts and measured in true
 * time. Each obligation ends by being done or by becoming moot; one that is a minute overdue, although some machine has
 * known of it and could have done it for a minute, is a miss.
 */
import type { AlertFact } from "#domain/fact";
import type { AlertId, PersonId } from "#domain/ids";
import { logicalTimeOf } from "#domain/place";
import type { Via } from "#domain/team";
import type { Ledger, Left, LedgerListener, Said } from "./ledger.ts";
import type { TrueTime } from "./true-time.ts";

/** The promise, and as much as a check may come late and a fact be rounded. */
const latestMs = 60_000;
const toleranceMs = 1_000;
/** What nobody has owed for so long is not looked at any more. */
const longMs = 600_000;

/** What one machine can do now. Each `…Since` in true time; null: it cannot. */
export interface Able {
  readonly runsSince: number | null;
  readonly mailsSince: number | null;
  showsSince(person: PersonId): number | null;
}

type What =
  /** A round has begun: somebody is to be asked. */
  | { readonly kind: "step"; readonly round: number }
  /** Nobody has acknowledged: the next tier. */
  | { readonly kind: "escalation"; readonly round: number; readonly wave: number }
  | {
      readonly kind: "notification";
      readonly round: number;
      readonly wave: number;
      readonly person: PersonId;
      readonly via: Via;
      readonly actionId: string;
    }
  /** Acknowledged or snoozed until then. */
  | { readonly kind: "end-of-quiet"; readonly round: number };

interface Obligation {
  readonly key: string;
  readonly alertId: AlertId;
  readonly what: What;
  /** The earliest time that anybody has said, in true time. */
  firstDue: number;
  /** Put off by the mail server itself, for everybody. */
  notBefore: number;
  /** Logical time of the latest fact that it follows from. */
  saidAt: number;
  /** By whoever said what it follows from. */
  readonly resolvesKnown: Set<Said>;
  /** Any of these sets of facts tells a machine of it, and when it is due. */
  readonly definedBy: { readonly facts: readonly Said[]; readonly due: number }[];
}

interface Step {
  readonly said: Said;
  readonly round: number;
  readonly wave: number;
  /** `person via` of all that it tells. */
  readonly plans: ReadonlySet<string>;
}

interface Book {
  readonly open: Map<string, Obligation>;
  /** The step-entered that planned an action. */
  readonly plans: Map<string, { readonly said: Said; readonly what: What & { kind: "notification" } }>;
  readonly reports: Said[];
  /** Acknowledged or snoozed: the rounds that are quiet for whoever knows. */
  readonly quiets: { readonly said: Said; readonly round: number }[];
  /** Each with the reports that whoever resolved it knew of. */
  readonly resolves: {
    readonly said: Said;
    readonly knew: ReadonlySet<Said>;
    readonly met: Set<Said>;
    /** The one that begins if there is a report that they did not know of. */
    readonly round: number;
  }[];
  readonly steps: Step[];
  /** What has begun a round. */
  readonly begins: { readonly said: Said; readonly round: number }[];
}

export class Obligations implements LedgerListener {
  /** The longest that something was owed while a machine could have done it, ms. */
  worstMs = 0;
  private readonly books = new Map<AlertId, Book>();

  constructor(
    private readonly time: TrueTime,
    private readonly ledger: Ledger,
    private readonly machines: readonly Able[],
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
    const { reports, resolves } = this.bookOf(fact.alertId);
    // A resolve and a report that it did not know of have met: somebody must be asked again.
    const answered = new Set(resolves.flatMap(({ knew }) => [...knew]));
    for (const { said, met, round } of resolves) {
      if (!this.ledger.knows(machine, said)) continue;
      for (const report of reports) {
        if (answered.has(report) || met.has(report) || !this.ledger.knows(machine, report)) continue;
        met.add(report);
        const what = { kind: "step", round } as const;
        const name = `step after report ${reports.indexOf(report)}, unknown to ${resolves.length} resolves`;
        this.owe(fact.alertId, name, what, this.time.now, [said, report], machine);
      }
    }
  }

  left({ alertId, actionId }: Left): void {
    const { open } = this.bookOf(alertId);
    for (const obligation of open.values()) {
      if (obligation.what.kind === "notification" && obligation.what.actionId === actionId)
        this.end(obligation);
    }
  }

  private take(book: Book, said: Said, fact: AlertFact): void {
    const { trueAt } = said;
    const dueAt = (at: number) => trueAt + (at - fact.at);
    switch (fact.kind) {
      case "alert-opened":
        book.reports.push(said);
        return this.owe(fact.alertId, "step of round 0", { kind: "step", round: 0 }, trueAt, [said]);
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
        else
          this.owe(
            fact.alertId,
            `end of quiet round ${round}`,
            { kind: "end-of-quiet", round },
            dueAt(until),
            [said],
          );
        return;
      }
      case "alert-resolved": {
        const knewOf = (one: { readonly said: Said }) => this.ledger.knows(said.machine, one.said);
        book.resolves.push({
          said,
          knew: new Set(book.reports.filter((report) => this.ledger.knows(said.machine, report))),
          met: new Set(),
          round:
            1 + Math.max(0, ...[...book.begins, ...book.quiets].filter(knewOf).map(({ round }) => round)),
        });
        return;
      }
      case "notification-sent":
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

  private roundBegins(book: Book, said: Said, round: number): void {
    const { alertId } = said.fact as AlertFact;
    book.begins.push({ said, round });
    this.endWhere(book, ({ what }) => what.kind !== "notification" && what.round < round);
    this.owe(alertId, `step of round ${round}`, { kind: "step", round }, said.trueAt, [said]);
  }

  private stepEntered(book: Book, said: Said, fact: AlertFact & { kind: "step-entered" }): void {
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
      if (what.kind === "step") return what.round <= round || this.dueFor(said.machine, obligation) !== null;
      if (what.kind === "end-of-quiet") return what.round < round;
      return what.kind === "escalation" && isBeyond(step, what);
    });
    const escalation = { kind: "escalation", round, wave } as const;
    this.owe(alertId, `escalation after step ${round}-${wave}`, escalation, dueAt(fact.nextEscalationAt), [
      said,
    ]);
    for (const { actionId, person, via, dueAt: at } of fact.notifications) {
      const what = { kind: "notification", round, wave, person, via, actionId } as const;
      const known = book.plans.has(actionId);
      book.plans.set(actionId, { said, what });
      if (this.ledger.hasLeft(actionId) || (known && !book.open.has(`${alertId} ${actionId}`))) continue;
      this.owe(alertId, actionId, what, dueAt(at), [said]);
    }
  }

  private failed(
    book: Book,
    said: Said,
    fact: AlertFact & { kind: "notification-failed" },
    retry: number | null,
  ): void {
    const obligation = book.open.get(`${fact.alertId} ${fact.actionId}`);
    // The mail server's own word goes for all machines; that one cannot reach it does not.
    const isFinal = fact.reason !== "unreachable" && fact.reason !== "timed-out";
    if (retry !== null) {
      if (obligation !== undefined && isFinal) obligation.notBefore = Math.max(obligation.notBefore, retry);
      return;
    }
    this.endWhere(book, ({ what }) => what.kind === "notification" && what.actionId === fact.actionId);
    this.nextWay(book, said, fact.actionId);
  }

  /** The person's next way is due at once for whoever knows that this one came to nothing. */
  private nextWay(book: Book, said: Said, actionId: string): void {
    const plan = book.plans.get(actionId);
    if (plan === undefined) return;
    const { person, wave } = plan.what;
    const next = [...book.plans.values()].find(
      ({ what }) => what.wave === wave && what.person === person && what.actionId !== actionId,
    );
    if (next === undefined) return;
    const obligation = book.open.get(
      `${plan.said.fact.kind === "step-entered" ? plan.said.fact.alertId : ""} ${next.what.actionId}`,
    );
    if (obligation === undefined || obligation.firstDue <= said.trueAt) return;
    this.owe(obligation.alertId, `${next.what.actionId} at once`, next.what, said.trueAt, [said, next.said]);
  }

  private owe(
    alertId: AlertId,
    name: string,
    what: What,
    due: number,
    facts: readonly Said[],
    author = facts[0]!.machine,
  ): void {
    const { open } = this.bookOf(alertId);
    const key = `${alertId} ${name}`;
    const known = open.get(key);
    const saidAt = Math.max(...facts.map(({ fact }) => logicalTimeOf(fact)));
    const { resolves } = this.bookOf(alertId);
    const resolvesKnown = new Set(
      resolves.filter(({ said }) => this.ledger.knows(author, said)).map(({ said }) => said),
    );
    const obligation: Obligation = known ?? {
      key,
      alertId,
      what,
      firstDue: due,
      notBefore: 0,
      saidAt,
      resolvesKnown,
      definedBy: [],
    };
    open.set(key, obligation);
    for (const resolve of resolvesKnown) obligation.resolvesKnown.add(resolve);
    obligation.firstDue = Math.min(obligation.firstDue, due);
    obligation.saidAt = Math.min(obligation.saidAt, saidAt);
    obligation.definedBy.push({ facts, due });
  }

  private endWhere(book: Book, is: (obligation: Obligation) => boolean): void {
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
    }
    const owed = this.dueFor(machine, obligation);
    if (since === null || owed === null || this.isQuietFor(machine, obligation)) return 0;
    return this.time.now - Math.max(owed.due, since, owed.known);
  }

  /** By what this machine knows, it is acknowledged, put off or resolved. */
  private isQuietFor(machine: number, { alertId, what, saidAt, resolvesKnown }: Obligation): boolean {
    const { quiets, resolves, begins, steps } = this.bookOf(alertId);
    const isKnown = ({ said }: { readonly said: Said }) => this.ledger.knows(machine, said);
    // What came of a resolve that its author had not heard of: it is over, or another step is owed instead.
    if (resolves.some((resolve) => isKnown(resolve) && !resolvesKnown.has(resolve.said))) return true;
    if (this.isAnswered(machine, alertId)) return true;
    if (what.kind === "step" && steps.some((step) => isKnown(step) && step.round >= what.round)) return true;
    const later = [...begins, ...steps].some((one) => isKnown(one) && one.round > what.round);
    if (what.kind === "end-of-quiet") return later;
    if (what.kind !== "step") {
      // A later step, which tells the same person the same way.
      const beyond = steps.filter((step) => isKnown(step) && isBeyond(step, what));
      if (
        what.kind === "escalation"
          ? beyond.length > 0
          : beyond.some(({ plans }) => plans.has(`${what.person} ${what.via}`))
      )
        return true;
    }
    if (quiets.some((quiet) => isKnown(quiet) && quiet.round >= what.round)) return true;
    // Said by a machine that had not heard of a later round, whose own plan counts.
    return begins.some(
      (begin) => isKnown(begin) && begin.round > what.round && logicalTimeOf(begin.said.fact) <= saidAt,
    );
  }

  /** Resolved, by one or several together, with all its reports. */
  private isAnswered(machine: number, alertId: AlertId): boolean {
    const { reports, resolves } = this.bookOf(alertId);
    const known = resolves.filter(({ said }) => this.ledger.knows(machine, said));
    if (known.length === 0) return false;
    return reports.every(
      (report) => !this.ledger.knows(machine, report) || known.some(({ knew }) => knew.has(report)),
    );
  }

  /**
   * When it is due by what this machine knows, and since when it knows. Several machines may have said the same with
   * different deadlines; the latest counts, but nobody may put it off for ever.
   */
  private dueFor(
    machine: number,
    { what, definedBy, notBefore }: Obligation,
  ): { due: number; known: number } | null {
    let [earliest, latest, known] = [Infinity, -Infinity, Infinity];
    for (const { facts, due } of definedBy) {
      const learned = facts.map((fact) => this.ledger.knownSince(machine, fact));
      if (learned.includes(null)) continue;
      earliest = Math.min(earliest, due);
      latest = Math.max(latest, due);
      known = Math.min(known, Math.max(...(learned as number[])));
    }
    if (known === Infinity) return null;
    const due = what.kind === "end-of-quiet" ? latest : Math.min(latest, earliest + latestMs);
    return { due: Math.max(due, notBefore), known };
  }

  private bookOf(alertId: AlertId): Book {
    let book = this.books.get(alertId);
    if (book === undefined) {
      book = {
        open: new Map(),
        plans: new Map(),
        reports: [],
        resolves: [],
        quiets: [],
        begins: [],
        steps: [],
      };
      this.books.set(alertId, book);
    }
    return book;
  }
}

function isBeyond(one: { round: number; wave: number }, other: { round: number; wave: number }): boolean {
  return one.round > other.round || (one.round === other.round && one.wave > other.wave);
}
