/**
 * An alert: one firing, from open to resolved. Immutable; `evolve-alert` makes the next one from a fact.
 */
import type { AttentionRung, CommandOrigin } from "./fact.ts";
import type {
  ActionId,
  AlertId,
  EpochMs,
  IntegrationId,
  MachineId,
  PersonId,
  PolicyId,
  TeamRevision,
} from "./ids.ts";
import type { Vector } from "./place.ts";
import type { Reports } from "./said.ts";
import type { Severity } from "./severity.ts";
import type { Via } from "./team.ts";

export type AlertStatus = "triggered" | "acknowledged" | "snoozed" | "resolved";

export interface Link {
  readonly href: string;
  readonly text?: string;
}

/** What a monitoring tool says about an alert. All of it is hostile text. */
export interface AlertContent {
  readonly severity: Severity;
  readonly title: string;
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, string>>;
  readonly links: readonly Link[];
}

export interface Alert extends AlertContent {
  readonly id: AlertId;
  readonly status: AlertStatus;
  /** Null for an alert that a person raised by hand, or Tocsin about itself. */
  readonly integration: IntegrationId | null;
  readonly dedupKey: string;

  /** The policy and the team revision it climbs by: frozen when it opened (a transfer changes the policy only). */
  readonly policy: PolicyId;
  readonly teamRevision: TeamRevision;
  /** Index of the tier it is on now. */
  readonly step: number;
  /** How many times the whole policy has been run through. */
  readonly repeat: number;
  /** Counts every entering of a step; part of the identity of a notification. */
  readonly wave: number;
  /** How often it has been triggered anew; see `AlertFact`. */
  readonly round: number;
  /** The last round that was acknowledged, snoozed or resolved; -1: none. It is quiet while this is not below `round`. */
  readonly quietRound: number;
  /** When the next tier is asked; null while nothing escalates (acknowledged, snoozed, resolved). */
  readonly nextEscalationAt: EpochMs | null;
  /** Everyone asked since it was last (re)triggered, and why. Its window is shown to these people. */
  readonly asked: readonly Asked[];
  /** No tier could reach anybody: it is tried again as soon as somebody can be reached. */
  readonly nobodyReachable: boolean;
  /** Notifications of the current wave that have not come to an end, and those that have. */
  readonly notifications: readonly Notification[];

  readonly openedAt: EpochMs;
  /** When this round began, by the clock as it stands now: with no step planned, one is due from then on. */
  readonly triggeredAt: EpochMs;
  readonly acknowledgedAt: EpochMs | null;
  readonly acknowledgedBy: PersonId | null;
  /** Where the last acknowledgement came in. Absent: there was none, or an older version kept no word of it. */
  readonly acknowledgedFrom?: CommandOrigin;
  readonly ackTimeoutAt: EpochMs | null;
  readonly snoozedUntil: EpochMs | null;
  readonly resolvedAt: EpochMs | null;

  /** The last report of each origin, and those that a resolve has answered: one that is not answered keeps it open. */
  readonly news: Vector;
  readonly covered: Vector;
  /** The last fact folded, in canonical order. An earlier one that arrives later means folding anew. */
  readonly latest: Frontier;

  /** How often its source has reported it; exact in memory, on disk rounded down once it is large (see rules/deduplicate). */
  readonly occurrences: number;
  /** How long its source may be silent before the alert counts as stale; null: the source reports only changes. */
  readonly silentAfterMs: number | null;
  readonly staleAt: EpochMs | null;
  readonly stale: boolean;
  /** Who said "firing" last, and when; absent: its source says nothing about when. */
  readonly reports?: Reports;
  /** Of an alert that its source resolved: the beginnings of what ended, by their senders' clocks. */
  readonly ends?: readonly EpochMs[];
}

export type NotificationState = "planned" | "attempted" | "sent" | "failed" | "withdrawn";

export interface Frontier {
  readonly hlc: number;
  readonly origin: string;
  readonly seq: number;
}

export interface Notification {
  readonly actionId: ActionId;
  readonly wave: number;
  /** An acknowledgement of this round, or of a later one, ends it. */
  readonly round: number;
  readonly person: PersonId;
  readonly via: Via;
  readonly state: NotificationState;
  /** When it is to be attempted (again). */
  readonly dueAt: EpochMs;
  /**
   * When the machines that could not get through try again: what stands in their way need not stand in another's. Null: not
   * before the person is asked anew.
   */
  readonly retries: Readonly<Record<MachineId, EpochMs | null>>;
  /** Those of the earlier plans whose place it has taken included. */
  readonly attempts: number;
  /** Its person was asked about this alert before; a first word that is still to come stays one. */
  readonly isRepeat: boolean;
  /** Failed, and not waited for; but made again at `dueAt`, since what was in the way may be mended by then. */
  readonly again?: true;
  /** It has failed for so long that the person's next way was brought forward. */
  readonly isStuck: boolean;
  /** Who made the last attempt, and when; null: nobody yet, or a machine that is alone. */
  readonly attemptedBy: MachineId | null;
  readonly attemptedAt: EpochMs | null;
  /** Its round was acknowledged, snoozed or resolved while it was under way: its outcome is kept, it is never made again. */
  readonly isOver: boolean;
  /** How far a popup has come with its person. */
  readonly rungs: readonly AttentionRung[];
}

/** Why a person was asked. */
export interface Asked {
  readonly person: PersonId;
  readonly because: "schedule" | "group" | "person" | "everyone" | "last-resort";
  /** The schedule's or group's id. */
  readonly of?: string;
}
