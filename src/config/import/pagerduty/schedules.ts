/**
 * PagerDuty's schedules. Used by `import-pagerduty`.
 *
 * One person is on call at a time. The API lists the layers from the one that wins downwards, so they are turned round.
 * A layer's turns are counted from `rotation_virtual_start`; it is on duty from `start` on.
 */
import { dayMs, weekMs } from "#domain/oncall/wall-clock";
import { zoneClock } from "#domain/oncall/zone-clock";
import type { Item } from "../collect.ts";
import type { DraftOverride, Duty, PersonKey, ShiftStream, WeeklyWindow } from "../draft.ts";
import type { Findings } from "../findings.ts";
import type { KnownSchedules } from "../known-schedules.ts";
import { child, entries, isAbsent, passOver, type Place, textOf } from "../place.ts";
import {
  given,
  readEnd,
  readId,
  readInstant,
  readInteger,
  readStart,
  readTimeOfDay,
  readZone,
} from "../read-value.ts";
import { cleanName, type Roster } from "../roster.ts";
import { overridesBySchedule } from "../whose-overrides.ts";
import { referredUser } from "./users.ts";

export function addSchedules(
  items: readonly Place[],
  overrideItems: readonly Item[],
  roster: Roster,
  schedules: KnownSchedules,
  findings: Findings,
): void {
  // The list of all schedules has them without layers; whoever gives both files means the full one.
  const isFull = (item: Place): boolean => !isAbsent(child(item, "schedule_layers"));
  const ordered = [...items].sort((a, b) => Number(isFull(b)) - Number(isFull(a)));
  const ids = new Set(items.flatMap((item) => textOf(child(item, "id")) ?? []));
  const overrides = overridesBySchedule(overrideItems, ["schedule"], [...ids], findings);
  for (const item of ordered) {
    const source = readId(child(item, "id"), findings);
    if (source !== null && schedules.has(source)) passOver(item);
    if (source === null || schedules.has(source)) continue;
    if (!isFull(item)) {
      findings.fault(
        item,
        "a schedule without its schedule_layers; save the answer of GET /schedules/{id} instead of the list",
      );
    }
    const timeZone = readZone(child(item, "time_zone"), findings);
    if (timeZone === null) continue;
    const name = cleanName(textOf(child(item, "name")) ?? textOf(child(item, "summary")) ?? source) ?? source;
    const layers = entries(child(item, "schedule_layers")).toReversed();
    schedules.add(source, {
      id: schedules.idFor(name),
      name,
      timeZone,
      levels: layers.map((layer) => streamOf(layer, timeZone, roster, findings) ?? []),
      overrides: overridesOf(item, overrides.get(source) ?? [], roster, findings),
      place: item,
    });
  }
}

function streamOf(layer: Place, timeZone: string, roster: Roster, findings: Findings): ShiftStream[] | null {
  const start = readStart(child(layer, "start"), readInstant, findings);
  const end = readEnd(child(layer, "end"), readInstant, findings);
  const virtual = child(layer, "rotation_virtual_start");
  const anchor = isAbsent(virtual) ? start : readStart(virtual, readInstant, findings);
  const seconds = readInteger(child(layer, "rotation_turn_length_seconds"), 1, 366 * 86_400, findings);
  const slots = entries(child(layer, "users")).map((entry) => slotOf(entry, roster, findings));
  const duty = dutyOf(child(layer, "restrictions"), findings);
  if (start === null || !end.ok || anchor === null || seconds === null || duty === null) return null;
  if (slots.length === 0) {
    findings.leftOut(layer, "a layer", "it has no users", "add a layer by hand if somebody should be there");
    return null;
  }
  if ((seconds * 1000) % dayMs !== 0) {
    findings.changed(
      layer,
      "turns that are no whole days",
      "here they are counted on the wall clock, so the one in which the clocks change is longer or shorter",
      "look at the days on which the clocks change: tocsin oncall",
    );
  }
  const { localAt } = zoneClock(timeZone);
  const name = cleanName(textOf(child(layer, "name")) ?? "layer") ?? "layer";
  return [
    {
      name,
      place: layer,
      timeZone,
      slots,
      turn: { kind: "every", ms: seconds * 1000 },
      anchor: localAt(anchor),
      from: localAt(start),
      until: end.at === null ? null : localAt(end.at),
      duty,
    },
  ];
}

function slotOf(entry: Place, roster: Roster, findings: Findings): readonly PersonKey[] {
  const user = child(entry, "user");
  if (isAbsent(user)) return [];
  const person = referredUser(user, roster, findings);
  return person === null ? [] : [person];
}

/** Null, and a fault, when a restriction is malformed. */
function dutyOf(restrictions: Place, findings: Findings): Duty | null {
  const windows = entries(restrictions).map((restriction): WeeklyWindow | null => {
    const type = textOf(child(restriction, "type"));
    if (type !== "daily_restriction" && type !== "weekly_restriction") {
      const words = "must be daily_restriction or weekly_restriction";
      findings.fault(child(restriction, "type"), `${given(child(restriction, "type"))}; ${words}`);
      return null;
    }
    const from = readTimeOfDay(child(restriction, "start_time_of_day"), findings);
    const seconds = readInteger(child(restriction, "duration_seconds"), 1, weekMs / 1000, findings);
    const day =
      type === "weekly_restriction"
        ? readInteger(child(restriction, "start_day_of_week"), 1, 7, findings)
        : 0;
    if (from === null || seconds === null || day === null) return null;
    if (day === 0) return { days: [0, 1, 2, 3, 4, 5, 6], from, length: Math.min(seconds * 1000, dayMs) };
    return { days: [day - 1], from, length: seconds * 1000 };
  });
  const valid = windows.filter((window) => window !== null);
  if (valid.length < windows.length) return null;
  return valid.length === 0 ? { kind: "always" } : { kind: "weekly", windows: valid };
}

/** From the schedule itself, where it was asked for a time range, and from the list of overrides; each once. */
function overridesOf(
  schedule: Place,
  listed: readonly Place[],
  roster: Roster,
  findings: Findings,
): DraftOverride[] {
  const rendered = entries(child(schedule, "overrides_subschedule", "rendered_schedule_entries"));
  const overrides = new Map<string, DraftOverride>();
  for (const place of [...rendered, ...entries(child(schedule, "overrides")), ...listed]) {
    const start = readStart(child(place, "start"), readInstant, findings);
    const end = readStart(child(place, "end"), readInstant, findings);
    const person = referredUser(child(place, "user"), roster, findings);
    if (start === null || end === null || person === null || end <= start) continue;
    overrides.set(`${start} ${end} ${person}`, { start, end, people: [person], streams: null, place });
  }
  return [...overrides.values()];
}
