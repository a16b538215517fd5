/**
 * What has happened. Facts are all that is journaled, and `evolve` alone makes state of them.
 *
 * Every fact carries `at` and, where there was a choice, its reason as an enum: the journal answers "why was I woken?".
 * A fact that concerns one alert has `alertId`. Never remove a kind or change a meaning: old journals are replayed.
 */
import type { AlertContent, Asked } from "./alert.ts";
import type { DutyFact } from "./duty-fact.ts";
import type {
  ActionId,
  AlertId,
  EpochMs,
  IntegrationId,
  MachineId,
  PersonId,
  PolicyId,
  TeamFileVersion,
  TeamRevision,
} from "./ids.ts";
import type { MachineFact } from "./machine.ts";
import type { Vector } from "./place.ts";
import type { Presence } from "./presence.ts";
import type { Said } from "./said.ts";
import type { Severity } from "./severity.ts";
import type { Team, Via } from "./team.ts";

/**
 * `at`: the wall clock of the machine that says it. `hlc`: its place in the canonical order, see `place.ts`; absent in
 * journals from before there were several machines.
 */
export type Fact = AlertFact | TeamFact | MachineFact | DutyFact | EngineFact;

/**
 * Facts of one alert that several machines say at once are told apart by `round`: how often the alert has been triggered
 * anew (0: only opened). An acknowledgement ends its own round, never a later one; absent, it is the current one.
 */
export type AlertFact = { readonly at: EpochMs; readonly hlc?: number; readonly alertId: AlertId } & (
  | ({
      readonly kind: "alert-opened";
      readonly integration: IntegrationId | null;
      readonly dedupKey: string;
      readonly policy: PolicyId;
      readonly teamRevision: TeamRevision;
      readonly silentAfterMs: number | null;
      /** The person who raised it by hand. */
      readonly by: PersonId | null;
      /** What its source says about when. */
      readonly said?: Said;
    } & AlertContent)
  | { readonly kind: "content-changed"; readonly content: AlertContent }
  | {
      readonly kind: "severity-raised";
      readonly from: Severity;
      readonly to: Severity;
      /** The round that it begins. */
      readonly round?: number;
    }
  | { readonly kind: "occurrences-counted"; readonly occurrences: number }
  | {
      readonly kind: "step-entered";
      readonly step: number;
      readonly repeat: number;
      readonly wave: number;
      readonly round?: number;
      readonly reason: StepReason;
      readonly asked: readonly Asked[];
      readonly notifications: readonly PlannedNotification[];
      readonly nextEscalationAt: EpochMs;
    }
  | {
      readonly kind: "step-skipped";
      readonly step: number;
      readonly repeat: number;
      readonly reason: SkipReason;
    }
  | {
      readonly kind: "notification-attempted";
      readonly actionId: ActionId;
      readonly person: PersonId;
      readonly via: Via;
      readonly attempt: number;
      /** Which machine attempts it; absent when there is only one. */
      readonly machine?: MachineId;
    }
  | {
      readonly kind: "notification-sent";
      readonly actionId: ActionId;
      readonly person: PersonId;
      readonly via: Via;
      readonly text?: string;
    }
  | {
      readonly kind: "notification-failed";
      readonly actionId: ActionId;
      readonly person: PersonId;
      readonly via: Via;
      readonly reason: FailureReason;
      readonly text: string;
      /** When it will be tried again; null: given up, the person's next channel is tried at once. */
      readonly retryAt: EpochMs | null;
      /** Set: it was the address that was refused, for good. */
      readonly refused?: RefusedAddress;
      /** It is tried again, but has failed for so long that the person's next channel is not waited for any longer. */
      readonly nextNow?: true;
      /** Given up for now, as the mail server or its settings are at fault: made again after `retrySeldomMs`, and so on. */
      readonly again?: true;
      /** Set: only this machine could not get through, or gives up; no other one waits for its `retryAt`. */
      readonly machine?: MachineId;
    }
  | {
      readonly kind: "notification-withdrawn";
      readonly actionId: ActionId;
      readonly person: PersonId;
      readonly via: Via;
    }
  /** How far a popup has come with its person. Each rung once for each popup, whichever desktop was first. */
  | {
      readonly kind: "attention-reached";
      readonly actionId: ActionId;
      readonly person: PersonId;
      readonly rung: AttentionRung;
    }
  /** The person is not there to notice it (locked, asleep, muted …): the next channel goes out at once. */
  | {
      readonly kind: "person-not-waited-for";
      readonly actionId: ActionId;
      readonly person: PersonId;
      readonly presence: Presence;
    }
  | {
      readonly kind: "alert-acknowledged";
      readonly round?: number;
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly ackTimeoutAt: EpochMs | null;
    }
  | {
      readonly kind: "alert-snoozed";
      readonly round?: number;
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly until: EpochMs;
    }
  /** `round`, here and in the next two: the one that it begins. */
  | { readonly kind: "alert-retriggered"; readonly reason: RetriggerReason; readonly round?: number }
  | {
      readonly kind: "alert-escalated";
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly round?: number;
    }
  | {
      readonly kind: "alert-transferred";
      readonly round?: number;
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly policy: PolicyId;
      readonly teamRevision: TeamRevision;
      /** By no person: the team that it opened under left it without anybody, and the one in force does not. */
      readonly because?: "nobody-reachable";
    }
  | {
      readonly kind: "note-added";
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly text: string;
    }
  | { readonly kind: "alert-went-stale" }
  | { readonly kind: "alert-heard-again" }
  | {
      readonly kind: "alert-resolved";
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      /** The reports that it answers. One that it does not know of keeps the alert open. Absent: all before it. */
      readonly covers?: Vector;
      /** What the source that resolved it says about when. */
      readonly said?: Said;
      /** The beginnings of all that ended with it, by their senders' clocks. */
      readonly ends?: readonly EpochMs[];
    }
);

export type TeamFact = { readonly at: EpochMs; readonly hlc?: number } &
  /** A team file was taken over. The whole team travels in the fact, so that a replay needs no file. */
  (
    | {
        readonly kind: "team-adopted";
        readonly team: Team;
        /** The revision that was in force where it was changed; another one elsewhere makes it a concurrent edit. */
        readonly parent?: TeamRevision | null;
        readonly by?: PersonId | null;
        readonly machine?: MachineId;
        /** Which edit of the file it is, and which ones it was made from; absent: said by an older Tocsin. */
        readonly version?: TeamFileVersion;
        readonly parents?: readonly TeamFileVersion[];
        /** How many edits, one upon the other, it is from the first file. */
        readonly generation?: number;
      }
    /** The text of a team file, and the mail password, for the team's engines alone: sealed with the team's key. */
    | {
        readonly kind: "team-file-sealed";
        readonly revision: TeamRevision;
        /** Absent: said by an older Tocsin. */
        readonly version?: TeamFileVersion;
        readonly sealed: string;
      }
  );

export type EngineFact = { readonly hlc?: number } & (
  | ({ readonly kind: "engine-started"; readonly at: EpochMs; readonly version: string } & OfBoot)
  | ({ readonly kind: "engine-stopped"; readonly at: EpochMs } & OfBoot)
  /** The journal could not be written since then; nothing was taken in meanwhile. */
  | { readonly kind: "journal-recovered"; readonly at: EpochMs; readonly failedAt: EpochMs }
  /** The wall clock was set by this much (not: the machine slept). Pending deadlines move with it. */
  | {
      readonly kind: "clock-stepped";
      readonly at: EpochMs;
      readonly deltaMs: number;
      /** Found at the first start after the computer was started anew: its clock may be put right only later. */
      readonly boots?: boolean;
    }
);

/** For how long the computer has run, and a name for that run where the system has one: see `boot.ts`. */
export interface OfBoot {
  readonly uptimeMs?: number;
  readonly boot?: string;
}

/** `human`: somebody moved the mouse, pressed a key or unlocked the screen while it sounded. Acknowledging is its own fact. */
export const attentionRungs = ["received", "drawn", "sounding", "human"] as const;
export type AttentionRung = (typeof attentionRungs)[number];

export type StepReason =
  | "opened"
  | "not-acknowledged-in-time"
  | "tier-failed"
  | "policy-repeated"
  | "last-step-repeated"
  | "severity-raised"
  | "escalated-by-person"
  | "transferred"
  | "acknowledgement-timed-out"
  | "snooze-ended"
  | "reported-elsewhere"
  /** No tier could reach anybody: every desktop that is there is asked instead. */
  | "nobody-reachable"
  | "somebody-reachable-again";

export type SkipReason = "below-min-severity" | "nobody-on-call" | "nobody-reachable";

export interface PlannedNotification {
  readonly actionId: ActionId;
  readonly person: PersonId;
  readonly via: Via;
  readonly dueAt: EpochMs;
}

/** What the mail server does not want, for good; `recipient`: the person's address, or the mail to it. */
export interface RefusedAddress {
  readonly what: "recipient" | "sender";
  /** As the team file had it then; empty: the person had none. */
  readonly address: string;
}

export type FailureReason =
  | "no-desktop-attached"
  | "window-not-shown"
  | "no-address"
  | "not-configured"
  | "refused"
  | "unreachable"
  | "authentication"
  | "temporary"
  | "timed-out"
  | "internal";

/** `reported-elsewhere`: resolved on one machine while it was reported again on another. */
export type RetriggerReason =
  | "acknowledgement-timed-out"
  | "snooze-ended"
  | "severity-raised"
  | "reported-elsewhere";

/** Where a person's command came in, or `source`: the monitoring tool said so. */
export type CommandOrigin = "window" | "console" | "command-line" | "api" | "source";
