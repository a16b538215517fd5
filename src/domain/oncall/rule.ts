/**
 * Reads an RRULE value strictly (RFC 5545 §3.3.10). Used by `occurrences`; its refusals reach the user through
 * `faultOfRecurrence`, which the team file's check calls.
 *
 * Our own reader, because the library accepts what it cannot carry out (a missing FREQ, BYMONTH=13, INTERVAL=-1: the
 * last one never returns).
 */
import { daysFromCivil, dayMs, hourMs, minuteMs, secondMs } from "./wall-clock.ts";
import type { LocalMs } from "./wall-clock.ts";

/** What a rule says, in numbers. A list that the rule does not give is empty. */
export interface Rule {
  readonly text: string;
  readonly frequency: Frequency;
  readonly interval: number;
  /** How many occurrences there are at most; Infinity without COUNT. */
  readonly count: number;
  /** The last moment, inclusive; null without UNTIL. `utc`: an instant, otherwise on the wall clock. */
  readonly until: { readonly at: LocalMs; readonly utc: boolean } | null;
  /** First day of the week, 0 is Monday. */
  readonly weekStart: number;
  readonly byMonth: readonly number[];
  readonly byWeekNumber: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byMonthDay: readonly number[];
  /** `ordinal` 0: every such day of the period; -1: the last one. */
  readonly byDay: readonly { readonly weekday: number; readonly ordinal: number }[];
  readonly byHour: readonly number[];
  readonly byMinute: readonly number[];
  readonly bySecond: readonly number[];
  readonly bySetPosition: readonly number[];
}

/** Coarsest first, as the RFC orders them. */
export const frequencies = [
  "YEARLY",
  "MONTHLY",
  "WEEKLY",
  "DAILY",
  "HOURLY",
  "MINUTELY",
  "SECONDLY",
] as const;
export type Frequency = (typeof frequencies)[number];

export type RuleReading =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly text: string };

/** Reads a rule, or says in one sentence what is wrong with it and what to write instead. */
export function readRule(text: string): RuleReading {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(";")) {
    const [, name, value] = /^([A-Z]+)=([^=]+)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      return refuse(`"${part}" is not of the form NAME=VALUE; a rule looks like FREQ=WEEKLY;BYDAY=MO`);
    }
    if (parts.has(name)) return refuse(`${name} is given twice; keep one of them`);
    const grammar = grammars[name];
    if (grammar === undefined)
      return refuse(`unknown part ${name}; RFC 5545 has ${Object.keys(grammars).join(", ")}`);
    if (!grammar.pattern.test(value) || !isWithin(value, grammar))
      return refuse(`${name}=${value} is not possible; ${grammar.remedy}`);
    parts.set(name, value);
  }
  const frequency = parts.get("FREQ") as Frequency | undefined;
  if (frequency === undefined) return refuse("FREQ is missing; write for instance FREQ=WEEKLY;BYDAY=MO");
  const misfit = misfitOf(parts, frequency);
  if (misfit !== null) return refuse(misfit);

  const numbers = (name: string): number[] =>
    [...new Set(parts.get(name)?.split(",").map(Number))].sort((a, b) => a - b);
  return {
    ok: true,
    rule: {
      text,
      frequency,
      interval: Number(parts.get("INTERVAL") ?? 1),
      count: Number(parts.get("COUNT") ?? Infinity),
      until: untilOf(parts.get("UNTIL")),
      weekStart: weekdays.indexOf(parts.get("WKST") ?? "MO"),
      byMonth: numbers("BYMONTH"),
      byWeekNumber: numbers("BYWEEKNO"),
      byYearDay: numbers("BYYEARDAY"),
      byMonthDay: numbers("BYMONTHDAY"),
      byDay: (parts.get("BYDAY")?.split(",") ?? []).map((day) => ({
        weekday: weekdays.indexOf(day.slice(-2)),
        ordinal: Number(day.slice(0, -2)),
      })),
      byHour: numbers("BYHOUR"),
      byMinute: numbers("BYMINUTE"),
      bySecond: numbers("BYSECOND"),
      bySetPosition: numbers("BYSETPOS"),
    },
  };
}

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

interface Grammar {
  readonly pattern: RegExp;
  /** For lists of numbers: the least and the greatest absolute value. */
  readonly range?: readonly [number, number];
  readonly remedy: string;
}

function numberList(least: number, greatest: number, signed = false): Grammar {
  return {
    pattern: signed ? /^[+-]?\d{1,3}(,[+-]?\d{1,3})*$/ : /^\d{1,3}(,\d{1,3})*$/,
    range: [least, greatest],
    remedy: `it takes numbers from ${least} to ${greatest}${signed ? ", or the same below zero, counted from the end" : ""}`,
  };
}

const grammars: Readonly<Record<string, Grammar>> = {
  FREQ: {
    pattern: new RegExp(`^(${frequencies.join("|")})$`),
    remedy: `it is one of ${frequencies.join(", ")}`,
  },
  INTERVAL: { pattern: /^0*[1-9]\d{0,5}$/, remedy: "it is a number from 1 to 999999" },
  COUNT: { pattern: /^0*[1-9]\d{0,8}$/, remedy: "it is a number from 1 on" },
  UNTIL: {
    pattern: /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?$/,
    remedy: "write it like 20261231T235959 (wall clock) or 20261231T225959Z (UTC)",
  },
  WKST: { pattern: /^(MO|TU|WE|TH|FR|SA|SU)$/, remedy: "it is one of MO, TU, WE, TH, FR, SA, SU" },
  BYSECOND: numberList(0, 59),
  BYMINUTE: numberList(0, 59),
  BYHOUR: numberList(0, 23),
  BYDAY: {
    pattern:
      /^([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU))*$/,
    remedy: "it takes days like MO,TH or, by the month or year, 1MO and -1FR",
  },
  BYMONTHDAY: numberList(1, 31, true),
  BYYEARDAY: numberList(1, 366, true),
  BYWEEKNO: numberList(1, 53, true),
  BYMONTH: numberList(1, 12),
  BYSETPOS: numberList(1, 366, true),
};

function isWithin(value: string, { range }: Grammar): boolean {
  if (range === undefined) return true;
  return value
    .split(",")
    .every((item) => Math.abs(Number(item)) >= range[0] && Math.abs(Number(item)) <= range[1]);
}

/** Parts that the RFC forbids together, or null. */
function misfitOf(parts: ReadonlyMap<string, string>, frequency: Frequency): string | null {
  const at = frequencies.indexOf(frequency);
  const forbidden: readonly [string, boolean][] = [
    ["BYWEEKNO", frequency !== "YEARLY"],
    ["BYYEARDAY", at >= frequencies.indexOf("MONTHLY") && at <= frequencies.indexOf("DAILY")],
    ["BYMONTHDAY", frequency === "WEEKLY"],
  ];
  for (const [name, isForbidden] of forbidden) {
    if (isForbidden && parts.has(name))
      return `${name} does not go with FREQ=${frequency}; leave it out or change FREQ`;
  }
  if (/\d/.test(parts.get("BYDAY") ?? "") && (at > 1 || parts.has("BYWEEKNO"))) {
    return "BYDAY takes a number (1MO) only with FREQ=MONTHLY or YEARLY, and not beside BYWEEKNO; write the day alone";
  }
  if (parts.has("COUNT") && parts.has("UNTIL")) return "COUNT and UNTIL do not go together; keep one of them";
  if (
    parts.has("BYSETPOS") &&
    ![...parts.keys()].some((name) => name.startsWith("BY") && name !== "BYSETPOS")
  ) {
    return "BYSETPOS chooses among the days or times of another BY... part; add one, or leave it out";
  }
  return null;
}

function untilOf(value: string | undefined): Rule["until"] {
  if (value === undefined) return null;
  const [year, month, day] = [value.slice(0, 4), value.slice(4, 6), value.slice(6, 8)].map(Number);
  const date = daysFromCivil(year!, month!, day!) * dayMs;
  // A bare date bounds by its midnight, as every RRULE library that accepts it here has it.
  if (value.length === 8) return { at: date, utc: false };
  const time =
    Number(value.slice(9, 11)) * hourMs +
    Number(value.slice(11, 13)) * minuteMs +
    Number(value.slice(13, 15)) * secondMs;
  return { at: date + time, utc: value.endsWith("Z") };
}

function refuse(text: string): RuleReading {
  return { ok: false, text };
}
