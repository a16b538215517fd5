/**
 * Carries out what is due of a tier's plan. It is queued first, without a fact: waiting for a free channel is no attempt,
 * and a machine that dies with a full queue has attempted nothing of it. When its turn comes, it
 * begins (`begin-attempt`).
 */
import type { Alert, Notification } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { FailureReason } from "../fact.ts";
import type { Person } from "../team.ts";
import { attemptAt } from "../acting.ts";
import type { ActionId } from "../ids.ts";
import { canReach, personOf, policyOf, teamOf } from "./ask.ts";

/**
 * Takes in hand every notification whose time has come for this machine. A channel without prospect fails here, and the
 * person's next one is due at once.
 */
export function notifyDue(decision: Decision, before: Alert): Alert {
  let alert = before;
  for (;;) {
    const { acting, now } = decision;
    const due = alert.notifications.find((n) => (attemptAt(alert, n, acting) ?? Infinity) <= now);
    if (due === undefined) return alert;
    const failed = failWithoutProspect(decision, alert, due);
    if (failed === null) queue(decision, alert, due);
    else alert = failed;
  }
}

/** The popups of people who are not there to notice them: their next channel goes out at once. */
export function goOnWithoutTheAway(decision: Decision, before: Alert): Alert {
  let alert = before;
  if (alert.status !== "triggered") return alert;
  for (const { via, wave, state, actionId } of before.notifications) {
    const isUp = via === "desktop" && wave === before.wave && (state === "sent" || state === "attempted");
    if (isUp) alert = withoutWaiting(decision, alert, actionId);
  }
  return notifyDue(decision, alert);
}

function queue(decision: Decision, alert: Alert, { actionId, person, via }: Notification): void {
  const asked = alert.asked.find((one) => one.person === person) ?? { person, because: "person" };
  decision.take(alert.id, actionId);
  decision.commands.push({ kind: "notify", alertId: alert.id, actionId, person, via, asked });
}

/** Null: the channel has a prospect. */
export function failWithoutProspect(
  decision: Decision,
  alert: Alert,
  notification: Notification,
): Alert | null {
  const { actionId, person, via } = notification;
  const found = personOf(teamOf(decision.state, alert), person);
  if (found !== undefined && canReach(decision.state, found, via)) return null;
  const [reason, text] = whyNot(found, notification);
  return decision.emit(alert, {
    kind: "notification-failed",
    actionId,
    person,
    via,
    reason,
    text,
    retryAt: null,
  });
}

/** A popup is shown whether or not its person is there; but nobody waits for who is not, unless the policy says so. */
export function withoutWaiting(decision: Decision, alert: Alert, actionId: ActionId): Alert {
  const popup = alert.notifications.find((n) => n.actionId === actionId)!;
  const { person } = popup;
  const presence = decision.state.away.get(person);
  if (presence === undefined || policyOf(decision.state, alert).presence === "ignore") return alert;
  const isWaitedFor = alert.notifications.some(
    (n) => n.state === "planned" && n.person === person && n.wave === popup.wave && n.dueAt > decision.now,
  );
  if (!isWaitedFor) return alert;
  return decision.emit(alert, { kind: "person-not-waited-for", actionId, person, presence });
}

function whyNot(person: Person | undefined, { via }: Notification): [FailureReason, string] {
  if (via === "desktop") return ["no-desktop-attached", "No desktop of this person is attached."];
  if (person?.email === undefined)
    return ["no-address", "This person has no e-mail address in the team file."];
  return ["not-configured", "The team file has no mail server (email:)."];
}
