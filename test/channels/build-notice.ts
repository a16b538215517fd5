/** Builds the notices of the channels' tests: a triggered alert and one person, everything else by what the test says. */
import type { Alert } from "#domain/alert";
import type { AlertId, PersonId, PolicyId, TeamRevision } from "#domain/ids";
import { actionIdOf } from "#domain/ids";
import type { Person, Via } from "#domain/team";
import type { Notice } from "#engine/ports";

/** 2026-01-05T08:00:00Z, 09:00 in Madrid. */
export const openedAt = Date.UTC(2026, 0, 5, 8);

export interface NoticeParts {
  readonly alert?: Partial<Alert>;
  readonly person?: Partial<Person>;
  readonly via?: Via;
  readonly attempt?: number;
  readonly why?: string;
  readonly stillWanted?: () => boolean;
}

export function buildNotice(parts: NoticeParts = {}): Notice {
  const alert = buildAlert(parts.alert);
  const person = buildPerson(parts.person);
  return {
    actionId: actionIdOf(alert.id, alert, person.id, parts.via ?? "email"),
    attempt: parts.attempt ?? 1,
    alert,
    person,
    why: parts.why ?? "You are on call in schedule primary.",
    stillWanted: parts.stillWanted ?? (() => true),
  };
}

export function buildPerson(parts: Partial<Person> = {}): Person {
  return {
    id: "ana" as PersonId,
    name: "Ana Ruiz",
    email: "ana@tocsin.test",
    timeZone: "Europe/Madrid",
    notify: [{ via: "email", afterMs: 0 }],
    ...parts,
  };
}

export function buildAlert(parts: Partial<Alert> = {}): Alert {
  return {
    id: "01KE6ALERT" as AlertId,
    status: "triggered",
    integration: null,
    dedupKey: "disk/db-1",
    policy: "default" as PolicyId,
    teamRevision: "r1" as TeamRevision,
    step: 0,
    repeat: 0,
    wave: 1,
    round: 0,
    quietRound: -1,
    news: {},
    covered: {},
    latest: { hlc: 0, origin: "", seq: 0 },
    nextEscalationAt: openedAt + 5 * 60_000,
    asked: [{ person: "ana" as PersonId, because: "schedule", of: "primary" }],
    nobodyReachable: false,
    notifications: [],
    openedAt,
    triggeredAt: openedAt,
    acknowledgedAt: null,
    acknowledgedBy: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    resolvedAt: null,
    occurrences: 1,
    silentAfterMs: null,
    staleAt: null,
    stale: false,
    severity: "critical",
    title: "Disk full on db-1",
    source: "prometheus",
    labels: { team: "platform" },
    details: { mount: "/var" },
    links: [{ href: "https://runbooks.example.org/disk", text: "Runbook" }],
    ...parts,
  };
}

let count = 0;

/** An alert id that no other test uses: mailboxes outlive a test. */
export function freshAlertId(): AlertId {
  count += 1;
  return `01KE6-${process.pid}-${count}` as AlertId;
}
