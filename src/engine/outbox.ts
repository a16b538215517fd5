/**
 * Carries out commands. A `tell` is handed on as it is. A `notify` waits here until its channel has room: worst first, by
 * the alert as it is then. The engine takes the `attempts` whose turn has come and commits that they are made; then they are
 * sent, each ends in exactly one outcome, even when a channel hangs, and the next one's turn comes.
 */
import type { Answer, Command, Notify } from "#domain/command";
import type { ActionId, AlertId, EpochMs } from "#domain/ids";
import type { Outcome } from "#domain/input";
import { personOf, teamOf } from "#domain/rules/ask";
import type { State } from "#domain/state";
import type { Via } from "#domain/team";
import { whyAsked } from "#domain/timeline";
import { urgencyOf, type Urgency } from "#domain/urgency";
import { inMemory } from "./alert-archive.ts";
import type { EngineDependencies } from "./dependencies.ts";
import type { Pending } from "./inbox.ts";
import { parallelSends, type Channel, type Notice } from "./ports.ts";
import { WaitingLine } from "./waiting-line.ts";

/** Channels have tighter limits of their own; this one catches a channel that hangs. */
const sendLimitMs = 60_000;
/** See `isStalled`. */
const stalledAfterMs = 5_000;

export interface OutboxDependencies extends Pick<EngineDependencies, "clock" | "channels" | "tell"> {
  /** As it is now: asked again right before each sending. */
  state(): State;
  done(command: Notify, outcome: Outcome): void;
  /** False: this machine has just woken up, and what it knows may be old. */
  mayAct(): boolean;
  /** There may be a turn for something: `attempts` is to be asked. */
  goOn(): void;
}

export class Outbox {
  private readonly waiting = new Map<Via, WaitingLine>();
  /** Its turn has come; sent already, or the engine is just deciding on it. */
  private readonly underWay = new Map<Via, Set<Notify>>();
  /** When each that is sent began; when one came to an end last, and the latest beginning of those that have. */
  private readonly beganAt = new Map<Notify, EpochMs>();
  private readonly moved = new Map<Via, { readonly at: EpochMs; readonly beganAt: EpochMs }>();
  private readonly held = new Set<ActionId>();
  private idle: (() => void)[] = [];

  constructor(private readonly dependencies: OutboxDependencies) {}

  add(command: Command): void {
    if (command.kind === "tell") return this.dependencies.tell?.(command);
    this.held.add(command.actionId);
    this.lineOf(command.via).add(command);
    this.dependencies.goOn();
  }

  /** Null: all of them. What waits for them finds its new place; see `WaitingLine`. */
  alertsChanged(ids: Iterable<AlertId> | null): void {
    for (const line of this.waiting.values()) {
      if (ids === null) line.allChanged();
      else for (const id of ids) line.alertChanged(id);
    }
  }

  /** What it has in hand: what waits, and what has not come to an end. */
  get underWayIds(): ReadonlySet<ActionId> {
    return this.held;
  }

  /**
   * For the engine to decide: those whose turn has come, the most urgent first. What is not wanted any more is among them
   * whether or not there is room, so that it is dropped at once.
   */
  *attempts(): Generator<Pending> {
    for (const command of [...this.waiting].flatMap(([via, line]) => this.takeTurns(via, line))) {
      const { alertId, actionId } = command;
      const input = { kind: "attempt", alertId, actionId } as const;
      yield { input, answer: (answer) => this.decided(command, answer) };
    }
  }

  /** `done`: that it is attempted is on disk, so it is sent. */
  private decided(command: Notify, answer: Answer): void {
    if (answer.ok && answer.effect === "done") return void this.send(command);
    this.leave(command);
    this.dependencies.goOn();
    // The journal cannot be written now: nothing has happened, its turn comes again.
    if (!answer.ok && answer.reason === "journal-unavailable") return this.add(command);
    this.held.delete(command.actionId);
    // The engine broke at it. It has been told of everything else itself; one that was revoked has nothing to tell.
    if (!answer.ok && answer.reason !== "revoked")
      this.dependencies.done(command, failed(false, "internal", answer.text));
  }

  /** Drops what has not begun (it is taken in hand again after the restart) and waits a while for what has. */
  async drain(limitMs: number): Promise<void> {
    for (const line of this.waiting.values())
      for (const { actionId } of line.takeAll()) this.held.delete(actionId);
    if (this.isIdle()) return;
    const { clock } = this.dependencies;
    await new Promise<void>((resolve) => {
      const cancel = clock.callAfter(limitMs, resolve);
      this.idle.push(() => {
        cancel();
        resolve();
      });
    });
  }

  private takeTurns(via: Via, line: WaitingLine): Notify[] {
    if (line.isEmpty) return [];
    const underWay = of(this.underWay, via);
    const unwanted = this.dependencies.mayAct() ? line.takeUnwanted() : line.takeAll();
    const begun: Notify[] = [];
    const begin = (command: Notify) => {
      begun.push(command);
      underWay.add(command);
    };
    // Nobody goes beyond this; with a long queue most calls end here.
    if (underWay.size < parallelSends[via].critical)
      line.takeTurns((...next) => this.hasRoom(...next), begin);
    for (const command of unwanted) underWay.add(command);
    return [...unwanted, ...begun];
  }

  private lineOf(via: Via): WaitingLine {
    const line = this.waiting.get(via) ?? new WaitingLine((command) => this.urgencyOf(command));
    this.waiting.set(via, line);
    return line;
  }

  private hasRoom({ via, person }: Notify, { severity }: Urgency): boolean {
    const { usual, besidesStalled, critical } = parallelSends[via];
    const underWay = of(this.underWay, via);
    if (underWay.size >= critical) return false;
    if (severity > 0 && underWay.size < usual) return true;
    const toPerson = [...underWay].filter((other) => other.person === person);
    if (severity === 0) return toPerson.length < besidesStalled;
    if (underWay.size >= besidesStalled || toPerson.some((other) => this.isStalled(other))) return false;
    return [...underWay].filter((other) => !this.isStalled(other)).length < usual;
  }

  /**
   * It hangs (its person's mail server never answers, say), so that others need not wait for it: one that began well after
   * it has come to an end before it, or none at all for a while. A mail server that is merely slow takes each in its turn.
   */
  private isStalled(command: Notify): boolean {
    const beganAt = this.beganAt.get(command);
    if (beganAt === undefined) return false;
    const moved = this.moved.get(command.via) ?? { at: beganAt, beganAt };
    const since = Math.max(beganAt, moved.at);
    return (
      moved.beganAt - beganAt >= stalledAfterMs || this.dependencies.clock.now() - since >= stalledAfterMs
    );
  }

  /** Looks every now and then whether it hangs. Returns how to end that. */
  private watch(): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = this.dependencies.clock.callAfter(stalledAfterMs, () => {
        again();
        this.dependencies.goOn();
      });
    };
    again();
    return () => cancel();
  }

  /** Null: it is not wanted any more. */
  private urgencyOf({ alertId, actionId }: Notify): Urgency | null {
    const alert = inMemory(this.dependencies.state(), alertId);
    if (alert?.status !== "triggered") return null;
    const notification = alert.notifications.find((n) => n.actionId === actionId);
    const isDone = notification === undefined || notification.isOver || notification.state === "sent";
    return isDone ? null : urgencyOf(alert, notification);
  }

  private async send(command: Notify): Promise<void> {
    const { clock } = this.dependencies;
    const beganAt = clock.now();
    this.beganAt.set(command, beganAt);
    const cancel = this.watch();
    const outcome = await this.carryOut(command);
    this.beganAt.delete(command);
    cancel();
    const latest = Math.max(beganAt, this.moved.get(command.via)?.beganAt ?? beganAt);
    this.moved.set(command.via, { at: clock.now(), beganAt: latest });
    this.leave(command);
    this.held.delete(command.actionId);
    this.dependencies.done(command, outcome);
    if (this.isIdle()) for (const resolve of this.idle.splice(0)) resolve();
  }

  private leave(command: Notify): void {
    of(this.underWay, command.via).delete(command);
  }

  private async carryOut(command: Notify): Promise<Outcome> {
    const channel = this.dependencies.channels.find((candidate) => candidate.via === command.via);
    const state = this.dependencies.state();
    const alert = inMemory(state, command.alertId);
    if (channel === undefined)
      return failed(true, "not-configured", `This machine has no ${command.via} channel.`);
    if (!this.dependencies.mayAct()) return leftToOthers;
    if (alert === null || !this.isWanted(command)) return { kind: "withdrawn" };
    const person = personOf(teamOf(state, alert), command.person);
    if (person === undefined)
      return failed(true, "internal", `Person ${command.person} is not in the alert's team.`);
    const notice: Notice = {
      actionId: command.actionId,
      attempt: alert.notifications.find((n) => n.actionId === command.actionId)?.attempts ?? 1,
      alert,
      person,
      why: whyAsked(command.asked),
      stillWanted: () => this.isWanted(command),
    };
    return this.withinLimit(channel, notice);
  }

  private async withinLimit(channel: Channel, notice: Notice): Promise<Outcome> {
    const { clock } = this.dependencies;
    const abort = new AbortController();
    let cancel = () => {};
    const tooLate = new Promise<Outcome>((resolve) => {
      cancel = clock.callAfter(sendLimitMs, () => {
        abort.abort();
        resolve(failed(false, "timed-out", `No answer within ${sendLimitMs / 1000} s.`));
      });
    });
    // A channel promises not to reject; one that does all the same must not lose the outcome.
    const sending = channel
      .send(notice, abort.signal)
      .catch((error: unknown) =>
        failed(false, "internal", error instanceof Error ? error.message : String(error)),
      );
    const outcome = await Promise.race([sending, tooLate]);
    cancel();
    // Held back for this machine's sake, not for the alert's: somebody must still be told.
    return outcome.kind === "withdrawn" && !this.dependencies.mayAct() ? leftToOthers : outcome;
  }

  /** Invariant 3: not once its round's acknowledgement is in the journal; and not what another machine has sent meanwhile. */
  private isWanted(command: Notify): boolean {
    return this.dependencies.mayAct() && this.urgencyOf(command) !== null;
  }

  private isIdle(): boolean {
    return [...this.underWay.values()].every((commands) => commands.size === 0);
  }
}

function of(commands: Map<Via, Set<Notify>>, via: Via): Set<Notify> {
  const found = commands.get(via) ?? new Set();
  commands.set(via, found);
  return found;
}

const leftToOthers = failed(
  false,
  "internal",
  "This machine leaves it to the others: it has just woken up, was revoked, or its journal cannot be written.",
);

function failed(
  permanent: boolean,
  reason: Extract<Outcome, { kind: "failed" }>["reason"],
  text: string,
): Outcome {
  return { kind: "failed", permanent, reason, text };
}
