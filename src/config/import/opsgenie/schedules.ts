/**
 * Opsgenie's schedules. Used by `import-opsgenie`.
 *
 * All rotations of a schedule that are on duty are on call together: there is no precedence among them. Turns are counted
 * from `startDate` in the schedule's time zone, and a time restriction is a stretch of the day or the week.
 */
import { dayMs, hourMs, minuteMs, modulo, weekMs } from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import type { Item } from "../collect.ts";
import type { DraftOverride, Duty, ShiftStream, WeeklyWindow } from "../draft.ts";
import type { Findings } from "../findings.ts";
import type { KnownSchedules } from "../known-schedules.ts";
import { child, entries, isAbsent, passOver, type Place, textOf } from "../place.ts";
import { given, readEnd, readId, readInstant, readInteger, readStart, readZone } from "../read-value.ts";
import { cleanName } from "../roster.ts";
import { overridesBySchedule } from "../whose-overrides.ts";
import type { Recipients } from "./recipients.ts";

export function addSchedules(
  items: readonly Place[],
  overrideItems: readonly Item[],
  recipients: Recipients,
  schedules: KnownSchedules,
  findings: Findings,
): void {
  const hasRotations = (item: Place): boolean => Array.isArray(child(item, "rotations").value);
  const ordered = [...items].sort((a, b) => Number(hasRotations(b)) - Number(hasRotations(a)));
  const ids = new Set(items.flatMap((item) => textOf(child(item, "id")) ?? []));
  const overrides = overridesBySchedule(overrideItems, ["_parent", "schedule"], [...ids], findings);
  for (const item of ordered) {
    const source = readId(child(item, "id"), findings);
    if (source !== null && schedules.has(source)) passOver(item);
    if (source === null || schedules.has(source)) continue;
    if (!hasRotations(item))
      findings.fault(
        item,
        "a schedule without its rotations; save the answer of GET /v2/schedules?expand=rotation",
      );
    const timeZone = readZone(child(item, "timezone"), findings);
    if (timeZone === null) continue;
    const name = cleanName(textOf(child(item, "name")) ?? source) ?? source;
    const isEnabled = child(item, "enabled").value !== false;
    if (!isEnabled) {
      findings.leftOut(
        item,
        `the rotations of ${name}`,
        "the schedule is disabled, so nobody is on call in it",
        "enable it there and export it again, or write its layers by hand",
      );
    }
    const rotations = isEnabled ? entries(child(item, "rotations")) : [];
    const streams = rotations.map((rotation) => ({
      rotation,
      stream: streamOf(rotation, timeZone, recipients, findings),
    }));
    const given = [...entries(child(item, "overrides")), ...(overrides.get(source) ?? [])];
    schedules.add(source, {
      id: schedules.idFor(name),
      name,
      timeZone,
      levels: [streams.flatMap(({ stream }) => stream ?? [])],
      overrides: isEnabled ? overridesOf(given, streams, recipients, findings) : [],
      place: item,
    });
  }
}

interface GivenRotation {
  readonly rotation: Place;
  readonly stream: ShiftStream | null;
}

const unitMs: Readonly<Record<string, number>> = { hourly: hourMs, daily: dayMs, weekly: weekMs };

function streamOf(
  rotation: Place,
  timeZone: string,
  recipients: Recipients,
  findings: Findings,
): ShiftStream | null {
  const start = readStart(child(rotation, "startDate"), readInstant, findings);
  const end = readEnd(child(rotation, "endDate"), readInstant, findings);
  const typePlace = child(rotation, "type");
  const type = textOf(typePlace) ?? "";
  const isType = Object.hasOwn(unitMs, type);
  if (!isType) findings.fault(typePlace, `${given(typePlace)}; must be hourly, daily or weekly`);
  const lengthPlace = child(rotation, "length");
  const length = isAbsent(lengthPlace) ? 1 : readInteger(lengthPlace, 1, 1000, findings);
  const slots = entries(child(rotation, "participants")).map((place) => recipients.participant(place));
  const duty = dutyOf(child(rotation, "timeRestriction"), findings);
  if (start === null || !end.ok || !isType || length === null || duty === null) return null;
  if (child(rotation, "enabled").value === false) {
    findings.leftOut(rotation, "a rotation", "it is disabled", "enable it there and export it again");
    return null;
  }
  if (slots.every((slot) => slot.length === 0)) {
    findings.leftOut(rotation, "a rotation", "nobody takes part in it", "add a layer if somebody should");
    return null;
  }
  if (type === "hourly") {
    findings.changed(
      rotation,
      "turns of hours",
      "here they are counted on the wall clock, so the one in which the clocks change is longer or shorter",
      "look at the days on which the clocks change: tocsin oncall",
    );
  }
  const { localAt } = zoneClock(timeZone);
  return {
    name: cleanName(textOf(child(rotation, "name")) ?? "rotation") ?? "rotation",
    place: rotation,
    timeZone,
    slots,
    turn: { kind: "every", ms: length * unitMs[type]! },
    anchor: localAt(start),
    from: localAt(start),
    until: end.at === null ? null : localAt(end.at),
    duty,
  };
}

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const everyDay = [0, 1, 2, 3, 4, 5, 6];

/** Null, and a fault, when it is malformed. */
function dutyOf(restriction: Place, findings: Findings): Duty | null {
  if (isAbsent(restriction)) return { kind: "always" };
  const type = textOf(child(restriction, "type"));
  if (type === "time-of-day") {
    const window = windowOf(child(restriction, "restriction"), false, findings);
    return window === null ? null : { kind: "weekly", windows: [window] };
  }
  if (type === "weekday-and-time-of-day") {
    const given = entries(child(restriction, "restrictions"));
    const windows = given.flatMap((entry) => windowOf(entry, true, findings) ?? []);
    if (windows.length < given.length) return null;
    return windows.length === 0 ? { kind: "always" } : { kind: "weekly", windows };
  }
  const place = child(restriction, "type");
  findings.fault(place, `${given(place)}; must be time-of-day or weekday-and-time-of-day`);
  return null;
}

function windowOf(place: Place, hasDays: boolean, findings: Findings): WeeklyWindow | null {
  const time = (hour: string, minute: string): number | null => {
    const hours = readInteger(child(place, hour), 0, 24, findings);
    const minutes = isAbsent(child(place, minute)) ? 0 : readInteger(child(place, minute), 0, 59, findings);
    return hours === null || minutes === null ? null : hours * hourMs + minutes * minuteMs;
  };
  const day = (key: string): number | null => {
    const index = weekdays.indexOf(textOf(child(place, key))?.toLowerCase() ?? "");
    if (index === -1)
      findings.fault(child(place, key), `${given(child(place, key))}; must be a day such as monday`);
    return index === -1 ? null : index;
  };
  const [from, to] = [time("startHour", "startMin"), time("endHour", "endMin")];
  const [first, last] = hasDays ? [day("startDay"), day("endDay")] : [0, 0];
  if (from === null || to === null || first === null || last === null) return null;
  const whole = hasDays ? weekMs : dayMs;
  const opens = (first * dayMs + from) % whole;
  const length = modulo(last * dayMs + to - opens, whole) || whole;
  return { days: hasDays ? [Math.floor(opens / dayMs)] : everyDay, from: opens % dayMs, length };
}

function overridesOf(
  places: readonly Place[],
  rotations: readonly GivenRotation[],
  recipients: Recipients,
  findings: Findings,
): DraftOverride[] {
  const overrides = new Map<string, DraftOverride>();
  for (const place of places) {
    const start = readStart(child(place, "startDate"), readInstant, findings);
    const end = readStart(child(place, "endDate"), readInstant, findings);
    const people = recipients.participant(child(place, "user"));
    if (start === null || end === null || end <= start) continue;
    if (people.length === 0) {
      findings.leftOut(
        place,
        "an override by nobody",
        "an override here puts somebody on call",
        "name who is on call then, or end the layers for that time",
      );
      continue;
    }
    const streams = overriddenStreams(place, rotations, findings);
    const key = textOf(child(place, "alias")) ?? JSON.stringify([start, end, people]);
    if (streams === null || streams.length > 0) overrides.set(key, { start, end, people, streams, place });
  }
  return [...overrides.values()];
}

/** Null for the whole schedule. */
function overriddenStreams(
  place: Place,
  rotations: readonly GivenRotation[],
  findings: Findings,
): readonly ShiftStream[] | null {
  const named = entries(child(place, "rotations"));
  if (named.length === 0) return null;
  const isNamed = ({ rotation }: GivenRotation): boolean =>
    named.some((reference) =>
      ["id", "name"].some((key) => {
        const word = textOf(child(reference, key));
        return word !== null && word === textOf(child(rotation, key));
      }),
    );
  const chosen = rotations.filter(isNamed);
  if (chosen.length === rotations.length) return null;
  const streams = chosen.flatMap(({ stream }) => stream ?? []);
  if (streams.length === 0)
    findings.leftOut(place, "an override", "none of its rotations is imported", "add it by hand");
  return streams;
}
