/** Whoever wants to hear of each commit. Kept by the engine's loop. */
import type { Alert } from "#domain/alert";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { EngineChange, EngineHealth } from "./ports.ts";

export class ChangeListeners {
  private readonly listeners = new Set<(change: EngineChange) => void>();

  constructor(
    private readonly find: (id: AlertId) => Alert | null,
    private readonly health: () => EngineHealth,
  ) {}

  /** Returns how to stop listening. */
  add(listener: (change: EngineChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(ids: Iterable<AlertId>, facts: readonly Fact[]): void {
    const alerts = [...ids].map((id) => this.find(id)).filter((alert) => alert !== null);
    for (const listener of this.listeners) listener({ alerts, facts, health: this.health() });
  }

  /** Nothing has happened but that the engine is better or worse. */
  tellHealth(): void {
    this.tell([], []);
  }
}
