/**
 * The team as the engine sees it: normalised by `config`, frozen by revision into every alert that opens under it.
 *
 * Plain JSON data, since it travels in facts. Secrets (integration keys, mail passwords) never enter it.
 * Source: contract §2.
 */
import type { EpochMs, GroupId, IntegrationId, PersonId, PolicyId, ScheduleId, TeamRevision } from "./ids.ts";
import type { Severity } from "./severity.ts";

export interface Team {
  readonly revision: TeamRevision;
  readonly name: string;
  /** IANA zone; the default of everything below. */
  readonly timeZone: string;
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly schedules: readonly Schedule[];
  readonly absences: readonly Absence[];
  readonly policies: readonly Policy[];
  /** First match wins; `config` guarantees that the last one matches everything. */
  readonly routes: readonly Route[];
  readonly integrations: readonly Integration[];
  /** Whether a mail server is configured; without one nobody is reachable by e-mail. */
  readonly canEmail: boolean;
}

export interface Person {
  readonly id: PersonId;
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
  readonly timeZone: string;
  /** How to reach this person, in order of `afterMs`. Never empty. */
  readonly notify: readonly NotifyRule[];
}

/** The ways of reaching a person. */
export const channelKinds = ["desktop", "email"] as const;
export type Via = (typeof channelKinds)[number];

export interface NotifyRule {
  readonly via: Via;
  /** Counted from the moment the step that names the person is entered. */
  readonly afterMs: number;
}

export interface Group {
  readonly id: GroupId;
  readonly people: readonly PersonId[];
}

export interface Schedule {
  readonly id: ScheduleId;
  readonly timeZone: string;
  /** A later layer wins over an earlier one. */
  readonly layers: readonly Layer[];
  /** The last listed wins. */
  readonly overrides: readonly Override[];
  /** How long before a handoff the two people are told, 0 at the handoff; null: never; absent: the default. */
  readonly handoffNoticeMs?: number | null;
}

/** Wall clock in the schedule's zone, `YYYY-MM-DDTHH:MM:SS`, no offset. */
export type LocalDateTime = string;

export interface Layer {
  readonly id: string;
  /**
   * In rotation order. Where `turns` is there, a stand-in for it, one for each turn, for those who do not know of turns:
   * the first of its people, or whoever had the turn before.
   */
  readonly participants: readonly PersonId[];
  /** Who is on duty together in each turn; `[]` is a turn with nobody. Only where some turn is not exactly one person. */
  readonly turns?: readonly (readonly PersonId[])[];
  /** They see who is on duty and what is asked of them, and are never asked themselves by this layer. */
  readonly shadow?: readonly PersonId[];
  /** DTSTART of `handoff`; before it the layer is empty. */
  readonly start: LocalDateTime;
  /** RFC 5545 RRULE value, without the `RRULE:` prefix. */
  readonly handoff: string;
  /** From here on the layer is empty. */
  readonly end?: LocalDateTime;
  /** When present, the layer is on duty only within their union. */
  readonly windows?: readonly DutyWindow[];
}

export interface DutyWindow {
  /** RFC 5545 RRULE value; its DTSTART is the layer's start date at `from`. */
  readonly rrule: string;
  /** `HH:MM` or `HH:MM:SS`, wall clock. */
  readonly from: string;
  /** When not later than `from`, it is on the next day. */
  readonly to: string;
}

export interface Override {
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly person: PersonId;
}

export interface Absence {
  readonly person: PersonId;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly substitute?: PersonId;
}

export interface Policy {
  readonly id: PolicyId;
  /** The tiers. Never empty. */
  readonly steps: readonly Step[];
  /** How often the whole policy runs again before the last step goes on repeating. */
  readonly repeat: number;
  /** Acknowledged but not resolved for this long: triggered again. */
  readonly ackTimeoutMs?: number;
  /** `ignore`: a popup has its full time even when its person is not there. Absent: the next channel goes out at once. */
  readonly presence?: "ignore";
}

export interface Step {
  readonly notify: readonly Target[];
  /** How long this tier has before the next one is asked. */
  readonly withinMs: number;
  /** Alerts below this severity pass this tier by. */
  readonly minSeverity?: Severity;
}

export type Target =
  | { readonly kind: "schedule"; readonly id: ScheduleId }
  | { readonly kind: "group"; readonly id: GroupId }
  | { readonly kind: "person"; readonly id: PersonId }
  | { readonly kind: "everyone" };

export interface Route {
  readonly match: {
    readonly severity?: readonly Severity[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly integration?: IntegrationId;
    readonly source?: string;
  };
  readonly policy: PolicyId;
}

export interface Integration {
  readonly id: IntegrationId;
  readonly type: "alertmanager" | "events";
}
