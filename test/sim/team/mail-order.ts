/**
 * Worst first, checked on a simulated team by its facts alone: no mail leaves a machine while one of a strictly worse alert
 * has been that machine's to send for a good while.
 */
import type { AlertFact } from "#domain/fact";
import type { AlertId, PersonId } from "#domain/ids";
import { isWorse, type Severity } from "#domain/severity";
import type { Left, LedgerListener, Said } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { MailServer } from "./mail-server.ts";
import type { TrueTime } from "./true-time.ts";

/** Since it could have begun. Without faults the first machine begins at once; others leave it for up to a minute. */
const patienceMs = { calm: 10_000, faulty: 75_000 } as const;

interface Pending {
  readonly alertId: AlertId;
  readonly person: PersonId;
  /** In true time. */
  since: number;
}

export class MailOrder implements LedgerListener {
  /** For each machine, what it knows to be planned and neither begun nor over; by action. */
  private readonly pending: Map<string, Pending>[] = [];
  private readonly severityOf = new Map<AlertId, Severity>();
  /** When a mail last left, by machine and severity. */
  private readonly leftAt = new Map<string, number>();

  constructor(
    private readonly time: TrueTime,
    private readonly machines: readonly Machine[],
    private readonly mailServer: MailServer,
    private readonly isFaulty: boolean,
    private readonly violate: (text: string) => void,
  ) {}

  learned(machine: number, { fact, trueAt }: Said): void {
    if (!("alertId" in fact)) return;
    const pending = (this.pending[machine] ??= new Map());
    this.take(pending, fact, trueAt);
  }

  left({ machine, alertId, actionId, via }: Left): void {
    if (via !== "email") return;
    const severity = this.severityOf.get(alertId)!;
    const sender = this.machines[machine]!;
    const position = sender.process?.peers.position() ?? null;
    const state = sender.process?.engine.state;
    const limit = this.isFaulty ? patienceMs.faulty : patienceMs.calm;
    if (state !== undefined && (this.isFaulty || position === 0)) {
      for (const [other, one] of this.pending[machine] ?? []) {
        const worse = this.severityOf.get(one.alertId)!;
        if (!isWorse(worse, severity) || other === actionId) continue;
        // Their server hangs, so that they have but a part of what is under way.
        if (this.mailServer.answersSince(one.person) !== 0) continue;
        const since = Math.max(one.since, sender.runsSince ?? Infinity, this.movedElsewhere(machine, worse));
        if (this.time.now - since < limit) continue;
        const alert = state.open.get(one.alertId);
        const its = alert?.notifications.find((n) => n.actionId === other);
        // Begun, given up here, or put off, by what the machine itself makes of the facts.
        if (alert?.status !== "triggered" || its?.state !== "planned" || its.isOver) continue;
        if (Object.keys(its.retries).length > 0) continue;
        this.violate(
          `worst first: ${actionId} (${severity}) left machine ${machine} before ${other} (${worse})`,
        );
      }
    }
    this.leftAt.set(`${machine} ${severity}`, this.time.now);
  }

  /** What is waited for while another machine's queue moves. */
  private movedElsewhere(machine: number, severity: Severity): number {
    let at = 0;
    for (const [key, leftAt] of this.leftAt) {
      const [other, its] = key.split(" ") as [string, Severity];
      if (Number(other) !== machine && !isWorse(severity, its)) at = Math.max(at, leftAt);
    }
    return at;
  }

  private take(pending: Map<string, Pending>, fact: AlertFact, trueAt: number): void {
    const { now } = this.time;
    switch (fact.kind) {
      case "alert-opened":
        this.raise(fact.alertId, fact.severity);
        return;
      case "severity-raised":
        this.raise(fact.alertId, fact.to);
        // As urgent as that it is only now.
        for (const one of pending.values())
          if (one.alertId === fact.alertId) one.since = Math.max(one.since, now);
        return;
      case "step-entered":
        for (const { actionId, person, via, dueAt } of fact.notifications) {
          const since = Math.max(now, trueAt + (dueAt - fact.at));
          if (via === "email") pending.set(actionId, { alertId: fact.alertId, person, since });
        }
        return;
      case "notification-failed": {
        const one = pending.get(fact.actionId);
        if (one === undefined) return;
        if (fact.retryAt === null) {
          pending.delete(fact.actionId);
          return;
        }
        one.since = Math.max(now, trueAt + (fact.retryAt - fact.at));
        // What the mail server itself has put off is put off for what a later step asks of the same person, too (7160).
        if (fact.machine === undefined)
          for (const other of pending.values())
            if (other.alertId === one.alertId && other.person === one.person)
              other.since = Math.max(other.since, one.since);
        return;
      }
      case "notification-attempted": {
        const one = pending.get(fact.actionId);
        if (one !== undefined) one.since = now + 60_000;
        return;
      }
      case "notification-sent":
      case "notification-withdrawn":
        pending.delete(fact.actionId);
        return;
      default:
        return;
    }
  }

  private raise(alertId: AlertId, to: Severity): void {
    const before = this.severityOf.get(alertId);
    if (before === undefined || isWorse(to, before)) this.severityOf.set(alertId, to);
  }
}
