/**
 * Folds journaled facts into the state, whatever order they came in. Used at the start (replay) and for the facts of
 * other machines.
 */
import {
  adopt,
  arrivesLate,
  evolve,
  foldAlert,
  inTimeOf,
  noteArrival,
  noteHeard,
  noteQueueMoved,
} from "#domain/evolve";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import type { State } from "#domain/state";
import type { Journal } from "./ports.ts";

export interface Folded {
  readonly touched: ReadonlySet<AlertId>;
  /** By this machine's clock, in order of arrival. */
  readonly facts: readonly Fact[];
}

/** The facts are in `journal` already, and are the next ones after `state.position`. Changes `state`. */
export function foldIn(state: State, facts: Iterable<JournaledFact>, journal: Journal): void {
  // An alert is read again from the journal once, however many of its facts came late.
  const anew = new Set<AlertId>();
  for (const journaled of facts) {
    const { fact, place } = journaled;
    const alertId = "alertId" in fact ? fact.alertId : null;
    noteQueueMoved(state, journaled);
    noteHeard(state, journaled);
    if ("alertId" in fact && (anew.has(fact.alertId) || arrivesLate(state, fact, place))) {
      noteArrival(state, fact, place);
      anew.add(alertId!);
    } else evolve(state, inTimeOf(state, journaled), place);
  }
  for (const id of anew) adopt(state, id, foldAlert(state, journal.factsOf(id)));
}

/** The same, and what listeners are to hear of it. */
export function foldForeign(state: State, facts: readonly JournaledFact[], journal: Journal): Folded {
  foldIn(state, facts, journal);
  const touched = new Set<AlertId>();
  for (const { fact } of facts) if ("alertId" in fact) touched.add(fact.alertId);
  return { touched, facts: facts.map((journaled) => inTimeOf(state, journaled)) };
}
