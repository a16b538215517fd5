/**
 * What a person wants to know of the schedules at a glance: who is on call and why, who is next, the coming two weeks,
 * and whether anybody is ever missing. The console's page and `GET /api/v1/schedules` show it, by way of `#api/schedules-view`.
 */
import { onDuty, peopleOf, type Crew, type OnDuty } from "../crew.ts";
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import { explainOnCall, finalSchedule } from "../oncall/on-call.ts";
import type { Gap } from "../oncall/on-call.ts";
import type { Span } from "../oncall/timeline.ts";
import { dayMs } from "../oncall/wall-clock.ts";
import { severities } from "../severity.ts";
import type { Team } from "../team.ts";
import type { CoverageProof } from "./coverage-proof.ts";

export interface SchedulesOverview {
  readonly now: EpochMs;
  readonly shiftsUntil: EpochMs;
  readonly coveredUntil: EpochMs;
  readonly schedules: readonly ScheduleOverview[];
  readonly warnings: readonly OverviewWarning[];
}

export interface ScheduleOverview {
  readonly schedule: ScheduleId;
  readonly timeZone: string;
  readonly onCall: Shift;
  /** `explainOnCall`'s words, times in the schedule's zone. */
  readonly why: string;
  /** The next stretch with somebody in it; null when there is none within the horizon. */
  readonly next: Shift | null;
  /** Everything that touches the coming two weeks, whole, beginning with `onCall`; stretches without anybody too. */
  readonly shifts: readonly Shift[];
  readonly gaps: readonly Gap[];
  /** Who sees now what the people on duty see, without being asked. */
  readonly shadow: Crew;
}

export interface Shift extends OnDuty {
  /** Null: it began before the horizon. */
  readonly start: EpochMs | null;
  /** Null: it does not end within the horizon. */
  readonly end: EpochMs | null;
}

export interface OverviewWarning {
  readonly kind: "policy" | "unreachable" | "unsubstituted";
  /** What happens in each of the stretches: a clause without times and without a full stop. */
  readonly text: string;
  readonly stretches: readonly Span[];
}

/** How far back and ahead shifts are followed, and how far ahead coverage is told. */
export const horizonMs = 366 * dayMs;
/** The coming two weeks. */
export const shiftsAheadMs = 14 * dayMs;

/** `proof` must reach from `now` or before to `now + horizonMs` or later; what lies outside is left out. */
export function schedulesOverview(team: Team, proof: CoverageProof, now: EpochMs): SchedulesOverview {
  const [shiftsUntil, coveredUntil] = [now + shiftsAheadMs, now + horizonMs];
  if (proof.from > now || proof.to < coveredUntil)
    throw new RangeError("the proof does not cover the horizon");
  const schedules = team.schedules.map(({ id, timeZone }): ScheduleOverview => {
    const all = shiftsAround(team, id, now);
    const [onCall, ...later] = all;
    const { text, layer } = explainOnCall(team, id, now);
    return {
      schedule: id,
      timeZone,
      onCall: onCall!,
      why: text,
      next: later.find(({ person }) => person !== null) ?? null,
      shifts: all.filter(({ start }) => start === null || start < shiftsUntil),
      gaps: within(proof.schedules.find(({ schedule }) => schedule === id)?.gaps ?? [], now, coveredUntil),
      shadow: layer?.shadow ?? [],
    };
  });
  const warnings = warningsOf(team, proof)
    .map((warning) => ({ ...warning, stretches: within(warning.stretches, now, coveredUntil) }))
    .filter(({ stretches }) => stretches.length > 0);
  return { now, shiftsUntil, coveredUntil, schedules, warnings };
}

/** The shift at `now` and all after it, up to the horizon. Never empty. */
function shiftsAround(team: Team, id: ScheduleId, now: EpochMs): Shift[] {
  const [from, to] = [now - horizonMs, now + horizonMs];
  return finalSchedule(team, id, from, to)
    .filter(({ end }) => end > now)
    .map((segment) => ({
      start: segment.start === from ? null : segment.start,
      end: segment.end === to ? null : segment.end,
      ...onDuty(peopleOf(segment)),
    }));
}

function warningsOf(team: Team, { policies, unreachable, unsubstituted }: CoverageProof): OverviewWarning[] {
  const name = (person: PersonId | null): string =>
    person === null ? "nobody" : (team.people.find(({ id }) => id === person)?.name ?? person);
  const ofPolicies = policies.flatMap(({ policy, holes }) =>
    holes.map(({ severities: some, stretches }): OverviewWarning => {
      const alerts = some.length === severities.length ? "any alert" : `${some.join(", ")} alerts`;
      return { kind: "policy", text: `Policy ${policy} reaches nobody for ${alerts}`, stretches };
    }),
  );
  const ofPeople = unreachable.map(({ schedule, person, stretches }): OverviewWarning => ({
    kind: "unreachable",
    text: `${name(person)} is on call in ${schedule} and no way of reaching them is set up`,
    stretches,
  }));
  const ofAbsences = new Map<string, Span[]>();
  for (const { schedule, participant, standIns, start, end } of unsubstituted) {
    const comes = standIns.every((person) => person === null)
      ? "nobody comes"
      : `unasked comes ${standIns.map(name).join(", then ")}`;
    const text = `${name(participant)} is away for a whole shift of ${schedule} without a substitute; ${comes}`;
    ofAbsences.set(text, [...(ofAbsences.get(text) ?? []), { start, end }]);
  }
  return [
    ...ofPolicies,
    ...ofPeople,
    ...[...ofAbsences].map(([text, stretches]) => ({ kind: "unsubstituted", text, stretches }) as const),
  ];
}

function within<Item extends Span>(items: readonly Item[], from: EpochMs, to: EpochMs): Item[] {
  return items
    .filter(({ start, end }) => start < to && end > from)
    .map((item) => ({ ...item, start: Math.max(item.start, from), end: Math.min(item.end, to) }));
}
