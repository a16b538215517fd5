/**
 * Everything that can happen to the engine, in one type: the inbox's element. `decide` turns it into facts and commands.
 */
import type { AlertContent } from "./alert.ts";
import type { Uptime } from "./boot.ts";
import type { DutyInput } from "./duty-command.ts";
import type { AttentionRung, CommandOrigin, FailureReason, RefusedAddress } from "./fact.ts";
import type {
  ActionId,
  AlertId,
  EpochMs,
  IntegrationId,
  PersonId,
  PolicyId,
  TeamFileVersion,
  TeamRevision,
} from "./ids.ts";
import type { MachineFact } from "./machine.ts";
import type { PersonPresence } from "./presence.ts";
import type { Said } from "./said.ts";
import type { Team } from "./team.ts";

export type Input =
  | Signal
  | PersonCommand
  | DutyInput
  | NotificationOutcome
  /** The turn of a `notify` command has come: a channel is free for it. Effect `done`: it begins; `ignored`: it does not. */
  | { readonly kind: "attempt"; readonly alertId: AlertId; readonly actionId: ActionId }
  /** The deadline of this alert has come. One input an alert, so that a broken one cannot hold up the others. */
  | { readonly kind: "tick"; readonly alertId: AlertId }
  | {
      readonly kind: "team-loaded";
      readonly team: Team;
      /** Who changed the file; absent: not known. */
      readonly by?: PersonId | null;
      /** The edit of the file that it comes from; absent: the one in force, or none (a calendar has changed). */
      readonly edit?: TeamFileEdit;
    }
  /** The time has come to tell of a handoff; the engine's timer knows when. */
  | { readonly kind: "handoffs-due" }
  /** The people whose desktop is attached and not paused, now. Replaces what was known before; never journaled. */
  | {
      readonly kind: "desktops-changed";
      readonly people: readonly PersonId[];
      /** Those of them who are not active; absent: everybody is. */
      readonly away?: readonly PersonPresence[];
    }
  /** A popup has come further with its person. */
  | {
      readonly kind: "attention";
      readonly alertId: AlertId;
      readonly actionId: ActionId;
      readonly rung: AttentionRung;
    }
  /** A machine pairs, is renamed or revoked. */
  | { readonly kind: "machine"; readonly change: MachineChange }
  /** The team's file as its engines pass it on; see the fact. */
  | {
      readonly kind: "team-file-sealed";
      readonly revision: TeamRevision;
      readonly version?: TeamFileVersion;
      readonly sealed: string;
    }
  /** Another machine has heard these alerts' sources: they are not stale before. Never journaled. */
  | {
      readonly kind: "still-firing";
      readonly alerts: readonly { readonly alertId: AlertId; readonly staleAt: EpochMs }[];
    }
  | { readonly kind: "engine-started"; readonly version: string; readonly uptime?: Uptime | null }
  | { readonly kind: "engine-stopping"; readonly uptime?: Uptime | null }
  | { readonly kind: "clock-stepped"; readonly deltaMs: number; readonly boots?: boolean };

/** An edit of the team file, and those that it was made from: one, or the two that it merges, the one in force first. */
export interface TeamFileEdit {
  readonly version: TeamFileVersion;
  readonly parents: readonly TeamFileVersion[];
}

/** What a monitoring tool reports, whatever its format; also an alert raised by hand or by Tocsin about itself. */
export interface Signal {
  readonly kind: "signal";
  /** The id that the alert gets if this opens one; fresh from the Random port, since `decide` has no randomness. */
  readonly freshId: AlertId;
  readonly integration: IntegrationId | null;
  readonly dedupKey: string;
  readonly status: "firing" | "acknowledged" | "resolved";
  readonly content: AlertContent;
  /** How long the source may be silent before the alert is stale; null for sources that report only changes. */
  readonly silentAfterMs: number | null;
  /** `report`: each one counts as an occurrence. `refresh`: a mere "still firing" (Prometheus sends one each minute). */
  readonly repetition: "report" | "refresh";
  readonly by: PersonId | null;
  /** When it began and ended, of a source that says so; absent: it counts when it comes. */
  readonly said?: SaidNow;
}

/** What a source says about when, and what ingest knows of that source's clock. */
export interface SaidNow extends Said {
  /** Of a resolve: when it ended by this machine's clock, as well as that can be known. */
  readonly endedAt?: EpochMs;
  /** It reads as a resolve by the clock alone, and nothing else is known yet of this sender and this firing. */
  readonly isGuess?: boolean;
  /** It was taken for over, and its end has moved on since: it fires beyond doubt. */
  readonly wentOn?: boolean;
}

export interface PersonCommand {
  readonly kind: "command";
  readonly alertId: AlertId;
  readonly by: PersonId | null;
  readonly origin: CommandOrigin;
  readonly command: AlertCommand;
}

export type AlertCommand =
  | { readonly kind: "acknowledge" }
  | { readonly kind: "resolve" }
  | { readonly kind: "snooze"; readonly forMs: number }
  | { readonly kind: "escalate" }
  | { readonly kind: "transfer"; readonly policy: PolicyId }
  | { readonly kind: "note"; readonly text: string };

export interface NotificationOutcome {
  readonly kind: "outcome";
  readonly alertId: AlertId;
  readonly actionId: ActionId;
  readonly outcome: Outcome;
}

/** How an attempt to notify ended. Every attempt ends in exactly one. */
export type Outcome =
  | { readonly kind: "sent"; readonly text?: string }
  /** It was acknowledged between the decision and the sending: nothing left the machine (invariant 3). */
  | { readonly kind: "withdrawn" }
  | {
      readonly kind: "failed";
      readonly permanent: boolean;
      readonly reason: FailureReason;
      readonly text: string;
      readonly refused?: RefusedAddress;
      /** Whoever did not take it asks for so long a wait. */
      readonly retryAfterMs?: number;
    };

/** A machine's fact without what the decision fills in. */
export type MachineChange = MachineFact extends infer F
  ? F extends MachineFact
    ? Omit<F, "at" | "hlc">
    : never
  : never;
