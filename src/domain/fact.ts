/**
 * What has happened. Facts are all that is journaled, and `evolve` alone makes state of them.
 *
 * Every fact carries `at` and, where there was a choice, its reason as an enum: the journal answers "why was I woken?".
 * A fact that concerns one alert has `alertId`. Never remove a kind or change a meaning: old journals are replayed.
 */
import type { AlertContent, Asked } from "./alert.ts";
import type { DutyFact } from "./duty-fact.ts";
import type { ActionId, AlertId, EpochMs, IntegrationId, PersonId, PolicyId, TeamRevision } from "./ids.ts";
import type { Severity } from "./severity.ts";
import type { Team, Via } from "./team.ts";

export type Fact = AlertFact | TeamFact | DutyFact | EngineFact;

export type AlertFact = { readonly at: EpochMs; readonly alertId: AlertId } & (
  | ({
      readonly kind: "alert-opened";
      readonly integration: IntegrationId | null;
      readonly dedupKey: string;
      readonly policy: PolicyId;
      readonly teamRevision: TeamRevision;
      readonly silentAfterMs: number | null;
      /** The person who raised it by hand. */
      readonly by: PersonId | null;
    } & AlertContent)
  | { readonly kind: "content-changed"; readonly content: AlertContent }
  | { readonly kind: "severity-raised"; readonly from: Severity; readonly to: Severity }
  | { readonly kind: "occurrences-counted"; readonly occurrences: number }
  | {
      readonly kind: "step-entered";
      readonly step: number;
      readonly repeat: number;
      readonly wave: number;
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
    }
  | {
      readonly kind: "notification-withdrawn";
      readonly actionId: ActionId;
      readonly person: PersonId;
      readonly via: Via;
    }
  | {
      readonly kind: "alert-acknowledged";
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly ackTimeoutAt: EpochMs | null;
    }
  | {
      readonly kind: "alert-snoozed";
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly until: EpochMs;
    }
  | { readonly kind: "alert-retriggered"; readonly reason: RetriggerReason }
  | { readonly kind: "alert-escalated"; readonly by: PersonId | null; readonly origin: CommandOrigin }
  | {
      readonly kind: "alert-transferred";
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly policy: PolicyId;
      readonly teamRevision: TeamRevision;
    }
  | {
      readonly kind: "note-added";
      readonly by: PersonId | null;
      readonly origin: CommandOrigin;
      readonly text: string;
    }
  | { readonly kind: "alert-went-stale" }
  | { readonly kind: "alert-heard-again" }
  | { readonly kind: "alert-resolved"; readonly by: PersonId | null; readonly origin: CommandOrigin }
);

/** A team file was taken over. The whole team travels in the fact, so that a replay needs no file. */
export type TeamFact = { readonly kind: "team-adopted"; readonly at: EpochMs; readonly team: Team };

export type EngineFact =
  | { readonly kind: "engine-started"; readonly at: EpochMs; readonly version: string }
  | { readonly kind: "engine-stopped"; readonly at: EpochMs }
  /** The journal could not be written since then; nothing was taken in meanwhile. */
  | { readonly kind: "journal-recovered"; readonly at: EpochMs; readonly failedAt: EpochMs }
  /** The wall clock was set by this much (not: the machine slept). Pending deadlines move with it. */
  | { readonly kind: "clock-stepped"; readonly at: EpochMs; readonly deltaMs: number };

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

export type RetriggerReason = "acknowledgement-timed-out" | "snooze-ended" | "severity-raised";

/** Where a person's command came in, or `source`: the monitoring tool said so. */
export type CommandOrigin = "window" | "console" | "command-line" | "api" | "source";
