/**
 * Carries out what is due of a tier's plan: first the fact that it is attempted, then the command (house: "commit
 * attempt, re-read the acknowledgement, send, commit sent").
 */
import type { Alert, Notification } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { FailureReason } from "../fact.ts";
import type { Person } from "../team.ts";
import { canReach, personOf, teamOf } from "./ask.ts";

/** Attempts every notification that is due. A channel without prospect fails here, and the person's next one is due at once. */
export function notifyDue(decision: Decision, before: Alert): Alert {
  let alert = before;
  for (;;) {
    const due = alert.notifications.find((n) => n.state === "planned" && n.dueAt <= decision.now);
    if (due === undefined) return alert;
    alert = attempt(decision, alert, due);
  }
}

/** The same for one whose attempt was under way when the engine died: its outcome is unknown, so it is made again. */
export function attemptAgain(decision: Decision, alert: Alert, notification: Notification): Alert {
  return attempt(decision, alert, notification);
}

function attempt(decision: Decision, alert: Alert, notification: Notification): Alert {
  const { actionId, person, via } = notification;
  const found = personOf(teamOf(decision.state, alert), person);
  if (found === undefined || !canReach(decision.state, found, via)) {
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
  const asked = alert.asked.find((one) => one.person === person) ?? { person, because: "person" };
  const attemptNumber = notification.attempts + 1;
  decision.commands.push({
    kind: "notify",
    alertId: alert.id,
    actionId,
    person,
    via,
    attempt: attemptNumber,
    asked,
  });
  return decision.emit(alert, {
    kind: "notification-attempted",
    actionId,
    person,
    via,
    attempt: attemptNumber,
  });
}

function whyNot(person: Person | undefined, { via }: Notification): [FailureReason, string] {
  if (via === "desktop") return ["no-desktop-attached", "No desktop of this person is attached."];
  if (person?.email === undefined)
    return ["no-address", "This person has no e-mail address in the team file."];
  return ["not-configured", "The team file has no mail server (email:)."];
}
