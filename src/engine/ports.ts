/**
 * What the engine needs from the world. Adapters in other rooms implement these; an in-memory twin of each passes the
 * same acceptance suite (test/acceptance).
 */
import type { Alert } from "#domain/alert";
import type { Answer } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { ActionId, AlertId, EpochMs } from "#domain/ids";
import type { Input, Outcome } from "#domain/input";
import type { State } from "#domain/state";
import type { Person, Via } from "#domain/team";

/** Time. The only one who may look at a clock. */
export interface Clock {
  /** Wall clock. May jump: see `onStep`. */
  now(): EpochMs;
  /** Calls back once, not before `at`; returns how to cancel. `at` in the past: as soon as possible, never synchronously. */
  callAt(at: EpochMs, callback: () => void): () => void;
  /** Calls back after the current turn, so that inputs of one turn share one commit. */
  defer(callback: () => void): void;
  /**
   * Tells when the wall clock was set (`deltaMs` ≠ 0) or the machine slept (`deltaMs` 0): in both cases deadlines must be
   * looked at anew. Noticed within seconds when something is pending, at the next activity otherwise.
   */
  onStep(listener: (deltaMs: number) => void): void;
}

export interface Random {
  /** A fresh id: unique, and sorting by time of making is welcome. */
  alertId(): AlertId;
}

/**
 * The durable, append-only log of facts, a hash chain for each origin.
 *
 * `append` returns only when the facts are on disk (fsync), all or none; it throws `JournalError` and leaves nothing
 * behind when it cannot.
 */
export interface Journal {
  append(facts: readonly Fact[]): void;
  /** The facts after `afterSeq`, in order. */
  replay(afterSeq: number): Iterable<Fact>;
  /** All facts of one alert, in order; empty when there is none. */
  factsOf(alertId: AlertId): readonly Fact[];
  /** The ids of resolved alerts, newest first. */
  resolvedAlerts(limit: number): readonly AlertId[];
  /** The number of the last fact; 0 when empty. */
  lastSeq(): number;
  /**
   * Keeps `snapshot` as the state after `lastSeq()`; the previous one is kept too, in case this one is damaged.
   * Throws `JournalError` when it cannot; that costs time at the next start and nothing else.
   */
  saveSnapshot(snapshot: string): void;
  /** The newest intact snapshot, or null. */
  loadSnapshot(): { readonly seq: number; readonly snapshot: string } | null;
  /**
   * Gives the disk space held back for an emergency to the journal, so that open alerts can go on escalating on a full
   * disk while new ones are refused. False when there is nothing (more) to give.
   */
  releaseReserve(): boolean;
  /** Tries to hold that space back again; false when the disk has none. Does nothing when it is held already. */
  restoreReserve(): boolean;
  /** Afterwards the directory may be opened by another engine. Closing twice does nothing. */
  close(): void;
}

export class JournalError extends Error {
  constructor(
    readonly reason: "full" | "read-only" | "damaged" | "locked" | "unavailable",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "JournalError";
  }
}

/** One way of reaching a person. */
export interface Channel {
  readonly via: Via;
  /** Never rejects; gives up by itself (its own time limit, or `signal`) and says so in the outcome. */
  send(notice: Notice, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/** What a channel is to tell one person. */
export interface Notice {
  readonly actionId: ActionId;
  readonly attempt: number;
  readonly alert: Alert;
  readonly person: Person;
  /** One plain sentence: why this person is asked, e.g. "You are on call in schedule primary." */
  readonly why: string;
  /** Ask right before sending: false once it is acknowledged or resolved (invariant 3); then the outcome is `withdrawn`. */
  stillWanted(): boolean;
}

/** The attached desktops, as the desktop channel sees them. */
export interface Desktops {
  /**
   * Shows the notice on every desktop of its person. `shown`: at least one window was drawn. Never rejects.
   */
  present(notice: Notice, signal: AbortSignal): Promise<"shown" | "none-attached" | "not-shown">;
}

/** What the rooms that take input see of the engine. */
export interface Engine {
  /** Resolves once what it led to is on disk. Never rejects for expected reasons: they are in the answer. */
  submit(input: Input): Promise<Answer>;
  /** The current state; look, do not keep or change. */
  readonly state: State;
  readonly health: EngineHealth;
  /** The facts of one alert, from the journal. */
  factsOf(alertId: AlertId): readonly Fact[];
  /** An alert, open or resolved however long ago; null when unknown. */
  findAlert(alertId: AlertId): Alert | null;
  /** Resolved alerts, newest first. */
  listResolved(limit: number): readonly Alert[];
  /** Called after each commit with the alerts that changed. Returns how to stop listening. */
  onChange(listener: (change: EngineChange) => void): () => void;
  /** Finishes what is in the inbox, keeps a snapshot, and takes no more. */
  stop(): Promise<void>;
}

export interface EngineChange {
  readonly alerts: readonly Alert[];
  readonly facts: readonly Fact[];
  readonly health: EngineHealth;
}

/** Whether the engine can be trusted now, and if not, why, in one sentence with the remedy. */
export interface EngineHealth {
  readonly ready: boolean;
  readonly trusted: boolean;
  readonly problems: readonly EngineProblem[];
}

export interface EngineProblem {
  readonly kind: "journal" | "team-file" | "calendar" | "channel" | "reach" | "invariant";
  readonly text: string;
  readonly since: EpochMs;
}
