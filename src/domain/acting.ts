/**
 * When this machine does what is due. Every machine of the team holds every deadline; the one at position 0 acts on it at
 * once, each further one a little later, unless it has seen by then that it was done. So no election has to be right for
 * nobody to be forgotten, and nothing is done twice while all goes well.
 */
import type { Alert, Notification } from "./alert.ts";
import type { ActionId, EpochMs, MachineId } from "./ids.ts";
import type { Via } from "./team.ts";

export interface Acting {
  /** This machine; null: it has no name, since it can only be alone (in the domain's own tests, in a simulated alert). */
  readonly self: MachineId | null;
  /** Its rank among the machines that it sees; null: it takes in, and does nothing. */
  readonly position: number | null;
  /** The other machines that act now. */
  readonly others: readonly MachineId[];
  /** Its own attempts that have not come to an end. */
  readonly underWay: { has(actionId: ActionId): boolean };
}

/**
 * Longer than the thing takes and its fact needs to arrive: a popup is shown within moments, a mail server may take half a
 * minute. Measured in the simulation (house rules, "Several machines").
 */
const patienceMs: Record<Via | "step", number> = { step: 5_000, desktop: 5_000, email: 30_000 };
/** The third machine and the further ones: close behind, so that nothing is later than a minute. */
const furtherMs = 5_000;
const longestMs = 55_000;

/** How much later than the machine at position 0 this position acts. */
export function waitMs(position: number, what: Via | "step"): number {
  if (position === 0) return 0;
  return Math.min(patienceMs[what] + (position - 1) * furtherMs, longestMs);
}

/** When this machine is to attempt the notification; null: it is done, under way, or not its business now. */
export function attemptAt(notification: Notification, acting: Acting): EpochMs | null {
  const { state, dueAt, retries, via, attemptedBy, attemptedAt, actionId, isOver } = notification;
  if (acting.position === null || isOver) return null;
  const retryAt = acting.self === null ? undefined : retries[acting.self];
  if (retryAt === null || acting.underWay.has(actionId)) return null;
  const at = retryAt ?? dueAt + waitMs(Math.max(0, acting.position - howManyGaveUp(retries)), via);
  if (state === "planned") return at;
  if (state !== "attempted") return null;
  // Ours, from before a restart: its outcome is lost, so it is made again.
  if (attemptedBy === acting.self) return at;
  // Another machine's may be under way. But one after another may hang, and all of them together have a minute.
  const over = (attemptedAt ?? 0) + patienceMs[via];
  const isLate = (attemptedAt ?? 0) > dueAt + longestMs;
  return Math.max(at, isLate ? over : Math.min(over, dueAt + longestMs));
}

/** The machines that will not try again are not waited for. They were before this one, or they would not have tried. */
function howManyGaveUp(retries: Notification["retries"]): number {
  let machines = 0;
  for (const machine in retries) if (retries[machine as MachineId] === null) machines += 1;
  return machines;
}

/** Whether some machine has. */
export function someGaveUp({ retries }: Pick<Notification, "retries">): boolean {
  return howManyGaveUp(retries) > 0;
}

/** Whether none of the machines that act now will attempt it any more, though none of them has failed for all. */
export function allGaveUp(notification: Notification, acting: Acting): boolean {
  const { state, retries, attemptedBy, actionId } = notification;
  const { self, others } = acting;
  // Almost always: asked for every notification of every alert.
  if (self === null || retries[self] !== null || acting.underWay.has(actionId)) return false;
  const now = [self, ...others];
  // One that is gone may have sent it, or not; it will not say.
  const isLost = state === "attempted" && attemptedBy !== null && !now.includes(attemptedBy);
  return (state === "planned" || isLost) && now.every((machine) => retries[machine] === null);
}

/** When the alert next needs a `tick` on this machine; null: never. */
export function deadlineOf(alert: Alert, acting: Acting): EpochMs | null {
  if (alert.status === "resolved" || acting.position === null) return null;
  const wait = waitMs(acting.position, "step");
  const steps: (EpochMs | null)[] = [alert.staleAt];
  const attempts: (EpochMs | null)[] = [];
  if (alert.status === "acknowledged") steps.push(alert.ackTimeoutAt);
  if (alert.status === "snoozed") steps.push(alert.snoozedUntil);
  if (alert.status === "triggered") {
    // Triggered and nothing planned: another machine's report has reopened it.
    steps.push(alert.nextEscalationAt ?? alert.triggeredAt);
    for (const notification of alert.notifications) {
      const isDue = acting.position === 0 && !notification.isOver && allGaveUp(notification, acting);
      attempts.push(isDue ? notification.dueAt : attemptAt(notification, acting));
    }
  }
  let earliest: EpochMs | null = null;
  for (const at of steps)
    if (at !== null && (earliest === null || at + wait < earliest)) earliest = at + wait;
  for (const at of attempts) if (at !== null && (earliest === null || at < earliest)) earliest = at;
  return earliest;
}
