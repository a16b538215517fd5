/**
 * Who is on call in a Grafana OnCall schedule, the way OnCall itself does it: every group of users of a shift becomes
 * calendar events of its own (its model's `convert_to_ical`), a recurrence library expands them, and the highest level
 * counts. Shares no code with the importer.
 */
import { RRuleTemporal } from "rrule-temporal";
import { Temporal } from "temporal-polyfill";
import type { Expected } from "./imported.ts";

export interface OnCallShift {
  readonly id: string;
  readonly type: "single_event" | "recurrent_event" | "rolling_users" | "override";
  readonly time_zone: string | null;
  readonly level?: number;
  readonly start: string;
  readonly rotation_start?: string;
  readonly duration: number;
  readonly frequency?: "hourly" | "daily" | "weekly" | "monthly" | null;
  readonly interval?: number | null;
  readonly week_start?: string;
  readonly by_day?: readonly string[] | null;
  readonly by_month?: readonly number[] | null;
  readonly by_monthday?: readonly number[] | null;
  readonly until?: string | null;
  readonly users?: readonly string[];
  readonly rolling_users?: readonly (readonly string[])[];
  readonly start_rotation_from_user_index?: number | null;
}

interface Event {
  readonly level: number;
  readonly start: number;
  readonly end: number;
  readonly users: readonly string[];
}

const dayMs = 86_400_000;
const names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/** Wall-clock times as milliseconds of a UTC wall. */
const wallOf = (text: string): number => Date.parse(`${text}Z`);
const weekday = (at: number): number => (new Date(at).getUTCDay() + 6) % 7;

export function onCallOnCall(
  shifts: readonly OnCallShift[],
  scheduleZone: string,
  isWeb: boolean,
  horizon: string,
): Expected {
  const events = shifts.flatMap((shift) => eventsOf(shift, scheduleZone, isWeb, wallOf(horizon)));
  events.sort((a, b) => a.start - b.start);
  const longest = Math.max(...events.map(({ start, end }) => end - start));
  return (at) => {
    // Those that can still last, by binary search.
    let low = 0;
    for (let high = events.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (events[middle]!.start < at - longest) low = middle + 1;
      else high = middle;
    }
    let found: Event[] = [];
    for (let index = low; index < events.length && events[index]!.start <= at; index += 1)
      if (at < events[index]!.end) found.push(events[index]!);
    const level = Math.max(...found.map((event) => event.level));
    found = found.filter((event) => event.level === level);
    return new Set(found.flatMap(({ users }) => users));
  };
}

function eventsOf(shift: OnCallShift, scheduleZone: string, isWeb: boolean, horizon: number): Event[] {
  const zone = shift.time_zone ?? scheduleZone;
  const instant = (wall: number): number =>
    Temporal.PlainDateTime.from(new Date(wall).toISOString().slice(0, 19)).toZonedDateTime(zone)
      .epochMilliseconds;
  const until = shift.until ? Date.parse(`${shift.until}Z`) : Infinity;
  const rotationStart = shift.rotation_start === undefined ? -Infinity : wallOf(shift.rotation_start);
  const level = shift.type === "override" ? 99 : (shift.level ?? 0);
  const event = (start: number, first: number, users: readonly string[]): Event[] => {
    // The end of a group's first event is cut at `until`, and with it the length of all of them.
    const length = Math.min(instant(first + shift.duration * 1000), until) - instant(first);
    let [from, to] = [instant(start), instant(start + shift.duration * 1000)];
    if (length < shift.duration * 1000 && Number.isFinite(until) && start === first) to = Math.min(to, until);
    if (from > until) return [];
    if (isWeb) [from, to] = [Math.max(from, rotationStart), Math.min(to, until)];
    return from < to ? [{ level, start: from, end: to, users }] : [];
  };
  const start = wallOf(shift.start);
  if (shift.frequency === undefined || shift.frequency === null)
    return event(start, start, shift.users ?? shift.rolling_users![0]!);
  if (shift.type === "recurrent_event")
    return expand(shift, shift.interval ?? 1, start, horizon).flatMap((one) =>
      event(one, start, shift.users!),
    );
  return rolling(shift, isWeb, rotationStart, horizon).flatMap(({ first, all, users }) =>
    all.flatMap((one) => event(one, first, users)),
  );
}

interface Group {
  readonly first: number;
  readonly all: readonly number[];
  readonly users: readonly string[];
}

/** The events of each group of users. */
function rolling(shift: OnCallShift, isWeb: boolean, rotationStart: number, horizon: number): Group[] {
  const given = shift.rolling_users!;
  const index = shift.start_rotation_from_user_index ?? 0;
  const queue = [...given.slice(index), ...given.slice(0, index)].filter((users) => users.length > 0);
  const interval = shift.interval ?? 1;
  const weekStart = names.indexOf(shift.week_start ?? "SU");
  let start = wallOf(shift.start);
  const chosen = shift.by_day ?? [];
  if (chosen.length > 0 && !chosen.includes(names[weekday(start)]!)) {
    const first = [0, 1, 2, 3, 4, 5, 6]
      .map((day) => (day + weekStart) % 7)
      .find((day) => chosen.includes(names[day]!))!;
    start += ((first - weekday(start) + 7) % 7) * dayMs;
  }
  if (shift.frequency === "daily" && chosen.length > 0) {
    const all = expand({ ...shift, frequency: "weekly" }, 1, start, horizon);
    // An event for every group, weekday and day of the group's turn that meet; its first one is where it begins.
    const groups = new Map<string, { first: number; all: number[]; users: readonly string[] }>();
    all.forEach((at, number) => {
      const group = Math.floor(number / interval) % queue.length;
      const key = `${group} ${weekday(at)} ${number % interval}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { first: at, all: [at], users: queue[group]! });
      else known.all.push(at);
    });
    return [...groups.values()];
  }
  const groups: Group[] = [];
  const base = expand(shift, interval, start, horizon + 400 * dayMs);
  const begins = (at: number): boolean =>
    isWeb ? at + shift.duration * 1000 > rotationStart : at >= rotationStart;
  // In its week, a rotation begins with the first event that counts; when none does, the week is let pass.
  const inWeek = (at: number): number => {
    const end = weekAfter(at, weekStart, 1);
    return base.find((event) => event >= at && event < end && begins(event)) ?? at;
  };
  if (shift.frequency === "weekly") start = inWeek(start);
  for (let turn = 0; groups.length < queue.length; turn += 1) {
    if (begins(start)) {
      const users = queue[turn % queue.length]!;
      groups.push({ first: start, all: expand(shift, interval * given.length, start, horizon), users });
    }
    const next =
      shift.frequency === "weekly"
        ? weekAfter(start, weekStart, interval)
        : start + (shift.frequency === "hourly" ? 3_600_000 : dayMs);
    const following = base.find((at) => at >= next);
    if (following === undefined || following > horizon + 300 * dayMs) break;
    start = shift.frequency === "weekly" ? inWeek(following) : following;
  }
  return groups;
}

const midnight = (at: number): number => Math.floor(at / dayMs) * dayMs;

/** The beginning of the week `weeks` after the one that a time is in. */
function weekAfter(at: number, weekStart: number, weeks: number): number {
  return midnight(at) - ((weekday(at) - weekStart + 7) % 7) * dayMs + weeks * 7 * dayMs;
}

/** Wall-clock times from `start` to `horizon`. */
function expand(shift: OnCallShift, interval: number, start: number, horizon: number): number[] {
  const parts = [`FREQ=${shift.frequency!.toUpperCase()}`, `INTERVAL=${interval}`];
  if (shift.by_day?.length) parts.push(`BYDAY=${shift.by_day.join()}`);
  if (shift.by_month?.length) parts.push(`BYMONTH=${shift.by_month.join()}`);
  if (shift.by_monthday?.length) parts.push(`BYMONTHDAY=${shift.by_monthday.join()}`);
  parts.push(`WKST=${shift.week_start ?? "SU"}`, `UNTIL=${compact(horizon)}Z`);
  const rruleString = `DTSTART;TZID=UTC:${compact(start)}\nRRULE:${parts.join(";")}`;
  return new RRuleTemporal({ rruleString, maxIterations: 1e6 }).all().map((time) => time.epochMilliseconds);
}

function compact(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "");
}
