/** Problems that show in the facts themselves: a mail server that does not work, an alert that reaches nobody. */
import type { Alert, Notification } from "#domain/alert";
import type { Fact } from "#domain/fact";
import type { EpochMs, PersonId } from "#domain/ids";
import { limits } from "#domain/limits";
import { severities } from "#domain/severity";
import type { State } from "#domain/state";
import type { HealthBoard } from "./health-board.ts";

/** What the last run knew is not forgotten with it: once, after the start. @returns whether the health has changed. */
export function watchOpenAlerts(board: HealthBoard, state: State, now: EpochMs): boolean {
  let changed = tellOfReach(board, state, now);
  for (const alert of state.open.values()) {
    if (alert.status !== "triggered") continue;
    const late = alert.notifications.find((notification) => notification.isStuck && isLate(notification));
    if (late === undefined) continue;
    changed = board.report("late-mail", lateMailText(nameOf(state, late.person), ""), now) || changed;
  }
  return changed;
}

/** Called after each commit. @returns whether the health has changed. */
export function watchFacts(board: HealthBoard, facts: readonly Fact[], state: State, now: EpochMs): boolean {
  const channel = watchMail(board, facts, now);
  const late = watchLateMail(board, facts, state, now);
  const reach = watchReach(board, facts, state, now);
  return channel || late || reach;
}

/** Tried on for as long as its alert is open; but until it is taken, its person may know nothing of the alert. */
function watchLateMail(board: HealthBoard, facts: readonly Fact[], state: State, now: EpochMs): boolean {
  let changed = false;
  for (const fact of facts) {
    if (fact.kind !== "notification-failed" || fact.via !== "email" || fact.nextNow !== true) continue;
    const text = lateMailText(nameOf(state, fact.person), fact.text);
    changed = board.report("late-mail", text, now) || changed;
  }
  if (!board.has("late-mail")) return changed;
  const still = [...state.open.values()].some(
    ({ status, notifications }) => status === "triggered" && notifications.some(isLate),
  );
  return (!still && board.clear("late-mail")) || changed;
}

function isLate({ via, attempts, isStuck, isOver, state }: Notification): boolean {
  if (via !== "email" || isOver || (state !== "planned" && state !== "attempted")) return false;
  // A server that asks for a long wait makes it late at the first attempt already.
  return isStuck || attempts >= limits.stuckAfterAttempts;
}

function nameOf({ team }: State, person: PersonId): string {
  return team?.people.find(({ id }) => id === person)?.name ?? person;
}

function lateMailText(name: string, why: string): string {
  return `An e-mail to ${name} does not get through, and is tried on${why === "" ? "." : `: ${why}`} If it lasts, see to that mailbox, or give ${name} another way to be told in the team file.`;
}

/** Until a mail has got through again, this machine cannot promise that the next one will. */
function watchMail(board: HealthBoard, facts: readonly Fact[], now: EpochMs): boolean {
  let changed = false;
  for (const fact of facts) {
    if (fact.kind === "notification-sent" && fact.via === "email")
      changed = board.clear("channel") || changed;
    if (fact.kind !== "notification-failed" || fact.via !== "email") continue;
    if (fact.reason === "authentication" || fact.reason === "unreachable" || fact.reason === "timed-out") {
      changed = board.report("channel", mailTroubleText(fact.text), now) || changed;
    }
  }
  return changed;
}

/** An alert that nobody at all is told of is the worst that can happen; it must show wherever somebody looks. */
function watchReach(board: HealthBoard, facts: readonly Fact[], state: State, now: EpochMs): boolean {
  const unheard = facts.some(
    (fact) => fact.kind === "step-entered" && fact.reason === "nobody-reachable" && fact.asked.length === 0,
  );
  return (unheard || board.has("reach")) && tellOfReach(board, state, now);
}

/** Names the worst of them; not how many there are, which a flood would change at every alert. */
function tellOfReach(board: HealthBoard, state: State, now: EpochMs): boolean {
  let worst: Alert | null = null;
  let count = 0;
  for (const alert of state.open.values()) {
    if (!reachesNobody(alert)) continue;
    count += 1;
    if (worst === null || severities.indexOf(alert.severity) < severities.indexOf(worst.severity))
      worst = alert;
  }
  if (worst === null) return board.clear("reach");
  const title = worst.title.length > 100 ? `${worst.title.slice(0, 99)}…` : worst.title;
  const which = `The alert "${title}" ${count === 1 ? "reaches" : "and others reach"} nobody`;
  return board.report("reach", `${which}: ${reachText}`, now);
}

function reachesNobody({ nobodyReachable, asked }: Alert): boolean {
  return nobodyReachable && asked.length === 0;
}

const reachText =
  "no desktop is attached and nobody asked has a working e-mail. Start Tocsin on the machine of somebody who is asked, or give them an e-mail address in the team file.";

/** `text`: what a try or a mail came to, mostly with its own remedy; an older version's, or a server's, has none. */
export function mailTroubleText(text: string): string {
  const hasRemedy = /: (?:check|set|give|correct|renew|use) /.test(text);
  return `E-mail cannot be sent: ${text}${hasRemedy ? "" : ' Check "email:" in the team file.'}`;
}
