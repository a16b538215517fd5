/** A team file that is read again is not compiled again, but for what has changed. */
import { expect, test } from "vitest";
import type { PersonId, ScheduleId } from "#domain/ids";
import { onCallAt } from "#domain/oncall/on-call";
import { scheduleOf } from "#domain/oncall/schedule";
import { schedule } from "../../support/schedule-builder.ts";
import { team } from "../../support/team-builder.ts";

const [one, two] = ["one", "two"] as unknown as [ScheduleId, ScheduleId];
const now = Date.parse("2026-03-10T12:00:00Z");
const read = (participants = ["ana", "ben", "chi"], absences = 0) =>
  team({
    schedules: [schedule("one"), schedule("two", { layer: { participants: participants as PersonId[] } })],
    absences: ["chi", "ana", "ben"].slice(0, absences).map((person) => ({
      person: person as PersonId,
      start: now - 1000,
      end: now + 1000,
    })),
  });

test("the same content is the same, and a changed schedule alone is another", () => {
  const [first, again, edited] = [read(), read(), read(["chi", "ana"])];
  expect(scheduleOf(again, one)).toBe(scheduleOf(first, one));
  expect(scheduleOf(again, two)).toBe(scheduleOf(first, two));
  expect(scheduleOf(edited, one)).toBe(scheduleOf(first, one));
  expect(scheduleOf(edited, two)).not.toBe(scheduleOf(first, two));
});

test("absences are part of it", () => {
  const asked = [0, 1, 2, 3, 0].map((count) => onCallAt(read(undefined, count), one, now));
  expect(new Set(asked.map((each) => JSON.stringify(each))).size).toBe(4);
  expect(asked[4]).toEqual(asked[0]);
});
