/**
 * What the engine needs from the world. Adapters in other rooms implement these; an in-memory twin of each passes the
 * same acceptance suite (test/acceptance).
 */
import type { Alert } from "#domain/alert";
import type { Uptime } from "#domain/boot";
import type { Answer } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { ActionId, AlertId, EpochMs, IntegrationId, MachineId, OriginId } from "#domain/ids";
import type { Input, Outcome } from "#domain/input";
import type { ClockSteps, JournaledFact, Vector } from "#domain/place";
import type { State } from "#domain/state";
import type { Person, Via } from "#domain/team";

/** Time. The only one who may look at a clock. */
export interface Clock {
  /** Wall clock. May jump: see `onStep`. */
  now(): EpochMs;
  /** What nobody can set: see `Uptime`. Absent: not known. */
  uptime?(): Uptime;
  /** Calls back once, not before `at`; returns how to cancel. `at` in the past: as soon as possible, never synchronously. */
  callAt(at: EpochMs, callback: () => void): () => void;
  /** Calls back once, when this machine has been awake for `ms`, whatever the wall clock does; returns how to cancel. */
  callAfter(ms: number, callback: () => void): () => void;
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
  /**
   * The id of the alert that a signal opens: not random, but made of its key and of the alert before it, so that machines
   * which hear the same signal open the same alert.
   */
  nextAlertId(integration: IntegrationId | null, dedupKey: string, previous: AlertId | null): AlertId;
}

/** What makes two signals the same thing. */
export interface AlertKey {
  readonly integration: IntegrationId | null;
  readonly dedupKey: string;
}

/**
 * The durable, append-only union of logs of facts: this machine's own one and those of others, a hash chain for each.
 *
 * `append` and `merge` return only when the facts are on disk (fsync), all or none; they throw `JournalError` and leave
 * nothing behind when they cannot. Nothing is ever truncated or overwritten.
 */
export interface Journal {
  /** The log that `append` writes to. Another one after `startNewOrigin`. */
  readonly origin: OriginId;
  /** This machine's own facts. */
  append(facts: readonly Fact[]): void;
  /**
   * Facts of other machines, in order within each origin. Those that are known are left out; the first one that is not
   * the next of its origin, or whose hash is wrong, ends it: what came before it is kept, and `refused` says why.
   * `now`: this machine's clock, from which the ages are counted back.
   */
  merge(facts: readonly TravellingFact[], now: EpochMs): MergedFacts;
  /**
   * Somebody else holds facts under our origin that we do not have (this journal was restored from a copy): from here on
   * we write to another log. Those of our facts that are not among theirs (`seq` from `firstOfOurs` on) move to it.
   */
  startNewOrigin(firstOfOurs: number): void;
  /** What this journal holds. */
  vector(): Vector;
  /**
   * The facts that a machine which holds `vector` lacks, about `maxBytes` of them, in order within each origin. Their ages
   * are counted by `now` and `clockSteps`: how far this machine's clock was set after the facts up to a position had come.
   */
  factsBeyond(vector: Vector, maxBytes: number, now: EpochMs, clockSteps?: ClockSteps): TravellingFact[];
  /** The facts whose position is greater, in order of arrival. */
  replay(afterPosition: number): Iterable<JournaledFact>;
  /** All facts of one alert, in order of arrival; empty when there is none. */
  factsOf(alertId: AlertId): readonly JournaledFact[];
  /** The ids of alerts with a fact `alert-resolved`, newest first, each once. */
  resolvedAlerts(limit: number): readonly AlertId[];
  /** The latest alert of this key that this journal has ever seen, open or resolved; null: none. */
  lastAlertOf(integration: IntegrationId | null, dedupKey: string): AlertId | null;
  /** The same for many at once, in this order: far less work than one by one. */
  lastAlertsOf(keys: readonly AlertKey[]): readonly (AlertId | null)[];
  /** The position of the last fact; 0 when empty. */
  lastSeq(): number;
  /**
   * Keeps `snapshot` as the state after `lastSeq()`; the previous one is kept too, in case this one is damaged.
   * Throws `JournalError` when it cannot; that costs time at the next start and nothing else.
   */
  saveSnapshot(snapshot: string): void;
  /** The newest intact snapshot, or null. */
  loadSnapshot(): { readonly seq: number; readonly snapshot: string } | null;
  /**
   * Whether what it keeps will be found again: null, or what has become of its files. Puts them back where it can; then
   * it takes no more, and the engine is to start anew. Costs microseconds.
   */
  misplaced(): Misplaced | null;
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

/** A fact on its way to another machine, with what proves it. The same on every machine but for its age. */
export interface TravellingFact {
  readonly origin: OriginId;
  readonly seq: number;
  /** Epoch ms by the clock of the machine that said it, rounded down. */
  readonly at: number;
  readonly kind: string;
  readonly alertId: AlertId | null;
  /** Hash of the fact before it in its origin. 64 hexadecimal digits, as `hash`. */
  readonly previous: string;
  readonly hash: string;
  /** The whole fact, JSON, byte for byte as it was first written. */
  readonly body: string;
  /** How long ago it was said, by the sender's reckoning, in ms. */
  readonly ageMs: number;
}

export interface Misplaced {
  /** What has happened, for people, with the remedy. */
  readonly text: string;
  /** Facts can still be added, so that what is open goes on; nothing new may be answered for. */
  readonly openGoOn: boolean;
}

export interface MergedFacts {
  /** Those that were new, in order of arrival, now on disk. */
  readonly added: readonly JournaledFact[];
  /**
   * `gap`: something before it is missing, ask again. `forked`: another fact has its number (a lie, or a restored copy).
   * `damaged`: its hash is not that of its content.
   */
  readonly refused: {
    readonly reason: "gap" | "forked" | "damaged";
    readonly origin: OriginId;
    readonly seq: number;
  } | null;
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

/**
 * How many sends of one channel are under way at once; a mail server takes a few, a desktop any number. `usual` ones; with
 * `besidesStalled` for others than the people to whom one hangs; and `critical` ones need not wait for the end of what began
 * before them. Nobody has more than `besidesStalled` for themselves.
 */
export const parallelSends: Record<Via, Readonly<Record<"usual" | "besidesStalled" | "critical", number>>> = {
  desktop: { usual: 1_000, besidesStalled: 1_500, critical: 2_000 },
  email: { usual: 4, besidesStalled: 6, critical: 8 },
};

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
  /** The facts of one alert, in canonical order, with times by this machine's clock. */
  factsOf(alertId: AlertId): readonly Fact[];
  /** An alert, open or resolved however long ago; null when unknown. */
  findAlert(alertId: AlertId): Alert | null;
  /** Resolved alerts, newest first. */
  listResolved(limit: number): readonly Alert[];
  /** Facts of other machines. Resolves once they are on disk and folded. Never rejects. */
  merge(facts: readonly TravellingFact[]): Promise<MergeAnswer>;
  /** For other machines; see `Journal`. */
  readonly origin: OriginId;
  vector(): Vector;
  factsBeyond(vector: Vector, maxBytes: number): TravellingFact[];
  startNewOrigin(firstOfOurs: number): void;
  /** Called after each commit with the alerts that changed. Returns how to stop listening. */
  onChange(listener: (change: EngineChange) => void): () => void;
  /** Finishes what is in the inbox, keeps a snapshot, and takes no more. */
  stop(): Promise<void>;
}

export interface EngineChange {
  readonly alerts: readonly Alert[];
  /** New ones of this machine, and those of others with their times by this machine's clock. */
  readonly facts: readonly Fact[];
  readonly health: EngineHealth;
}

export type MergeAnswer =
  | { readonly ok: true; readonly added: number; readonly refused: MergedFacts["refused"] }
  /** The journal cannot keep them now; ask again later. */
  | { readonly ok: false };

/**
 * Where this machine stands among those it can see now. Asked at the beginning of every turn.
 *
 * It acts on what is due `position` waits later than the machine at 0 (house rule: `now >= due + position × D`).
 * `null`: not yet, or not any more (it has just started or woken up, or is about to sleep): it takes in, and does nothing.
 */
export interface Standing {
  position(): number | null;
  /** The other machines that act now. */
  others(): readonly MachineId[];
}

/** Whether the engine can be trusted now, and if not, why, in one sentence with the remedy. */
export interface EngineHealth {
  readonly ready: boolean;
  readonly trusted: boolean;
  readonly problems: readonly EngineProblem[];
}

export interface EngineProblem {
  readonly kind:
    | "journal"
    /** Files of the data folder are gone that the next start needs. */
    | "data-folder"
    /** It has joined a team, and nobody has told it yet which one: it can alert nobody. */
    | "no-team"
    | "team-file"
    | "calendar"
    /** The mail server cannot be used. */
    | "channel"
    /** It refuses an address. */
    | "refused-mail"
    /** It puts a mail off again and again. */
    | "late-mail"
    | "reach"
    | "invariant"
    | "peers"
    | "schedule"
    | "revoked"
    | "shifts"
    /** Messages of monitoring tools are refused, or do not come. */
    | "ingest"
    /** Connections without a key crowd the HTTP port. */
    | "connections"
    /** A monitoring tool's clock differs from this machine's. */
    | "sender-clock";
  readonly text: string;
  readonly since: EpochMs;
}
