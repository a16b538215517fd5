import { expect, test } from "vitest";
import type { Fact } from "#domain/fact";
import type { ActionId, AlertId, PersonId, PolicyId } from "#domain/ids";
import { peopleActivity } from "#domain/reports/people-activity";
import type { Via } from "#domain/team";
import { team, withoutEmail } from "../../support/team-builder.ts";

const now = Date.parse("2026-06-01T00:00:00Z");
const day = 86_400_000;
const ago = (days: number) => now - days * day;

const adopted: Fact = { kind: "team-adopted", at: ago(400), team: team() };

function asked(alert: string, who: string, days: number): Fact {
  return {
    kind: "step-entered",
    at: ago(days),
    alertId: alert as AlertId,
    step: 0,
    repeat: 0,
    wave: 1,
    reason: "opened",
    asked: [{ person: who as PersonId, because: "person" }],
    notifications: [],
    nextEscalationAt: now,
  };
}

const about = (days: number) => ({ at: ago(days), alertId: "a" as AlertId });
const acknowledged = (who: string, days: number): Fact => ({
  ...about(days),
  kind: "alert-acknowledged",
  by: who as PersonId,
  origin: "window",
  ackTimeoutAt: null,
});
const notified = (who: string, via: Via) => ({ actionId: "x" as ActionId, person: who as PersonId, via });
const sent = (who: string, via: Via, days: number): Fact => ({
  ...about(days),
  ...notified(who, via),
  kind: "notification-sent",
});
const failed = (who: string, via: Via, days: number): Fact => ({
  ...about(days),
  ...notified(who, via),
  kind: "notification-failed",
  reason: "refused",
  text: "No such mailbox.",
  retryAt: null,
});

const of = (facts: Fact[], who: string) => peopleActivity(facts, now).find(({ person }) => person === who)!;

test("without a team there is nobody; with one, everybody, also who was never asked", () => {
  expect(peopleActivity([], now)).toEqual([]);
  expect(
    peopleActivity([adopted], now).map(({ person, asked: count, stale }) => [person, count, stale]),
  ).toEqual([
    ["ana", 0, []],
    ["ben", 0, []],
    ["chi", 0, []],
  ]);
});

test("counts alerts, not waves, of the last 180 days", () => {
  const facts = [
    adopted,
    asked("old", "ana", 200),
    asked("x", "ana", 100),
    asked("x", "ana", 99),
    asked("y", "ana", 10),
    acknowledged("ana", 9),
  ];
  expect(of(facts, "ana")).toMatchObject({
    asked: 2,
    lastAskedAt: ago(10),
    lastAcknowledgedAt: ago(9),
    stale: [],
  });
});

test.each<[string, Fact[], boolean]>([
  ["asked and never acknowledged", [asked("x", "ana", 100)], true],
  ["asked only just now", [asked("x", "ana", 0.5)], false],
  ["asked long ago only", [asked("x", "ana", 200)], false],
  ["acknowledged too long ago", [asked("x", "ana", 100), acknowledged("ana", 181)], true],
  ["acknowledged within the time", [asked("x", "ana", 100), acknowledged("ana", 179)], false],
  ["somebody else acknowledged", [asked("x", "ana", 100), acknowledged("ben", 100)], true],
  [
    "resolved instead",
    [
      asked("x", "ana", 100),
      { ...about(90), kind: "alert-resolved", by: "ana" as PersonId, origin: "window" },
    ],
    false,
  ],
  [
    "passed it on instead",
    [
      asked("x", "ana", 100),
      {
        ...about(90),
        kind: "alert-transferred",
        by: "ana" as PersonId,
        origin: "window",
        policy: "p" as PolicyId,
        teamRevision: team().revision,
      },
    ],
    false,
  ],
])("stale: %s", (_, facts, isStale) => {
  expect(of([adopted, ...facts], "ana").stale).toEqual(isStale ? [{ reason: "never-acknowledges" }] : []);
});

test("a channel keeps failing after three in a row, until one gets through", () => {
  const failures = [sent("ben", "email", 50), failed("ben", "email", 40), failed("ben", "email", 30)];
  expect(of([adopted, ...failures], "ben").stale).toEqual([]);
  const third = [adopted, ...failures, failed("ben", "email", 20)];
  expect(of(third, "ben")).toMatchObject({
    lastNotifiedAt: ago(50),
    channels: [
      {
        via: "email",
        failuresInARow: 3,
        lastSentAt: ago(50),
        lastFailure: { at: ago(20), reason: "refused", text: "No such mailbox." },
      },
    ],
    stale: [{ reason: "keeps-failing", via: "email" }],
  });
  expect(of([...third, sent("ben", "email", 10)], "ben")).toMatchObject({
    lastNotifiedAt: ago(10),
    stale: [],
  });
  expect(of([...third, sent("ben", "desktop", 10)], "ben").stale).toHaveLength(1);
});

test("a channel that the person no longer has does not count, nor does who has left", () => {
  const left: Fact = { kind: "team-adopted", at: ago(1), team: team({ people: [withoutEmail("ben")] }) };
  const facts = [
    adopted,
    ...[40, 30, 20].map((days) => failed("ben", "email", days)),
    asked("x", "ana", 100),
    left,
  ];
  expect(peopleActivity(facts, now)).toMatchObject([{ person: "ben", channels: [], stale: [] }]);
});
