/** Alerts wherever they are: in memory, or resolved so long ago that only the journal has them. */
import type { Alert } from "#domain/alert";
import { foldAlert, inTimeOf } from "#domain/evolve";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import { byCanonicalOrder, type JournaledFact } from "#domain/place";
import type { State } from "#domain/state";
import type { Journal } from "./ports.ts";

export class AlertArchive {
  constructor(private readonly journal: Journal) {}

  find(state: State, id: AlertId): Alert | null {
    return inMemory(state, id) ?? this.fromJournal(state, id);
  }

  /** In canonical order, with times by this machine's clock. */
  factsOf(state: State, id: AlertId): readonly Fact[] {
    const facts = this.journaled(id).toSorted(byCanonicalOrder);
    return facts.map((journaled) => inTimeOf(state, journaled));
  }

  /** Resolved alerts, newest first. */
  resolved(state: State, limit: number): readonly Alert[] {
    const ids = this.journal.resolvedAlerts(limit);
    return ids.map((id) => this.find(state, id)).filter((alert) => alert !== null);
  }

  /** A command may concern an alert resolved long ago: the rules then see it as what it is. */
  bringToMemory(state: State, id: AlertId): void {
    if (inMemory(state, id) !== null) return;
    const alert = this.fromJournal(state, id);
    if (alert !== null) state.resolved.set(id, alert);
  }

  private fromJournal(state: State, id: AlertId): Alert | null {
    return foldAlert(state, this.journaled(id));
  }

  /** An id may be anything that a client says. Ours have no NUL, and a database would take it for the end. */
  private journaled(id: AlertId): readonly JournaledFact[] {
    return id.includes("\0") ? [] : this.journal.factsOf(id);
  }
}

export function inMemory(state: State, id: AlertId): Alert | null {
  return state.open.get(id) ?? state.resolved.get(id) ?? null;
}
