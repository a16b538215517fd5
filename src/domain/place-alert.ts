/**
 * Where an alert stands in the state: among the open ones with all that finds it there (its key, its integration, its
 * deadline), or among the resolved ones. Called by the fold, for each alert that has changed.
 */
import { deadlineOf } from "./acting.ts";
import type { Alert } from "./alert.ts";
import { limits } from "./limits.ts";
import { beginningsOf } from "./said.ts";
import { keyOf, type State } from "./state.ts";

/** The alert is what it is now, in the place of what it was. Changes `state` and returns it. */
export function placeAlert(state: State, alert: Alert): State {
  state.unopened.delete(alert.id);
  if (alert.status === "resolved") retire(state, alert);
  else putOpen(state, alert);
  return state;
}

/** The same for one that is open. */
export function putOpen(state: State, alert: Alert): void {
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
