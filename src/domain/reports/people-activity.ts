/**
 * Who of the team still answers, and whom the notifications still reach: an address rots silently, and shows only in what
 * has happened. Shown by `tocsin people`.
 */
import type { Fact, FailureReason } from "../fact.ts";
import type { AlertId, EpochMs, PersonId } from "../ids.ts";
import type { Person, Team, Via } from "../team.ts";

export interface PersonActivity {
  readonly person: PersonId;
  readonly name: string;
  /** Alerts about which the person was asked within the last 180 days. */
  readonly asked: number;
  readonly lastAskedAt: EpochMs | null;
  /** Acknowledged, or did anything else that only somebody awake does. */
  readonly lastAcknowledgedAt: EpochMs | null;
  /** Something was sent, by any channel. */
  readonly lastNotifiedAt: EpochMs | null;
  /** Those that were used, and only those of the person's ways today. */
  readonly channels: readonly ChannelActivity[];
  readonly stale: readonly Staleness[];
}

export interface ChannelActivity {
  readonly via: Via;
  readonly lastSentAt: EpochMs | null;
  /** Since the last one that got through. */
  readonly failuresInARow: number;
  readonly lastFailure: {
    readonly at: EpochMs;
    readonly reason: FailureReason;
    readonly text: string;
  } | null;
}

export type Staleness =
  /** Asked within 180 days, more than a day ago, and never acknowledged anything in that time. */
  { readonly reason: "never-acknowledges" } | { readonly reason: "keeps-failing"; readonly via: Via };

/** The facts that matter here; a caller with millions of them may leave out all others. */
export const activityKinds: ReadonlySet<Fact["kind"]> = new Set([
  "team-adopted",
  "step-entered",
  "notification-sent",
  "notification-failed",
  "alert-acknowledged",
  "alert-snoozed",
  "alert-resolved",
  "alert-escalated",
  "alert-transferred",
]);

const dayMs = 86_400_000;
export const staleAfterDays = 180;
const keepsFailing = 3;

/** Of everybody in the team that the facts end with, in its order; empty when no team was ever adopted. */
export function peopleActivity(facts: Iterable<Fact>, now: EpochMs): readonly PersonActivity[] {
  const records = new Map<PersonId, PersonRecord>();
  const of = (person: PersonId): PersonRecord => {
    let record = records.get(person);
    if (record === undefined) records.set(person, (record = new PersonRecord()));
    return record;
  };
  let team: Team | null = null;
  const since = now - staleAfterDays * dayMs;
  for (const fact of facts) {
    switch (fact.kind) {
      case "team-adopted":
        team = fact.team;
        break;
      case "step-entered":
        for (const { person } of fact.asked) of(person).ask(fact.alertId, fact.at, since);
        break;
      case "notification-sent":
        of(fact.person).sent(fact.via, fact.at);
        break;
      case "notification-failed":
        of(fact.person).failed(fact.via, fact);
        break;
      case "alert-acknowledged":
      case "alert-snoozed":
      case "alert-resolved":
      case "alert-escalated":
      case "alert-transferred":
        if (fact.by !== null) of(fact.by).acknowledgedAt = fact.at;
        break;
      default:
    }
  }
  return team === null ? [] : team.people.map((person) => activityOf(person, of(person.id), now));
}

class PersonRecord {
  acknowledgedAt: EpochMs | null = null;
  askedAt: EpochMs | null = null;
  /** The first ask that counts for staleness. */
  firstAskedAt: EpochMs | null = null;
  readonly alerts = new Set<AlertId>();
  readonly channels = new Map<Via, ChannelActivity>();

  ask(alert: AlertId, at: EpochMs, since: EpochMs): void {
    this.askedAt = at;
    if (at < since) return;
    this.alerts.add(alert);
    this.firstAskedAt ??= at;
  }

  sent(via: Via, at: EpochMs): void {
    const { lastFailure = null } = this.channels.get(via) ?? {};
    this.channels.set(via, { via, lastSentAt: at, failuresInARow: 0, lastFailure });
  }

  failed(via: Via, { at, reason, text }: Extract<Fact, { kind: "notification-failed" }>): void {
    const { lastSentAt = null, failuresInARow = 0 } = this.channels.get(via) ?? {};
    const lastFailure = { at, reason, text };
    this.channels.set(via, { via, lastSentAt, failuresInARow: failuresInARow + 1, lastFailure });
  }
}

function activityOf({ id, name, notify }: Person, record: PersonRecord, now: EpochMs): PersonActivity {
  const ways = new Set(notify.map(({ via }) => via));
  const channels = [...record.channels.values()].filter(({ via }) => ways.has(via));
  const sentAt = [...record.channels.values()].flatMap(({ lastSentAt }) => lastSentAt ?? []);
  const since = now - staleAfterDays * dayMs;
  const { acknowledgedAt, firstAskedAt } = record;
  const isSilent =
    firstAskedAt !== null &&
    now - firstAskedAt > dayMs &&
    (acknowledgedAt === null || acknowledgedAt < since);
  return {
    person: id,
    name,
    asked: record.alerts.size,
    lastAskedAt: record.askedAt,
    lastAcknowledgedAt: acknowledgedAt,
    lastNotifiedAt: sentAt.length === 0 ? null : Math.max(...sentAt),
    channels,
    stale: [
      ...(isSilent ? [{ reason: "never-acknowledges" } as const] : []),
      ...channels
        .filter(({ failuresInARow }) => failuresInARow >= keepsFailing)
        .map(({ via }) => ({ reason: "keeps-failing", via }) as const),
    ],
  };
}
