/**
 * The fold: state after a fact. Replay after a crash is this and nothing else, so no rule lives here.
 * Called by the engine's loop after each decision, for the facts of other machines, and by recovery.
 *
 * The result does not depend on the order in which facts arrived (invariant 5): a fact that comes after a canonically
 * later one of the same alert has the alert folded anew, from all of its facts (`arrivesLate`, `foldAlert`).
 */
import { deadlineOf } from "./acting.ts";
import type { Alert, Frontier } from "./alert.ts";
import { evolveAlert, shiftDeadlines } from "./evolve-alert.ts";
import { evolveDuty } from "./evolve-duty.ts";
import { evolveMachines } from "./evolve-machines.ts";
import { evolveTeam } from "./evolve-team.ts";
import type { KnownBoot } from "./boot.ts";
import type { AlertFact, Fact, OfBoot } from "./fact.ts";
import type { AlertId, EpochMs } from "./ids.ts";
import { limits } from "./limits.ts";
import { inLocalTime } from "./local-time.ts";
import type { Observation } from "./observation.ts";
import { beginningsOf, joinedReports, withReport } from "./said.ts";
import { byCanonicalOrder, logicalTimeOf, type JournaledFact, type Place } from "./place.ts";
import { evolveLastMails } from "./refused-mail.ts";
import { keyOf, nextOwnPlace, type BeforeBoot, type State } from "./state.ts";

type EngineStarted = Extract<Fact, { kind: "engine-started" }>;
type ClockStepped = Extract<Fact, { kind: "clock-stepped" }>;

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
      if (place.own) state.boot = bootOf(fact) ?? state.boot;
      return state;
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
  else if (before !== undefined) place(state, { ...alert, ...observedOf(before, alert) });
  else place(state, alert);
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
      put(state, { ...alert, staleAt: seen.staleAt });
      break;
    case "reported-firing":
      put(state, { ...alert, reports: withReport(alert.reports ?? {}, seen.sender, seen.report) });
      break;
    case "reworded":
      put(state, { ...alert, ...seen.content, severity: alert.severity });
      break;
    case "reported-again":
      put(state, { ...alert, occurrences: seen.occurrences });
      break;
    case "postponed":
      put(state, { ...alert, nextEscalationAt: seen.until });
      break;
    case "attempt-began":
    case "attempt-ended":
    case "looked-at":
      put(state, alert);
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
  return place(state, evolveAlert(before, fact, at));
}

function place(state: State, alert: Alert): State {
  state.unopened.delete(alert.id);
  if (alert.status === "resolved") retire(state, alert);
  else put(state, alert);
  return state;
}

function put(state: State, alert: Alert): void {
  forgetIfPlannedAnew(state, alert);
  if (!state.open.has(alert.id)) {
    state.resolved.delete(alert.id);
    const key = keyOf(alert.integration, alert.dedupKey);
    state.openByKey.set(key, [...(state.openByKey.get(key) ?? []), alert.id]);
    state.openOf.set(alert.integration, (state.openOf.get(alert.integration) ?? 0) + 1);
    state.resolvedLately.delete(key);
  }
  state.open.set(alert.id, alert);
  state.deadlines.set(alert.id, deadlineOf(alert, state.acting));
}

function retire(state: State, alert: Alert): void {
  if (state.open.delete(alert.id)) {
    const key = keyOf(alert.integration, alert.dedupKey);
    const others = state.openByKey.get(key)!.filter((id) => id !== alert.id);
    if (others.length === 0) state.openByKey.delete(key);
    else state.openByKey.set(key, others);
    state.deadlines.set(alert.id, null);
    state.openOf.set(alert.integration, (state.openOf.get(alert.integration) ?? 1) - 1);
    rememberEnd(state, key, alert);
  }
  state.resolved.set(alert.id, alert);
  if (state.resolved.size > limits.resolvedInMemory) {
    const oldest = state.resolved.keys().next();
    if (!oldest.done) state.resolved.delete(oldest.value);
  }
}

/** What was only reported here ends with it too. */
function rememberEnd({ resolvedLately }: State, key: string, alert: Alert): void {
  const { resolvedAt, reports = {}, ends = [] } = alert;
  resolvedLately.delete(key);
  if (ends.length === 0 || resolvedAt === null) return;
  resolvedLately.set(key, { ends: beginningsOf(reports, ends), at: resolvedAt });
  for (const [oldest, { at }] of resolvedLately) {
    if (at >= resolvedAt - limits.outOfStepMs && resolvedLately.size <= limits.resolvedLately) break;
    resolvedLately.delete(oldest);
  }
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

function stepClock(state: State, deltaMs: number, position: number): State {
  const { beforeBoot } = state;
  // Set right after a start of the computer: what was planned before it is due by the clock of then.
  const beforeMs = beforeBoot !== null && deltaMs > 0 ? Math.min(deltaMs, beforeBoot.behindMs) : deltaMs;
  noteStep(state, { position, deltaMs });
  if (beforeBoot !== null && beforeMs !== deltaMs)
    noteStep(state, { position: beforeBoot.position, deltaMs: beforeMs - deltaMs });
  if (state.boot !== null) {
    const { startedAt, notedAt, boot } = state.boot;
    state.boot = { startedAt: startedAt + deltaMs, notedAt: notedAt + deltaMs, boot };
  }
  const { queueMovedAt } = state.acting;
  const moved = Object.entries(queueMovedAt).map(([severity, at]) => [severity, at + deltaMs]);
  state.acting = { ...state.acting, queueMovedAt: Object.fromEntries(moved) as typeof queueMovedAt };
  // The alerts are the same, only shifted: none of them has been planned anew.
  state.beforeBoot = null;
  for (const alert of state.open.values()) {
    const isFromBefore = beforeBoot !== null && beforeBoot.alerts.has(alert.id);
    put(state, shiftDeadlines(alert, isFromBefore ? beforeMs : deltaMs));
  }
  state.beforeBoot = beforeBoot === null ? null : stillDoubted(beforeBoot, deltaMs);
  for (const [key, { ends, at }] of state.resolvedLately)
    state.resolvedLately.set(key, { ends, at: at + deltaMs });
  return state;
}

function clockStepped(state: State, { deltaMs, boots }: ClockStepped, { position }: Place): State {
  // What an earlier start left in doubt does not count again: too little makes early, too much would make late.
  if (boots === true) state.beforeBoot = null;
  stepClock(state, deltaMs, position);
  if (boots === true)
    state.beforeBoot = {
      position,
      behindMs: Math.max(0, -deltaMs),
      alerts: new Set(state.open.keys()),
    };
  return state;
}

function noteStep(state: State, step: State["clockSteps"][number]): void {
  state.clockSteps = [...state.clockSteps.slice(1 - limits.clockStepsKept), step];
}

/** Null: the clock was set forward as far as it was behind, or further; it is taken to be right from then on. */
function stillDoubted(beforeBoot: BeforeBoot, deltaMs: number): BeforeBoot | null {
  const behindMs = beforeBoot.behindMs - deltaMs;
  return deltaMs > 0 && behindMs <= 0 ? null : { ...beforeBoot, behindMs };
}

function engineStarted(
  state: State,
  fact: EngineStarted,
  { position }: Place,
  newestAt: EpochMs | null,
): State {
  const { uptimeMs, at } = fact;
  // From before a start looked at the clock: whatever the journal says was set right without a word of it.
  if (uptimeMs === undefined && newestAt !== null && at < newestAt) stepClock(state, at - newestAt, position);
  state.boot = bootOf(fact);
  return state;
}

function bootOf({ uptimeMs, boot, at }: OfBoot & { readonly at: EpochMs }): KnownBoot | null {
  return uptimeMs === undefined ? null : { startedAt: at - uptimeMs, boot: boot ?? null, notedAt: at };
}

/** What has been planned since the start is by the clock as it is. */
function forgetIfPlannedAnew({ beforeBoot, open }: State, alert: Alert): void {
  if (beforeBoot === null || !beforeBoot.alerts.has(alert.id)) return;
  const before = open.get(alert.id);
  const isAsBefore =
    before !== undefined &&
    before.nextEscalationAt === alert.nextEscalationAt &&
    before.ackTimeoutAt === alert.ackTimeoutAt &&
    before.snoozedUntil === alert.snoozedUntil;
  if (!isAsBefore) beforeBoot.alerts.delete(alert.id);
}

function isBefore(a: Frontier, b: Frontier): boolean {
  if (a.hlc !== b.hlc) return a.hlc < b.hlc;
  return a.origin === b.origin ? a.seq < b.seq : a.origin < b.origin;
}
