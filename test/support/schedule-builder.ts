/** Schedules for tests: ana, ben, chi in turn, each day at nine from Monday 2026-03-02 on, unless told otherwise. */
import type { PersonId, ScheduleId } from "#domain/ids";
import type { Layer, Override, Schedule } from "#domain/team";

export function schedule(
  id: string,
  change: Partial<Omit<Schedule, "id" | "layers">> & { layer?: Partial<Layer> } = {},
): Schedule {
  const { layer, ...rest } = change;
  const daily: Layer = {
    id: "daily",
    participants: ["ana", "ben", "chi"] as PersonId[],
    start: "2026-03-02T09:00:00",
    handoff: "FREQ=DAILY",
    ...layer,
  };
  return { id: id as ScheduleId, timeZone: "UTC", layers: [daily], overrides: [], ...rest };
}

export function override(start: string, end: string, person: string): Override {
  return { start: Date.parse(start), end: Date.parse(end), person: person as PersonId };
}
