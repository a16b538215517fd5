/** Imports for the tests: fixtures by folder, and the schedules that came of them as one timeline of who is on call. */
import { peopleOf } from "#domain/crew";
import { readdirSync, readFileSync } from "node:fs";
import { Temporal } from "temporal-polyfill";
import { expect } from "vitest";
import { printFault } from "#config/fault";
import { printImportFault } from "#config/import/findings";
import { importTeam, type Imported, type Vendor } from "#config/import/import-team";
import { loadTeam } from "#config/load-team";
import type { ScheduleId } from "#domain/ids";
import { finalSchedule } from "#domain/oncall/on-call";
import type { Team } from "#domain/team";

const fixtures = new URL("../../fixtures/import/", import.meta.url);

export interface File {
  readonly name: string;
  readonly text: string;
}

/** In alphabetical order. */
export function fixtureFiles(vendor: Vendor): File[] {
  const folder = new URL(`${vendor}/`, fixtures);
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
}

export function fixtureOf<Shape>(vendor: Vendor, name: string): Shape {
  return JSON.parse(readFileSync(new URL(`${vendor}/${name}`, fixtures), "utf8")) as Shape;
}

export interface Good {
  readonly imported: Imported & { readonly ok: true };
  readonly team: Team;
}

/** Fails the test when the import is refused, or its result is. */
export function good(vendor: Vendor, files: readonly File[]): Good {
  const imported = importTeam(vendor, files);
  if (!imported.ok) throw new Error(imported.faults.map(printImportFault).join("\n"));
  const loaded = loadTeam(imported.yaml, "team.yaml", { env: {} });
  if (!loaded.ok) throw new Error(`${loaded.faults.map(printFault).join("\n")}\n${imported.yaml}`);
  return { imported, team: loaded.team };
}

export const json = (value: unknown, name = "export.json"): File => ({ name, text: JSON.stringify(value) });

/** Who should be on call, by the source's own ids. */
export type Expected = (at: number) => ReadonlySet<string>;

const stepMs = 30 * 60_000;

/**
 * Compares at every half hour: all times of the exports are at half hours. In the nights in which a clock changes a
 * wall-clock time may mean two instants or none, so those four hours are left out.
 */
export function expectSameOnCall(
  { imported, team }: Good,
  source: string,
  expected: Expected,
  [from, to]: readonly [string, string],
  zones: readonly string[],
): void {
  const idOf = new Map(imported.ids.map((renamed) => [`${renamed.kind} ${renamed.source}`, renamed.id]));
  const id = idOf.get(`schedule ${source}`)!;
  const lanes = team.schedules.filter((one) => one.id === id || one.id.startsWith(`${id}-also-`));
  expect(lanes.length).toBeGreaterThan(0);
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const timelines = lanes.map((lane) => finalSchedule(team, lane.id as ScheduleId, start, end));
  const positions = timelines.map(() => 0);
  let seen = 0;
  for (let at = start; at < end; at += stepMs) {
    const found = new Set<string>();
    timelines.forEach((timeline, lane) => {
      while (timeline[positions[lane]!]!.end <= at) positions[lane]! += 1;
      for (const person of peopleOf(timeline[positions[lane]!]!)) found.add(person);
    });
    if (zones.some((zone) => isChanging(zone, at))) continue;
    const wanted = [...expected(at)]
      .map((user) => idOf.get(`person ${user}`) ?? `nobody known as ${user}`)
      .sort();
    seen += wanted.length;
    if (JSON.stringify([...found].sort()) !== JSON.stringify(wanted)) {
      const moment = new Date(at).toISOString();
      throw new Error(
        `${source} at ${moment}: ${[...found].sort().join()} instead of ${wanted.join()}\n${imported.yaml}`,
      );
    }
  }
  // A comparison of nothing with nothing would prove nothing.
  expect(seen).toBeGreaterThan(0);
}

const changing = new Map<string, boolean>();

/** Within the first four hours of a day in which the zone's clocks change. */
function isChanging(zone: string, at: number): boolean {
  const hour = Math.floor(at / 3_600_000);
  const key = `${zone} ${hour}`;
  let answer = changing.get(key);
  if (answer === undefined) {
    const time = Temporal.Instant.fromEpochMilliseconds(hour * 3_600_000).toZonedDateTimeISO(zone);
    answer = time.hour < 4 && time.hoursInDay !== 24;
    changing.set(key, answer);
  }
  return answer;
}

/** What the clock on a zone's wall shows, as milliseconds of a UTC wall. */
function wallAt(zone: string, at: number): number {
  return Date.parse(
    `${Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime().toString()}Z`,
  );
}

const offsets = new Map<string, number>();

/** `wallAt` for many instants: the offset is asked for once every half hour. */
export function wallClock(zone: string): (at: number) => number {
  return (at) => {
    const half = Math.floor(at / stepMs) * stepMs;
    const key = `${zone} ${half}`;
    let offset = offsets.get(key);
    if (offset === undefined) offsets.set(key, (offset = wallAt(zone, half) - half));
    return at + offset;
  };
}
