/**
 * The fold: state after a fact. Replay after a crash is this and nothing else, so no rule lives here.
 * Called by the engine's loop after each decision, and by recovery.
 */
import type { Alert } from "./alert.ts";
import { deadlineOf, evolveAlert, shiftDeadlines } from "./evolve-alert.ts";
import { evolveDuty } from "./evolve-duty.ts";
import type { AlertFact, Fact } from "./fact.ts";
import { limits } from "./limits.ts";
import type { Observation } from "./observation.ts";
import { keyOf, type State } from "./state.ts";
import type { Team } from "./team.ts";

/** Takes over `state`, changes it and returns it; see `State` on ownership. */
export function evolve(state: State, fact: Fact): State {
  switch (fact.kind) {
    case "team-adopted":
      return adoptTeam(state, fact.team);
    case "clock-stepped":
      for (const alert of state.open.values()) put(state, shiftDeadlines(alert, fact.deltaMs));
      return state;
    case "handoff-announced":
    case "override-added":
    case "override-removed":
    case "swap-asked":
    case "swap-agreed":
    case "swap-declined":
      return evolveDuty(state, fact);
    case "engine-started":
    case "engine-stopped":
    case "journal-recovered":
      return state;
    default:
      return evolveOne(state, fact);
  }
}

/** Like `evolve`, for what is not journaled. */
export function observe(state: State, seen: Observation): State {
  if (seen.kind === "desktops-changed") {
    state.desktops = new Set(seen.people);
    return state;
  }
  const alert = state.open.get(seen.alertId);
  if (alert === undefined) return state;
  switch (seen.kind) {
    case "still-firing":
      put(state, { ...alert, staleAt: seen.staleAt });
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
  }
  return state;
}

function evolveOne(state: State, fact: AlertFact): State {
  const before = state.open.get(fact.alertId) ?? state.resolved.get(fact.alertId);
  if (before === undefined && fact.kind !== "alert-opened") {
    // Only a late outcome of an alert that has left memory comes here; it stays in the journal's timeline.
    return state;
  }
  const after = evolveAlert(before, fact);
  if (after.status === "resolved") retire(state, after);
  else put(state, after);
  return state;
}

function put(state: State, alert: Alert): void {
  state.open.set(alert.id, alert);
  state.openByKey.set(keyOf(alert.integration, alert.dedupKey), alert.id);
  state.deadlines.set(alert.id, deadlineOf(alert));
}

function retire(state: State, alert: Alert): void {
  if (state.open.delete(alert.id)) {
    state.openByKey.delete(keyOf(alert.integration, alert.dedupKey));
    state.deadlines.set(alert.id, null);
  }
  state.resolved.set(alert.id, alert);
  if (state.resolved.size > limits.resolvedInMemory) {
    const oldest = state.resolved.keys().next();
    if (!oldest.done) state.resolved.delete(oldest.value);
  }
}

/** Keeps the new team, and of the older ones those that an open alert is still frozen to. */
function adoptTeam(state: State, team: Team): State {
  const used = new Set([...state.open.values()].map((alert) => alert.teamRevision));
  for (const revision of state.teams.keys()) {
    if (!used.has(revision)) state.teams.delete(revision);
  }
  state.team = team;
  state.teams.set(team.revision, team);
  return state;
}
