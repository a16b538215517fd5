/**
 * The fold: state after a fact. Replay after a crash is this and nothing else, so no rule lives here.
 * Called by the engine's loop after each decision, for the facts of other machines, and by recovery.
 *
 * The result does not depend on the order in which facts arrived (invariant 5): a fact that comes after a canonically
 * later one of the same alert has the alert folded anew, from all of its facts (`arrivesLate`, `foldAlert`).
 */
import { deadlineOf } from "./acting.ts";
import type { Alert, Frontier } from "./alert.ts";
import { evolveAlert } from "./evolve-alert.ts";
import { clockStepped, engineStarted, engineStopped } from "./evolve-clock.ts";
import { evolveDuty } from "./evolve-duty.ts";
import { evolveMachines } from "./evolve-machines.ts";
import { evolveTeam } from "./evolve-team.ts";
import type { AlertFact, Fact } from "./fact.ts";
import type { AlertId } from "./ids.ts";
import { inLocalTime } from "./local-time.ts";
import type { Observation } from "./observation.ts";
import { joinedReports, withReport } from "./said.ts";
import { byCanonicalOrder, logicalTimeOf, type JournaledFact, type Place } from "./place.ts";
import { placeAlert, putOpen } from "./place-alert.ts";
import { evolveLastMails } from "./refused-mail.ts";
import { nextOwnPlace, type State } from "./state.ts";

/** `fact` in this machine's time. Takes over `state`, changes it and returns it; see `State` on ownership. */
export function evolve(state: State, fact: Fact, place: Place = nextOwnPlace(state)): State {
  const { newestAt } = state;
  noteArrival(state, fact, place);
  switch (fact.kind) {
    case "team-adopted":
    case "team-file-sealed":
      return evolveTeam(state, fact, place);
    case "clock-stepped":
      return place.own ? clockStepped(state, fact, place) : state;
    case "handoff-announced":
    case "override-added":
    case "override-removed":
    case "swap-asked":
    case "swap-agreed":
    case "swap-declined":
      return evolveDuty(state, fact, place);
    case "machine-added":
    case "machine-changed":
    case "machine-revoked":
      return evolveMachines(state, fact, place);
    case "engine-started":
      return place.own ? engineStarted(state, fact, place, newestAt) : state;
    case "engine-stopped":
      return place.own ? engineStopped(state, fact) : state;
    case "journal-recovered":
      return state;
    default:
      // Anything else without an alert is a kind that only a newer Tocsin knows.
      return "alertId" in fact ? evolveOne(state, fact, place) : state;
  }
}

/** Another machine's mails get through: what waits there for its turn is not forgotten. */
export function noteQueueMoved(state: State, journaled: JournaledFact): void {
  const { fact, place } = journaled;
  const isAnswer =
    fact.kind === "notification-sent" ||
    (fact.kind === "notification-failed" && (fact.reason === "temporary" || fact.reason === "refused"));
  if (place.own || !isAnswer || fact.via !== "email") return;
  const severity = state.open.get(fact.alertId)?.severity;
  if (severity === undefined) return;
  const { queueMovedAt } = state.acting;
  const at = Math.max(inTimeOf(state, journaled).at, queueMovedAt[severity] ?? 0);
  state.acting = { ...state.acting, queueMovedAt: { ...queueMovedAt, [severity]: at } };
}

/** Also for a fact that is folded in another way: with its whole alert. */
export function noteArrival(state: State, fact: Fact, place: Place): void {
  state.position = place.position;
  if (place.origin === state.origin) state.ownSeq = place.seq;
  if (place.own) {
    state.hlc = Math.max(state.hlc, logicalTimeOf(fact));
    state.newestAt = fact.at;
  } else state.heardHlc = Math.max(state.heardHlc, logicalTimeOf(fact));
  evolveLastMails(state, fact, place);
}

/** What others said, counted back from when it came, tells how far this machine's clock had come as well. */
export function noteHeard(state: State, { fact, place }: JournaledFact): void {
  if (place.own || state.newestAt === null) return;
  state.newestAt = Math.max(state.newestAt, fact.at + place.skewMs);
}

/** Whether its alert has to be folded anew, from all of its facts. */
export function arrivesLate(state: State, fact: AlertFact, place: Place): boolean {
  const alert = state.open.get(fact.alertId) ?? state.resolved.get(fact.alertId);
  if (alert === undefined) return fact.kind !== "alert-opened" || state.unopened.has(fact.alertId);
  if (place.own && place.origin === alert.latest.origin) return false;
  return isBefore({ hlc: logicalTimeOf(fact), origin: place.origin, seq: place.seq }, alert.latest);
}

/** One alert from all of its facts, in whatever order; null when its opening is not among them. */
export function foldAlert(state: State, facts: readonly JournaledFact[]): Alert | null {
  const sorted = facts.toSorted(byCanonicalOrder);
  const opening = sorted.findIndex(({ fact }) => fact.kind === "alert-opened");
  if (opening === -1) return null;
  // Whatever the clocks said, nothing happened to it before it was opened.
  if (opening > 0) sorted.unshift(...sorted.splice(opening, 1));
  let alert: Alert | undefined;
  for (const journaled of sorted) {
    const { place } = journaled;
    alert = evolveAlert(alert, inTimeOf(state, journaled) as AlertFact, place, steppedSince(state, place));
  }
  return alert ?? null;
}

/** The fact by this machine's clock as it stands now. */
export function inTimeOf(state: State, { fact, place }: JournaledFact): Fact {
  return inLocalTime(fact, place.skewMs, steppedSince(state, place));
}

/** By how much this machine's clock was set since the fact came. */
function steppedSince({ clockSteps }: State, { position }: Place): number {
  let steppedMs = 0;
  for (const step of clockSteps) if (step.position > position) steppedMs += step.deltaMs;
  return steppedMs;
}

/** Puts an alert that was folded anew in its place; `null`: there are facts of it, but it has not been opened yet. */
export function adopt(state: State, id: AlertId, alert: Alert | null): State {
  const before = state.open.get(id) ?? state.resolved.get(id);
  if (alert === null) state.unopened.add(id);
  // What was only observed is in no fact.
  else if (before !== undefined) placeAlert(state, { ...alert, ...observedOf(before, alert) });
  else placeAlert(state, alert);
  return state;
}

/** Like `evolve`, for what is not journaled. */
export function observe(state: State, seen: Observation): State {
  switch (seen.kind) {
    case "desktops-changed":
      state.desktops = new Set(seen.people);
      state.away = new Map((seen.away ?? []).map(({ person, presence }) => [person, presence]));
      return state;
    case "standing-changed":
      state.acting = { ...state.acting, position: seen.position, others: seen.others };
      for (const alert of state.open.values()) state.deadlines.set(alert.id, deadlineOf(alert, state.acting));
      return state;
    case "attempt-began":
      state.acting.underWay.add(seen.actionId);
      break;
    case "attempt-ended":
      state.acting.underWay.delete(seen.actionId);
      break;
    default:
  }
  const alert = state.open.get(seen.alertId);
  if (alert === undefined) return state;
  switch (seen.kind) {
    case "still-firing":
      putOpen(state, { ...alert, staleAt: seen.staleAt });
      break;
    case "reported-firing":
      putOpen(state, { ...alert, reports: withReport(alert.reports ?? {}, seen.sender, seen.report) });
      break;
    case "reworded":
      putOpen(state, { ...alert, ...seen.content, severity: alert.severity });
      break;
    case "reported-again":
      putOpen(state, { ...alert, occurrences: seen.occurrences });
      break;
    case "postponed":
      putOpen(state, { ...alert, nextEscalationAt: seen.until });
      break;
    case "attempt-began":
    case "attempt-ended":
    case "looked-at":
      putOpen(state, alert);
      break;
  }
  return state;
}

function evolveOne(state: State, fact: AlertFact, at: Place): State {
  const before = state.open.get(fact.alertId) ?? state.resolved.get(fact.alertId);
  if (before === undefined && fact.kind !== "alert-opened") {
    // Only a late outcome of an alert that has left memory comes here; it stays in the journal's timeline.
    return state;
  }
  return placeAlert(state, evolveAlert(before, fact, at));
}

function observedOf(before: Alert, after: Alert): Partial<Alert> {
  const occurrences = Math.max(before.occurrences, after.occurrences);
  const staleAt =
    before.staleAt !== null && after.staleAt !== null
      ? Math.max(before.staleAt, after.staleAt)
      : after.staleAt;
  if (before.reports === undefined) return { occurrences, staleAt };
  return { occurrences, staleAt, reports: joinedReports(after.reports ?? {}, before.reports) };
}

function isBefore(a: Frontier, b: Frontier): boolean {
  if (a.hlc !== b.hlc) return a.hlc < b.hlc;
  return a.origin === b.origin ? a.seq < b.seq : a.origin < b.origin;
}
