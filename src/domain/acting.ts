/**
 * When this machine does what is due. Every machine of the team holds every deadline; the one at position 0 acts on it at
 * once, each further one a little later, unless it has seen by then that it was done. So no election has to be right for
 * nobody to be forgotten, and nothing is done twice while all goes well.
 */
import type { Alert, Notification } from "./alert.ts";
import type { ActionId, EpochMs, MachineId } from "./ids.ts";
import { severities, type Severity } from "./severity.ts";
import type { Via } from "./team.ts";

export interface Acting {
  /** This machine; null: it has no name, since it can only be alone (in the domain's own tests, in a simulated alert). */
  readonly self: MachineId | null;
  /** Its rank among the machines that it sees; null: it takes in, and does nothing. */
  readonly position: number | null;
  /** The other machines that act now. */
  readonly others: readonly MachineId[];
  /** What it has taken in hand itself and has not come to an end: under way, or waiting for its turn. */
  readonly underWay: { has(actionId: ActionId): boolean };
  /** When another machine last had an answer from the mail server, by the severity of what it sent; see `waitsSince`. */
  readonly queueMovedAt: Readonly<Partial<Record<Severity, EpochMs>>>;
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

/** When this machine is to take the notification in hand; null: it has, it is done, or it is not its business now. */
export function attemptAt(alert: Alert, notification: Notification, acting: Acting): EpochMs | null {
  return acting.underWay.has(notification.actionId) ? null : beginAt(alert, notification, acting);
}

/** When what it has taken in hand may begin; null: not any more, since another machine has done it, say. */
export function beginAt(alert: Alert, notification: Notification, acting: Acting): EpochMs | null {
  const { state, dueAt, retries, via, attemptedBy, attemptedAt, isOver, again } = notification;
  if (acting.position === null || isOver) return null;
  if (state === "failed") return again === true ? dueAt + waitMs(acting.position, via) : null;
  const retryAt = acting.self === null ? undefined : retries[acting.self];
  if (retryAt === null) return null;
  const position = Math.max(0, acting.position - howManyGaveUp(retries));
  const since = waitsSince(alert, notification, acting);
  const at = retryAt ?? (position === 0 ? dueAt : since + waitMs(position, via));
  if (state === "planned") return at;
  if (state !== "attempted") return null;
  // Ours, from before a restart: its outcome is lost, so it is made again.
  if (attemptedBy === acting.self) return at;
  // Another machine's may be under way. But one after another may hang, and all of them together have a minute.
  const over = (attemptedAt ?? 0) + patienceMs[via];
  const isLate = (attemptedAt ?? 0) > since + longestMs;
  return Math.max(at, isLate ? over : Math.min(over, since + longestMs));
}

/**
 * Since when the others wait for the machines before them. A mail may stand in another machine's queue: as long as mails
 * that are at least as urgent get through there, its turn is to come, and a second machine would only send the same ones
 * to the same busy mail server. The queue is not told of, it shows: each answer of the mail server is a fact. One that
 * does not move any more (its machine hangs, its mail server does not answer it) is waited for no longer than a single
 * mail; that of a machine which is gone not at all, since then another one is the first.
 */
function waitsSince(alert: Alert, { dueAt, via, retries }: Notification, { queueMovedAt }: Acting): EpochMs {
  let since = dueAt;
  // Its turn has come there already, and that machine did not get through with it.
  if (via !== "email" || Object.keys(retries).length > 0) return since;
  for (const severity of severities) {
    since = Math.max(since, queueMovedAt[severity] ?? since);
    if (severity === alert.severity) break;
  }
  return since;
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
      attempts.push(isDue ? notification.dueAt : attemptAt(alert, notification, acting));
    }
  }
  let earliest: EpochMs | null = null;
  for (const at of steps)
    if (at !== null && (earliest === null || at + wait < earliest)) earliest = at + wait;
  for (const at of attempts) if (at !== null && (earliest === null || at < earliest)) earliest = at;
  return earliest;
}
