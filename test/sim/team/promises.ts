/**
 * Invariants 1, 3 and 4, checked on a simulated team: nothing answered is lost, nothing known to be acknowledged goes
 * out, nothing is done twice without a fault. Invariant 2 is in obligations.ts, 5 in agreement.ts.
 */
import type { Answer } from "#domain/command";
import type { AlertFact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import { keyOf } from "#domain/state";
import type { Ledger, Left, LedgerListener, Said } from "./ledger.ts";
import type { Machine } from "./machine.ts";

/** A signal that was answered with ok, and what kept it. */
interface Report {
  readonly machine: number;
  readonly alertId: AlertId;
  readonly key: string;
  readonly said: Said;
  /** Its only copy was on a disk that is lost. */
  isLost: boolean;
}

export class Promises implements LedgerListener {
  readonly reports: Report[] = [];
  /** Notifications that left although the same had left before, there or elsewhere. */
  duplicates = 0;
  private readonly times = new Map<string, number>();
  /** What those who resolved an alert knew of it. */
  private readonly answeredReports = new Set<Said>();
  /** The round that a notification was planned in. */
  private readonly rounds = new Map<string, number>();
  /** Every fact that keeps a report. */
  private readonly kept: Said[] = [];
  /** The last fact by which a machine kept a report of an alert. */
  private readonly lastReport = new Map<string, Said>();

  constructor(
    private readonly ledger: Ledger,
    private readonly machines: () => readonly Machine[],
    private readonly violate: (text: string) => void,
  ) {}

  said(said: Said): void {
    const { fact, machine } = said;
    if (fact.kind === "alert-opened" || fact.kind === "occurrences-counted") {
      this.lastReport.set(`${machine} ${fact.alertId}`, said);
      this.kept.push(said);
    }
    if (fact.kind === "step-entered")
      for (const { actionId } of fact.notifications) this.rounds.set(actionId, fact.round ?? 0);
    if (fact.kind === "notification-failed" && fact.reason === "temporary" && fact.retryAt === null) {
      const status = this.machines()[machine]?.process?.engine.findAlert(fact.alertId)?.status;
      if (status === "triggered")
        this.violate(`invariant 2: ${fact.actionId} was put off, and machine ${machine} gives it up`);
    }
    if (fact.kind !== "alert-resolved") return;
    for (const report of this.kept) {
      const isOfIt = (report.fact as AlertFact).alertId === fact.alertId;
      if (isOfIt && this.ledger.knows(machine, report)) this.answeredReports.add(report);
    }
  }

  /** A firing signal was answered. */
  answered(machine: Machine, dedupKey: string, answer: Answer): void {
    if (!answer.ok || answer.alertId === null) return;
    const said = this.lastReport.get(`${machine.index} ${answer.alertId}`);
    // A mere "still firing" of what another machine has opened is not kept: its source says it again.
    if (said === undefined || !this.ledger.knows(machine.index, said)) return;
    const found = machine.process?.engine.findAlert(answer.alertId) ?? null;
    const key = keyOf(found?.integration ?? null, dedupKey);
    this.reports.push({ machine: machine.index, alertId: answer.alertId, key, said, isLost: false });
    if (found === null) this.violate(`invariant 1: ${answer.alertId} was answered and is not there`);
  }

  /** Before a machine's disk is lost: what nobody else has is lost without blame. */
  diskGoes(machine: Machine): void {
    const others = this.machines().filter((other) => other !== machine);
    for (const report of this.reports) {
      if (!others.some((other) => this.ledger.knows(other.index, report.said))) report.isLost = true;
    }
  }

  /** A machine has started again: what it had answered is still there. */
  started(machine: Machine): void {
    const { engine } = machine.process!;
    for (const report of this.reports) {
      if (report.machine !== machine.index || report.isLost) continue;
      if (!this.ledger.knows(machine.index, report.said)) continue;
      if (engine.findAlert(report.alertId) === null)
        this.violate(`invariant 1: ${report.alertId} is gone after a restart of machine ${machine.index}`);
    }
  }

  left({ machine, actionId, alertId, via }: Left): void {
    // A popup is shown on each desktop of its person; that is one notification for each machine.
    const what = via === "desktop" ? `${machine} ${actionId}` : actionId;
    const times = (this.times.get(what) ?? 0) + 1;
    this.times.set(what, times);
    if (times > 1) this.duplicates += 1;
    this.checkWanted(this.machines()[machine]!, actionId, alertId);
  }

  /** Invariant 3, by the facts in this machine's journal alone. */
  private checkWanted(machine: Machine, actionId: string, alertId: AlertId): void {
    const facts = machine.parts.disk.content.factsOf(alertId).map(({ fact }) => fact as AlertFact);
    const round = this.rounds.get(actionId) ?? 0;
    const quiet = facts.find(
      (fact) =>
        (fact.kind === "alert-acknowledged" || fact.kind === "alert-snoozed") && (fact.round ?? 0) >= round,
    );
    if (quiet !== undefined)
      this.violate(
        `invariant 3: ${actionId} left machine ${machine.index}, which has ${quiet.kind} of round ${round}`,
      );
    const status = machine.process?.engine.findAlert(alertId)?.status;
    if (status !== "triggered")
      this.violate(`invariant 3: ${actionId} left machine ${machine.index}, where the alert is ${status}`);
  }

  /** After healing: everybody runs and has heard everything; but for the one that was revoked, and what only it had heard. */
  checkTheEnd(out: Machine | null): void {
    const left = this.machines().filter((machine) => machine !== out);
    for (const report of this.reports) {
      const wasThere =
        out !== null && (report.machine === out.index || this.ledger.knows(out.index, report.said));
      if (wasThere && !left.some(({ index }) => this.ledger.knows(index, report.said))) report.isLost = true;
    }
    for (const machine of left) this.checkReports(machine);
  }

  private checkReports(machine: Machine): void {
    const { engine } = machine.process!;
    for (const report of this.reports) {
      if (report.isLost) continue;
      const alert = engine.findAlert(report.alertId);
      if (alert === null) {
        this.violate(
          `invariant 1: ${report.alertId} was answered and machine ${machine.index} does not have it`,
        );
        continue;
      }
      if (this.answeredReports.has(report.said) || engine.state.openByKey.has(report.key)) continue;
      this.violate(
        `invariant 1: ${report.alertId} is ${alert.status} on machine ${machine.index}, and nobody who knew this report resolved it`,
      );
    }
  }
}
