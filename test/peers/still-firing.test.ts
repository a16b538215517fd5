/** Which sources were heard again: said once, not echoed, passed on where it is needed. */
import { describe, expect, test } from "vitest";
import type { Alert } from "#domain/alert";
import type { AlertId, MachineId } from "#domain/ids";
import { StillFiring, type StillFiringMessage } from "#peers/still-firing";

const [ana, ben] = ["ana", "ben"] as MachineId[] as [MachineId, MachineId];
const start = 1_000_000;

function open(...alerts: (readonly [string, number | null])[]): Map<AlertId, Alert> {
  return new Map(
    alerts.map(([id, staleAt]) => [
      id as AlertId,
      { id, openedAt: start, silentAfterMs: 300_000, staleAt } as unknown as Alert,
    ]),
  );
}

function begun(): StillFiring {
  const firing = new StillFiring();
  firing.news(new Map(), start);
  return firing;
}

const toAll = () => false;

function alertsOf(messages: readonly StillFiringMessage[]): string[] {
  return messages.flatMap(({ alerts }) => alerts.map(({ alertId, staleInMs }) => `${alertId} ${staleInMs}`));
}

describe("still firing", () => {
  test("a new alert is no news, its repetition is, once", () => {
    const firing = begun();
    expect(firing.news(open(["a", start + 300_000]), start + 1)(toAll)).toEqual([]);
    const heard = open(["a", start + 360_000]);
    expect(alertsOf(firing.news(heard, start + 60_000)(toAll))).toEqual(["a 300000"]);
    expect(firing.news(heard, start + 70_000)(toAll)).toEqual([]);
  });

  test("of an alert that was opened by a clock that was an hour ahead is news all the same, once", () => {
    const firing = begun();
    const heard = open(["a", start + 360_000]);
    const [id, alert] = [...heard][0]!;
    heard.set(id, { ...alert, openedAt: start + 3_600_000 });
    expect(alertsOf(firing.news(heard, start + 60_000)(toAll))).toEqual(["a 300000"]);
    expect(firing.news(heard, start + 70_000)(toAll)).toEqual([]);
  });

  test("the time that a restart gives every source is no news", () => {
    const firing = new StillFiring();
    expect(firing.news(open(["a", start + 400_000]), start)(toAll)).toEqual([]);
    expect(firing.news(open(["a", start + 400_000]), start + 10_000)(toAll)).toEqual([]);
    expect(alertsOf(firing.news(open(["a", start + 500_000]), start + 200_000)(toAll))).toEqual(["a 300000"]);
  });

  test("what another machine said is taken, and goes only to those who do not hear it", () => {
    const firing = begun();
    const message: StillFiringMessage = {
      type: "still-firing",
      alerts: [{ alertId: "a", staleInMs: 300_000 }],
    };
    const now = start + 100_000;
    const input = firing.heard(message, ana, open(["a", start + 300_000]), now);
    expect(input?.alerts).toEqual([{ alertId: "a", staleAt: now + 300_000 }]);
    const after = open(["a", now + 300_000]);
    const news = firing.news(after, now);
    expect(news((from) => from === ana)).toEqual([]);
    expect(alertsOf(news((from) => from === ben))).toEqual(["a 300000"]);
    expect(firing.news(after, now + 10_000)(toAll)).toEqual([]);
  });

  test("its own word come back late changes nothing", () => {
    const firing = begun();
    const known = open(["a", start + 360_000]);
    firing.news(known, start + 60_000);
    const echo: StillFiringMessage = { type: "still-firing", alerts: [{ alertId: "a", staleInMs: 299_999 }] };
    expect(firing.heard(echo, ana, known, start + 61_000)).toBeNull();
  });

  test("nobody can put it off further than its own patience, or speak of what is not there", () => {
    const firing = begun();
    const message: StillFiringMessage = {
      type: "still-firing",
      alerts: [
        { alertId: "a", staleInMs: 1e12 },
        { alertId: "nobody-knows", staleInMs: 1_000 },
        { alertId: "__proto__", staleInMs: 1_000 },
      ],
    };
    const now = start + 100_000;
    const input = firing.heard(message, ana, open(["a", start + 300_000]), now);
    expect(input?.alerts).toEqual([{ alertId: "a", staleAt: now + 300_000 }]);
  });

  test("many are said in several messages, and forgotten when they are resolved", () => {
    const firing = begun();
    const many = Array.from({ length: 12_000 }, (_, index) => [`a${index}`, start + 400_000] as const);
    const messages = firing.news(open(...many), start + 100_000)(toAll);
    expect(messages.map(({ alerts }) => alerts.length)).toEqual([5_000, 5_000, 2_000]);
    firing.news(new Map(), start + 100_000);
    expect(firing.news(open(...many), start + 100_000)(toAll)).toHaveLength(3);
  });
});
