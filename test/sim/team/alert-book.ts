/**
 * What has been said of one alert in a simulated team, and what follows from it for a machine that knows only part of
 * it: what it owes, by when, and whether it may leave it. Filled by obligations.ts.
 */
import type { AlertId, PersonId } from "#domain/ids";
import { logicalTimeOf } from "#domain/place";
import type { Via } from "#domain/team";
import type { Clocks } from "./clocks.ts";
import type { Ledger, Said } from "./ledger.ts";

/** The promise, ms. */
export const latestMs = 60_000;

export type What =
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
      /** It is owed only if this other one has not been sent. */
      readonly unlessSent?: string;
    }
  /** Acknowledged or snoozed until then. */
  | { readonly kind: "end-of-quiet"; readonly round: number };

export interface Obligation {
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

export interface Step {
  readonly said: Said;
  readonly round: number;
  readonly wave: number;
  /** `person via` of all that it tells. */
  readonly plans: ReadonlySet<string>;
}

export interface Round {
  readonly said: Said;
  readonly round: number;
}

interface Resolve {
  readonly said: Said;
  /** The reports that whoever resolved it knew of. */
  readonly knew: ReadonlySet<Said>;
  /** Reports that they did not know of, and that it has met on some machine. */
  readonly met: Set<Said>;
  /** The one that begins if there is such a report. */
  readonly round: number;
}

export class AlertBook {
  readonly open = new Map<string, Obligation>();
  /** The step-entered that planned an action. */
  readonly plans = new Map<string, { readonly said: Said; readonly what: What & { kind: "notification" } }>();
  readonly reports: Said[] = [];
  /** Acknowledged or snoozed: the rounds that are quiet for whoever knows. */
  readonly quiets: Round[] = [];
  readonly resolves: Resolve[] = [];
  readonly sent: { readonly said: Said; readonly actionId: string }[] = [];
  /** Actions that came to nothing for good on some machine. */
  readonly givenUp = new Set<string>();
  /** "MACHINE ACTION": its login was refused there, so that machine asks again only with the next step. */
  readonly shutOut = new Set<string>();
  readonly steps: Step[] = [];
  /** What has begun a round. */
  readonly begins: Round[] = [];

  constructor(
    readonly alertId: AlertId,
    private readonly ledger: Ledger,
    private readonly clocks: Clocks,
  ) {}

  resolved(said: Said): void {
    const knew = (one: Said) => this.ledger.knows(said.machine, one);
    const rounds = [...this.begins, ...this.quiets].filter((round) => knew(round.said));
    this.resolves.push({
      said,
      knew: new Set(this.reports.filter(knew)),
      met: new Set(),
      round: 1 + Math.max(0, ...rounds.map(({ round }) => round)),
    });
  }

  /** Reports that this machine has just come to know together with a resolve that did not know of them. */
  unanswered(machine: number): { readonly report: Said; readonly resolve: Resolve }[] {
    const answered = new Set(this.resolves.flatMap(({ knew }) => [...knew]));
    const found: { report: Said; resolve: Resolve }[] = [];
    for (const resolve of this.resolves) {
      if (!this.ledger.knows(machine, resolve.said)) continue;
      for (const report of this.reports) {
        if (answered.has(report) || resolve.met.has(report) || !this.ledger.knows(machine, report)) continue;
        resolve.met.add(report);
        found.push({ report, resolve });
      }
    }
    return found;
  }

  /** `facts`: they tell whoever knows them all. `author`: who said the last of them. */
  owe(name: string, what: What, due: number, facts: readonly Said[], author = facts[0]!.machine): void {
    const key = `${this.alertId} ${name}`;
    const saidAt = Math.max(...facts.map(({ fact }) => logicalTimeOf(fact)));
    const obligation: Obligation = this.open.get(key) ?? {
      key,
      alertId: this.alertId,
      what,
      firstDue: due,
      notBefore: 0,
      saidAt,
      resolvesKnown: new Set(),
      definedBy: [],
    };
    this.open.set(key, obligation);
    for (const { said } of this.resolves)
      if (this.ledger.knows(author, said)) obligation.resolvesKnown.add(said);
    obligation.firstDue = Math.min(obligation.firstDue, due);
    obligation.saidAt = Math.min(obligation.saidAt, saidAt);
    obligation.definedBy.push({ facts, due });
  }

  /** By what this machine knows, it is acknowledged, put off, resolved or done in another way. */
  isQuietFor(machine: number, obligation: Obligation): boolean {
    const { what } = obligation;
    const known = <T extends { readonly said: Said }>(all: readonly T[]): T[] =>
      all.filter(({ said }) => this.ledger.knows(machine, said));
    // What came of a resolve that its author had not heard of: it is over, or another step is owed instead.
    if (known(this.resolves).some(({ said }) => !obligation.resolvesKnown.has(said))) return true;
    if (this.isAnswered(machine)) return true;
    const steps = known(this.steps);
    const begins = known(this.begins);
    if (what.kind === "end-of-quiet") return [...begins, ...steps].some(({ round }) => round > what.round);
    if (known(this.quiets).some(({ round }) => round >= what.round)) return true;
    // Said by a machine that had not heard of a later round, whose own plan counts.
    const isOf = (begin: Round) =>
      begin.round > what.round && logicalTimeOf(begin.said.fact) <= obligation.saidAt;
    if (begins.some(isOf)) return true;
    switch (what.kind) {
      case "step":
        return steps.some(({ round }) => round >= what.round);
      case "escalation":
        return steps.some((step) => isBeyond(step, what));
      case "notification":
        if (this.isResolvedWithItsRound(what.round, known(this.resolves), [...steps, ...begins])) return true;
        if (known(this.sent).some(({ actionId }) => actionId === what.unlessSent)) return true;
        // A later step tells the same person the same way, or this one has been given up for it.
        return steps.some(
          (step) =>
            isBeyond(step, what) &&
            (step.plans.has(`${what.person} ${what.via}`) || this.givenUp.has(what.actionId)),
        );
    }
  }

  /**
   * When it is due by what this machine knows, and since when it knows. Several machines may have said the same with
   * different deadlines; the latest counts, but nobody may put it off for ever.
   */
  dueFor(machine: number, { what, definedBy, notBefore }: Obligation): { due: number; known: number } | null {
    let [earliest, latest, known] = [Infinity, -Infinity, Infinity];
    for (const { facts, due } of definedBy) {
      const learned = facts.map((fact) => this.ledger.knownSince(machine, fact));
      if (learned.includes(null)) continue;
      const knownSince = Math.max(...(learned as number[]));
      const saidAt = Math.max(...facts.map(({ trueAt }) => trueAt));
      const dueHere = this.clocks.dueFor(machine, due, saidAt, knownSince);
      earliest = Math.min(earliest, dueHere);
      latest = Math.max(latest, dueHere);
      known = Math.min(known, knownSince);
    }
    if (known === Infinity) return null;
    const due = what.kind === "end-of-quiet" ? latest : Math.min(latest, earliest + latestMs);
    return { due: Math.max(due, notBefore), known };
  }

  /**
   * Its round had begun before a resolve, as all know together, though whoever planned it anew had not heard of that and
   * gave its own new round the same number.
   */
  private isResolvedWithItsRound(
    round: number,
    resolves: readonly Resolve[],
    begun: readonly Round[],
  ): boolean {
    return resolves.some((resolve) =>
      begun.some(
        (one) => one.round >= round && logicalTimeOf(one.said.fact) < logicalTimeOf(resolve.said.fact),
      ),
    );
  }

  /** Resolved, by one or several together, with all its reports. */
  private isAnswered(machine: number): boolean {
    const { reports, resolves } = this;
    const known = resolves.filter(({ said }) => this.ledger.knows(machine, said));
    if (known.length === 0) return false;
    return reports.every(
      (report) => !this.ledger.knows(machine, report) || known.some(({ knew }) => knew.has(report)),
    );
  }
}

export function isBeyond(
  one: { round: number; wave: number },
  other: { round: number; wave: number },
): boolean {
  return one.round > other.round || (one.round === other.round && one.wave > other.wave);
}
