/** What is wrong with the engine now, one entry a kind, and whether it can be trusted to wake somebody. */
import type { EpochMs } from "#domain/ids";
import type { EngineHealth, EngineProblem } from "./ports.ts";

/**
 * Worth saying, no reason to distrust the engine: a refused team file or a silent calendar leaves its last good copy in
 * force, machines that will disagree about a shift one day do not today, and a monitoring tool whose clock is wrong is
 * understood all the same; strangers that crowd a port keep nobody out who has a key.
 */
const leavesTrust: ReadonlySet<EngineProblem["kind"]> = new Set([
  "team-file",
  "calendar",
  "shifts",
  "sender-clock",
  "connections",
]);

export class HealthBoard {
  private readonly problems = new Map<EngineProblem["kind"], EngineProblem>();
  private current: EngineHealth = { ready: false, trusted: false, problems: [] };
  private ready = false;

  get health(): EngineHealth {
    return this.current;
  }

  /** @returns whether anything changed. */
  report(kind: EngineProblem["kind"], text: string, now: EpochMs): boolean {
    const known = this.problems.get(kind);
    if (known?.text === text) return false;
    this.problems.set(kind, { kind, text, since: known?.since ?? now });
    return this.refresh();
  }

  has(kind: EngineProblem["kind"]): boolean {
    return this.problems.has(kind);
  }

  /** @returns whether anything changed. */
  clear(kind: EngineProblem["kind"]): boolean {
    return this.problems.delete(kind) && this.refresh();
  }

  setReady(ready: boolean): boolean {
    if (this.ready === ready) return false;
    this.ready = ready;
    return this.refresh();
  }

  private refresh(): true {
    const problems = [...this.problems.values()];
    const takesAlerts = !this.problems.has("journal") && !this.problems.has("revoked");
    const trusted = this.ready && problems.every(({ kind }) => leavesTrust.has(kind));
    this.current = { ready: this.ready && takesAlerts, trusted, problems };
    return true;
  }
}
