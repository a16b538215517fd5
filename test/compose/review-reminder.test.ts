import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Review } from "#config/review";
import type { ScheduleId } from "#domain/ids";
import { ReviewReminder } from "../../src/compose/review-reminder.ts";
import { StandingClock } from "../support/fake-engine.ts";

const day = 86_400_000;
const at = Date.parse;

function start(time: string, data = mkdtempSync(join(tmpdir(), "tocsin-review-"))) {
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const alarms: { key: string; details: Readonly<Record<string, string>> }[] = [];
  const clock = new StandingClock(at(time));
  const reminder = new ReviewReminder({
    clock,
    data,
    alarm: (key, _, details) => void alarms.push({ key, details }),
  });
  onTestFinished(() => reminder.stop());
  return { reminder, clock, alarms, data, keys: () => alarms.map(({ key }) => key) };
}

const review = (date: string, schedule: string | null = null): Review => ({
  schedule: schedule as ScheduleId | null,
  at: at(date),
  path: ["team", "reviewedAt"],
});

test("once a quarter for as long as nobody looks, also over restarts", () => {
  const first = start("2026-01-10T00:00:00Z");
  first.reminder.use([review("2026-01-01")]);
  first.clock.pass(89 * day - 9 * day);
  expect(first.keys()).toEqual([]);
  first.clock.pass(2 * day);
  expect(first.keys()).toEqual(["review-2026-q2"]);
  first.clock.pass(60 * day);
  first.reminder.use([review("2026-01-01")]);
  expect(first.keys()).toHaveLength(1);
  first.reminder.stop();

  const second = start("2026-06-15T00:00:00Z", first.data);
  second.reminder.use([review("2026-01-01")]);
  expect(second.keys()).toEqual([]);
  second.clock.pass(365 * day);
  expect(second.keys()).toEqual(["review-2026-q3", "review-2026-q4", "review-2027-q1", "review-2027-q2"]);
});

test("says what is old, and how old; what was looked through is left out", () => {
  const { reminder, alarms } = start("2026-06-01T00:00:00Z");
  reminder.use([review("2026-05-01"), review("2026-01-01", "primary")]);
  expect(alarms[0]!.details).toEqual({
    "schedule primary": "last looked through 151 days ago",
    remedy: expect.stringContaining("today's date as reviewedAt"),
  });
});

test("looked through again: silence until the next 90 days are over", () => {
  const { reminder, clock, keys } = start("2026-06-01T00:00:00Z");
  reminder.use([review("2026-01-01")]);
  reminder.use([review("2026-06-01")]);
  clock.pass(89 * day);
  expect(keys()).toEqual(["review-2026-q2"]);
  clock.pass(2 * day);
  expect(keys()).toEqual(["review-2026-q2", "review-2026-q3"]);
});

test("without a date in the file nobody is reminded", () => {
  const { reminder, clock, keys } = start("2026-06-01T00:00:00Z");
  reminder.use([]);
  clock.pass(1000 * day);
  expect(keys()).toEqual([]);
});

test("comes in time although the clock was ten years ahead when it was planned", () => {
  const { reminder, clock, keys } = start("2036-01-10T00:00:00Z");
  reminder.use([review("2026-01-01")]);
  const before = keys().length;
  clock.setBy(at("2026-01-10T00:00:00Z") - at("2036-01-10T00:00:00Z"));
  clock.pass(82 * day);
  expect(keys().slice(before)).toEqual(["review-2026-q2"]);
});
