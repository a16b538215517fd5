/** Which rules are refused, with what words; and that even hopeless ones are refused soon. */
import { describe, expect, test } from "vitest";
import { onCallAt, scheduleFault } from "#domain/oncall/on-call";
import { faultOfRecurrence } from "#domain/oncall/recurrence-fault";
import { readRule } from "#domain/oncall/rule";
import { at, scheduleId, teamOf } from "./team-builder.ts";

const start = "2026-01-05T09:00:00";

describe("a rule is refused with the reason and the remedy", () => {
  test.each([
    ["", '"" is not of the form NAME=VALUE; a rule looks like FREQ=WEEKLY;BYDAY=MO'],
    ["RRULE:FREQ=DAILY", '"RRULE:FREQ=DAILY" is not of the form NAME=VALUE'],
    ["FREQ=DAILY\nDTSTART=20260101T000000", "is not of the form NAME=VALUE"],
    ["BYDAY=MO", "FREQ is missing"],
    ["FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY is not possible; it is one of YEARLY, MONTHLY, WEEKLY"],
    ["FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"],
    ["FREQ=DAILY;DTSTART=20260101", "unknown part DTSTART"],
    ["FREQ=DAILY;BYEASTER=1", "unknown part BYEASTER"],
    ["FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is not possible"],
    ["FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1 is not possible"],
    ["FREQ=DAILY;INTERVAL=1.5", "INTERVAL=1.5 is not possible"],
    ["FREQ=DAILY;COUNT=0", "COUNT=0 is not possible"],
    ["FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z", "COUNT and UNTIL do not go together"],
    ["FREQ=DAILY;UNTIL=20271301T000000Z", "UNTIL=20271301T000000Z is not possible"],
    ["FREQ=DAILY;BYHOUR=24", "BYHOUR=24 is not possible; it takes numbers from 0 to 23"],
    ["FREQ=DAILY;BYMONTH=13", "BYMONTH=13 is not possible; it takes numbers from 1 to 12"],
    ["FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0 is not possible"],
    ["FREQ=WEEKLY;BYDAY=MON", "BYDAY=MON is not possible"],
    ["FREQ=WEEKLY;BYDAY=1MO", "BYDAY takes a number (1MO) only with FREQ=MONTHLY or YEARLY"],
    ["FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY"],
    ["FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO does not go with FREQ=MONTHLY"],
    ["FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY does not go with FREQ=DAILY"],
    ["FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses among"],
  ])("%j", (rrule, text) => {
    const fault = faultOfRecurrence(rrule, start);
    expect(fault?.reason).toBe("malformed");
    expect(fault?.text).toContain(text);
  });

  test("in lower case it is fine, and in any order", () => {
    expect(faultOfRecurrence("byday=mo,th;freq=weekly", start)).toBeNull();
    expect(readRule("byday=mo,th;freq=weekly")).toMatchObject({
      ok: true,
      rule: { frequency: "WEEKLY", byDay: [{ weekday: 0 }, { weekday: 3 }] },
    });
  });
});

describe("a rule that is well-formed", () => {
  test.each([
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never"],
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never"],
    ["FREQ=HOURLY;INTERVAL=24;BYHOUR=5", "never"],
    ["FREQ=DAILY;INTERVAL=7;BYDAY=TU", "never"],
    ["FREQ=DAILY;BYHOUR=1,2;BYSETPOS=5", "never"],
    ["FREQ=SECONDLY", "too-frequent"],
    ["FREQ=MINUTELY;BYMONTH=1", "too-frequent"],
    ["FREQ=YEARLY;BYHOUR=0,1,2,3,4,5,6,7,8,9;BYMINUTE=1,2,3,4,5,6;BYDAY=MO,TU,WE,TH", "too-frequent"],
  ])("%s: %s", { timeout: 30_000 }, (rrule, reason) => {
    expect(faultOfRecurrence(rrule, start)?.reason).toBe(reason);
  });

  test.each([
    "FREQ=WEEKLY;BYDAY=MO",
    "FREQ=HOURLY",
    "FREQ=HOURLY;INTERVAL=8",
    "FREQ=MINUTELY;INTERVAL=90;BYHOUR=0,2",
    "FREQ=DAILY;COUNT=1",
    "FREQ=SECONDLY;COUNT=100",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=DAILY;UNTIL=20200101T000000Z",
    "FREQ=YEARLY;INTERVAL=999999",
    "FREQ=WEEKLY;INTERVAL=999999",
  ])("%s: fine, and answered", (handoff) => {
    expect(faultOfRecurrence(handoff, start)).toBeNull();
    const team = teamOf({ layers: [{ start, handoff }] });
    for (const year of [2026, 2040, 2200])
      expect(onCallAt(team, scheduleId, at(`${year}-02-01T00:00Z`))).not.toBeNull();
  });

  test("and too frequent, but not refused by anyone, is a fault that names it and neither an error nor a hanging engine", () => {
    const team = teamOf({ layers: [{ start, handoff: "FREQ=SECONDLY" }] });
    const from = at("2027-01-01T00:00Z");
    expect(onCallAt(team, scheduleId, from)).toBeNull();
    expect(scheduleFault(team, scheduleId, from, from + 1)).toMatch(
      "the rule FREQ=SECONDLY occurs too often",
    );
  });
});
