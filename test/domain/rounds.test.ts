/** Facts that machines said without knowing of one another, in canonical order: each counts for the round it belongs to. */
import { expect, test } from "vitest";
import type { Alert } from "#domain/alert";
import { deadlineOf } from "#domain/acting";
import { evolveAlert } from "#domain/evolve-alert";
import type { AlertFact } from "#domain/fact";
import type { ActionId, OriginId, PersonId } from "#domain/ids";
import type { Via } from "#domain/team";
import { opened } from "../journal/build-facts.ts";

const { at, alertId } = opened("a");
const by = { by: "ana" as PersonId, origin: "window" } as const;
const acting = { self: null, position: 0, others: [], underWay: new Set<ActionId>(), queueMovedAt: {} };

test("an acknowledgement that comes before what began its round quiets it all the same", () => {
  const alert = folded(
    step(0, 1, "ana", "email"),
    { kind: "alert-acknowledged", round: 1, ...by, ackTimeoutAt: null },
    { kind: "severity-raised", from: "warning", to: "critical", round: 1 },
    step(1, 2, "ana", "email"),
  );
  expect(alert).toMatchObject({ status: "acknowledged", round: 1, notifications: [] });
  expect(deadlineOf(alert, acting)).toBeNull();
});

test("what a round planned ends with it, also when a later one has begun", () => {
  const alert = folded(
    step(0, 1, "ana", "email"),
    { kind: "alert-escalated", round: 1, ...by },
    step(1, 2, "ben", "email"),
    { kind: "alert-snoozed", round: 0, ...by, until: at + 60_000 },
  );
  expect(alert.status).toBe("triggered");
  expect(alert.notifications.map((n) => n.person)).toEqual(["ben"]);
});

test("a report after a resolve begins a round that nobody has quieted, whatever was said without knowing of it", () => {
  const alert = folded(
    { kind: "alert-resolved", ...by, covers: { o: 1 } as never },
    { kind: "alert-escalated", round: 1, ...by },
    { kind: "alert-snoozed", round: 1, ...by, until: at + 60_000 },
    { kind: "occurrences-counted", occurrences: 2 },
  );
  expect(alert).toMatchObject({ status: "triggered", round: 2 });
});

test("a transfer takes its policy along into a round that is quiet already", () => {
  const alert = folded(
    { kind: "alert-acknowledged", round: 1, ...by, ackTimeoutAt: null },
    { kind: "alert-transferred", round: 1, ...by, policy: "other" as never, teamRevision: "4a" as never },
  );
  expect(alert).toMatchObject({ status: "acknowledged", policy: "other" });
});

test.each([0, 1])(
  "what two machines have planned is due when the first of them said, whoever comes first",
  (first) => {
    const plans = [at + 60_000, at + 180_000].map((dueAt): Event => {
      const planned = step(0, 1, "ana", "email") as Event & { kind: "step-entered" };
      return { ...planned, notifications: planned.notifications.map((n) => ({ ...n, dueAt })) };
    });
    const alert = folded(plans[first]!, plans[1 - first]!);
    expect(alert.notifications.map(({ dueAt }) => dueAt)).toEqual([at + 60_000]);
  },
);

type Event = AlertFact extends infer F
  ? F extends AlertFact
    ? Omit<F, "at" | "hlc" | "alertId">
    : never
  : never;

/** All from one log, a millisecond apart. */
function folded(...events: Event[]): Alert {
  const facts = [opened("a"), ...events.map((event) => ({ at, alertId, ...event }) as AlertFact)];
  let alert: Alert | undefined;
  facts.forEach((fact, i) => {
    const place = { origin: "o" as OriginId, seq: i + 1, position: i + 1, own: true, skewMs: 0 };
    alert = evolveAlert(alert, { ...fact, hlc: at + i }, place);
  });
  return alert!;
}

function step(round: number, wave: number, who: string, via: Via): Event {
  const person = who as PersonId;
  const actionId = `a.${round}-${wave}.${who}.${via}` as ActionId;
  return {
    kind: "step-entered",
    step: 0,
    repeat: 0,
    wave,
    round,
    reason: "opened",
    asked: [{ person, because: "person" }],
    notifications: [{ actionId, person, via, dueAt: at + 1 }],
    nextEscalationAt: at + 300_000,
  };
}
