/**
 * Grafana OnCall's schedules and which shifts are theirs. Used by `import-oncall`. The shifts of the highest level on duty
 * are on call, all of them together.
 */
import { zoneClock } from "#domain/oncall/zone-clock";
import type { Item } from "../collect.ts";
import type { DraftOverride, ShiftStream } from "../draft.ts";
import type { Findings } from "../findings.ts";
import type { KnownSchedules } from "../known-schedules.ts";
import { child, entries, isAbsent, numberOf, passOver, type Place, textOf } from "../place.ts";
import { readId, readStart, readWallClock, readZone } from "../read-value.ts";
import { cleanName, type Roster } from "../roster.ts";
import { inZone } from "./in-zone.ts";
import { readShift, type Shift } from "./shift.ts";
import { streamsOf } from "./shift-streams.ts";

export function addSchedules(
  items: readonly Place[],
  shiftItems: readonly Item[],
  roster: Roster,
  schedules: KnownSchedules,
  findings: Findings,
): void {
  const shifts = new Map(shiftItems.map((item) => [textOf(child(item, "id")) ?? "", item]));
  const used = new Set<Place>();
  for (const item of items) {
    const source = readId(child(item, "id"), findings);
    if (source !== null && schedules.has(source)) passOver(item);
    if (source === null || schedules.has(source)) continue;
    const zonePlace = child(item, "time_zone");
    const timeZone = isAbsent(zonePlace) ? "UTC" : readZone(zonePlace, findings);
    if (timeZone === null) continue;
    const name = cleanName(textOf(child(item, "name")) ?? source) ?? source;
    reportCalendars(item, findings);
    const own = shiftsOf(item, source, shifts, shiftItems, items.length === 1, findings);
    own.forEach((shift) => used.add(shift));
    const isWeb = textOf(child(item, "type")) === "web";
    const read = own.flatMap((shift) => readShift(shift, timeZone, isWeb, roster, findings) ?? []);
    const rotations = read.filter(({ type }) => type !== "override");
    const levels = levelsOf(rotations, findings);
    const zone = levels.flat()[0]?.timeZone ?? timeZone;
    schedules.add(source, {
      id: schedules.idFor(name),
      name,
      timeZone: zone,
      levels:
        levels.length < 2
          ? levels
          : levels.map((level) => level.flatMap((stream) => inZone(stream, zone, findings))),
      overrides: read.flatMap((shift) => overrideOf(shift, findings)),
      place: item,
    });
  }
  for (const shift of shiftItems) {
    if (!used.has(shift))
      findings.leftOut(shift, "a shift", "no imported schedule lists it", "import its schedule too");
  }
}

function shiftsOf(
  schedule: Place,
  source: string,
  byId: ReadonlyMap<string, Item>,
  all: readonly Item[],
  isOnly: boolean,
  findings: Findings,
): Item[] {
  const belonging = all.filter((shift) =>
    [shift.owner, textOf(child(shift, "schedule")), textOf(child(shift, "schedule_id"))].includes(source),
  );
  const listed = child(schedule, "shifts");
  if (!Array.isArray(listed.value)) return belonging.length > 0 || !isOnly ? belonging : [...all];
  const found = entries(listed).flatMap((entry) => {
    const shift = byId.get(textOf(entry) ?? "");
    if (shift === undefined)
      findings.leftOut(
        entry,
        "a shift",
        "it is not in the export",
        "import the answer of /api/v1/on_call_shifts too",
      );
    return shift ?? [];
  });
  return [...new Set([...found, ...belonging])];
}

function levelsOf(shifts: readonly Shift[], findings: Findings): ShiftStream[][] {
  const levels = new Map<number, ShiftStream[]>();
  for (const shift of shifts) {
    const level = numberOf(child(shift.place, "level")) ?? 0;
    levels.set(level, [...(levels.get(level) ?? []), ...streamsOf(shift, findings)]);
  }
  return [...levels]
    .sort(([a], [b]) => a - b)
    .map(([, streams]) => streams)
    .filter((streams) => streams.length > 0);
}

function overrideOf({ type, place, slots, timeZone, duration }: Shift, findings: Findings): DraftOverride[] {
  if (type !== "override") return [];
  const local = readStart(child(place, "start"), readWallClock, findings);
  const people = slots[0] ?? [];
  if (local === null || people.length === 0) return [];
  const start = zoneClock(timeZone).instantOf(local);
  return [{ start, end: start + duration, people, streams: null, place }];
}

function reportCalendars(schedule: Place, findings: Findings): void {
  for (const key of ["ical_url_primary", "ical_url_overrides"]) {
    const url = child(schedule, key);
    if (isAbsent(url)) continue;
    findings.leftOut(
      url,
      key === "ical_url_primary" ? "the calendar of an iCal schedule" : "a calendar of overrides",
      "the export has its address and not its events",
      "write its shifts as layers or overrides",
    );
  }
}
