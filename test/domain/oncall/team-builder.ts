/** Builds small teams for the on-call tests: only what a test is about is written down in it. */
import type { EpochMs, PersonId, ScheduleId, TeamRevision } from "#domain/ids";
import type { Absence, Layer, Override, Schedule, Team } from "#domain/team";
import { Temporal } from "temporal-polyfill";

export const scheduleId = "primary" as ScheduleId;
export const [ana, ben, chi, dia] = ["ana", "ben", "chi", "dia"] as PersonId[] as [
  PersonId,
  PersonId,
  PersonId,
  PersonId,
];

export function person(id: string): PersonId {
  return id as PersonId;
}

export interface TeamPlan {
  readonly timeZone?: string;
  readonly layers?: readonly Partial<Layer>[];
  readonly overrides?: readonly Override[];
  readonly absences?: readonly Absence[];
}

/** One schedule, `primary`, Europe/Berlin; a layer is weekly from Monday 2026-01-05 09:00 with ana, ben, chi. */
export function teamOf(plan: TeamPlan): Team {
  const schedule: Schedule = {
    id: scheduleId,
    timeZone: plan.timeZone ?? "Europe/Berlin",
    layers: (plan.layers ?? []).map((layer, index) => ({
      id: `layer-${index}`,
      participants: [ana, ben, chi],
      start: "2026-01-05T09:00:00",
      handoff: "FREQ=WEEKLY;BYDAY=MO",
      ...layer,
    })),
    overrides: plan.overrides ?? [],
  };
  return {
    revision: "test" as TeamRevision,
    name: "Test",
    timeZone: schedule.timeZone,
    people: [ana, ben, chi, dia].map((id) => ({
      id,
      name: id.toUpperCase(),
      timeZone: schedule.timeZone,
      notify: [{ via: "desktop", afterMs: 0 }],
    })),
    groups: [],
    schedules: [schedule],
    absences: plan.absences ?? [],
    policies: [],
    routes: [],
    integrations: [],
    canEmail: false,
  };
}

/** `2026-03-29T02:30[Europe/Berlin]`, `…Z` or `…+02:00` as an instant; a skipped or doubled time is "compatible". */
export function at(text: string): EpochMs {
  return text.endsWith("]")
    ? Temporal.ZonedDateTime.from(text).epochMilliseconds
    : Temporal.Instant.from(text).epochMilliseconds;
}

/** Segments as lines, in UTC: `2026-01-05T08:00Z ana`. The last line is the end. */
export function lines(
  segments: readonly { start: EpochMs; end: EpochMs; person: PersonId | null }[],
): string[] {
  const text = (instant: EpochMs): string =>
    Temporal.Instant.fromEpochMilliseconds(instant).toString().replace(/:00Z$/, "Z");
  return [
    ...segments.map((segment) => `${text(segment.start)} ${segment.person ?? "-"}`),
    text(segments.at(-1)?.end ?? 0),
  ];
}
