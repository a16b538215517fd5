/** What is wrong with the engine now, one entry a kind, and whether it can be trusted to wake somebody. */
import type { EpochMs } from "#domain/ids";
import type { EngineHealth, EngineProblem } from "./ports.ts";

type Kind = EngineProblem["kind"];

/**
 * What each kind means, the most urgent first: in this order they are told, and of many only the first ones may be seen.
 *
 * A note is worth saying, and no reason to distrust the engine: a refused team file or a silent calendar leaves its last
 * good copy in force, machines that will disagree about a shift one day do not today, and a monitoring tool whose clock is
 * wrong is understood all the same; strangers that crowd a port keep nobody out who has a key.
 */
const meanings: Readonly<Record<Kind, "distrust" | "note">> = {
  revoked: "distrust",
  journal: "distrust",
  "no-team": "distrust",
  invariant: "distrust",
  reach: "distrust",
  channel: "distrust",
  peers: "distrust",
  schedule: "distrust",
  ingest: "distrust",
  "refused-mail": "distrust",
  "late-mail": "distrust",
  "data-folder": "distrust",
  "team-file": "note",
  calendar: "note",
  shifts: "note",
  "sender-clock": "note",
  connections: "note",
};

/** With these, what comes in is refused: it is better sent to another machine. */
const takesNothing = ["revoked", "journal", "no-team"] as const;

const kindsByUrgency = Object.keys(meanings) as readonly Kind[];

export class HealthBoard {
  private readonly problems = new Map<Kind, EngineProblem>();
  private current: EngineHealth = { ready: false, trusted: false, problems: [] };
  private ready = false;

  get health(): EngineHealth {
    return this.current;
  }

  /** @returns whether anything changed. */
  report(kind: Kind, text: string, now: EpochMs): boolean {
    const known = this.problems.get(kind);
    if (known?.text === text) return false;
    this.problems.set(kind, { kind, text, since: known?.since ?? now });
    return this.refresh();
  }

  has(kind: Kind): boolean {
    return this.problems.has(kind);
  }

  /** @returns whether anything changed. */
  clear(kind: Kind): boolean {
    return this.problems.delete(kind) && this.refresh();
  }

  setReady(ready: boolean): boolean {
    if (this.ready === ready) return false;
    this.ready = ready;
    return this.refresh();
  }

  private refresh(): true {
    const problems = kindsByUrgency.flatMap((kind) => this.problems.get(kind) ?? []);
    const takesAlerts = takesNothing.every((kind) => !this.problems.has(kind));
    const trusted = this.ready && problems.every(({ kind }) => meanings[kind] === "note");
    this.current = { ready: this.ready && takesAlerts, trusted, problems };
    return true;
  }
}
