/**
 * Carries out commands. A `tell` is handed on as it is; for a `notify` it finds the channel, asks once more whether it is
 * still wanted, and sees to it that every attempt ends in exactly one outcome, even when a channel hangs.
 */
import type { Command, Notify, Tell } from "#domain/command";
import type { ActionId } from "#domain/ids";
import type { Outcome } from "#domain/input";
import { personOf, teamOf } from "#domain/rules/ask";
import type { State } from "#domain/state";
import type { Via } from "#domain/team";
import { whyAsked } from "#domain/timeline";
import { inMemory } from "./alert-archive.ts";
import type { Channel, Clock, Notice } from "./ports.ts";

/** How many sends of one channel are under way at once; a mail server takes a few, a desktop any number. */
const parallelSends: Record<Via, number> = { desktop: 1_000, email: 8 };
/** Channels have tighter limits of their own; this one catches a channel that hangs. */
const sendLimitMs = 60_000;

export interface OutboxDependencies {
  readonly clock: Clock;
  readonly channels: readonly Channel[];
  /** As it is now: asked again right before each sending. */
  state(): State;
  tell(word: Tell): void;
  done(command: Notify, outcome: Outcome): void;
  /** False: this machine has just woken up, and what it knows may be old. */
  mayAct(): boolean;
}

export class Outbox {
  private readonly queues = new Map<Via, Notify[]>();
  private readonly underWay = new Map<Via, number>();
  private readonly held = new Set<ActionId>();
  private idle: (() => void)[] = [];

  constructor(private readonly dependencies: OutboxDependencies) {}

  add(command: Command): void {
    if (command.kind === "tell") return this.dependencies.tell(command);
    this.held.add(command.actionId);
    const queue = this.queues.get(command.via) ?? [];
    this.queues.set(command.via, queue);
    queue.push(command);
    this.pump(command.via);
  }

  /** What has not come to an end. */
  get underWayIds(): ReadonlySet<ActionId> {
    return this.held;
  }

  /** Drops what has not begun (it is made again after the restart) and waits a while for what has. */
  async drain(limitMs: number): Promise<void> {
    for (const queue of this.queues.values()) for (const { actionId } of queue) this.held.delete(actionId);
    this.queues.clear();
    if (this.busy() === 0) return;
    const { clock } = this.dependencies;
    await new Promise<void>((resolve) => {
      const cancel = clock.callAfter(limitMs, resolve);
      this.idle.push(() => {
        cancel();
        resolve();
      });
    });
  }

  private pump(via: Via): void {
    const queue = this.queues.get(via);
    while (queue !== undefined && queue.length > 0 && (this.underWay.get(via) ?? 0) < parallelSends[via]) {
      const command = queue.shift()!;
      this.underWay.set(via, (this.underWay.get(via) ?? 0) + 1);
      void this.carryOut(command).then((outcome) => {
        this.underWay.set(via, this.underWay.get(via)! - 1);
        this.held.delete(command.actionId);
        this.dependencies.done(command, outcome);
        this.pump(via);
        if (this.busy() === 0) for (const resolve of this.idle.splice(0)) resolve();
      });
    }
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
      attempt: command.attempt,
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
  private isWanted({ alertId, actionId }: Notify): boolean {
    if (!this.dependencies.mayAct()) return false;
    const alert = inMemory(this.dependencies.state(), alertId);
    if (alert?.status !== "triggered") return false;
    const notification = alert.notifications.find((n) => n.actionId === actionId);
    return notification !== undefined && !notification.isOver && notification.state !== "sent";
  }

  private busy(): number {
    return [...this.underWay.values()].reduce((sum, count) => sum + count, 0);
  }
}

const leftToOthers = failed(
  false,
  "internal",
  "This machine leaves it to the others: it has just woken up, or its journal cannot be written.",
);

function failed(
  permanent: boolean,
  reason: Extract<Outcome, { kind: "failed" }>["reason"],
  text: string,
): Outcome {
  return { kind: "failed", permanent, reason, text };
}
