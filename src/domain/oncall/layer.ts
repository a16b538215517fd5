/**
 * One layer of a schedule: its rotation, within its windows, with whoever is away replaced. Used by `schedule`, which
 * lays the layers over one another, and by `explain` and `coverage`, which ask why.
 */
import type { EpochMs, PersonId } from "../ids.ts";
import type { Absence, Layer } from "../team.ts";
import { serviceAt } from "./absence.ts";
import type { Service } from "./absence.ts";
import { membersOf, turnsOf } from "../crew.ts";
import { Crews } from "./crews.ts";
import type { Crew } from "../crew.ts";
import { rotationOf } from "./rotation.ts";
import type { Shift } from "./rotation.ts";
import { append, intersect } from "./timeline.ts";
import type { Claim, Span } from "./timeline.ts";
import { dutyWindowsOf } from "./window.ts";
import type { ZoneClock } from "./zone-clock.ts";

export interface CompiledLayer {
  readonly id: string;
  /** Who sees it all and is not asked. */
  readonly shadow: readonly PersonId[];
  /** Who serves within `[from, to)`; nobody where the list has a hole. */
  claimsBetween(from: EpochMs, to: EpochMs): Claim<Crew>[];
  standingAt(at: EpochMs): LayerStanding;
}

/** What a layer has to say at an instant, and why. */
export type LayerStanding =
  | { readonly kind: "no-participants" | "not-started" | "ended" | "outside-windows" }
  | ({ readonly kind: "on-duty"; readonly shift: Shift; readonly window: Span | null } & Service);

/** `crews`: the schedule's. Throws a RangeError for a rule or a time that `config` would have refused. */
export function compileLayer(
  layer: Layer,
  absences: readonly Absence[],
  clock: ZoneClock,
  crews: Crews = new Crews(),
): CompiledLayer {
  const { id, shadow = [] } = layer;
  const turns = turnsOf(layer).map((turn) => crews.of(turn));
  if (turns.every((turn) => turn.length === 0)) {
    return { id, shadow, claimsBetween: () => [], standingAt: () => ({ kind: "no-participants" }) };
  }
  const rotation = rotationOf(layer, clock, turns);
  const windows = dutyWindowsOf(layer, clock);
  const concerning = absencesOf(membersOf(layer), absences);

  return {
    id,
    shadow,
    claimsBetween(from, to) {
      const shifts = rotation
        .shiftsBetween(from, to)
        .map((shift): Claim<Shift> => ({ start: shift.start, end: shift.end, owner: shift }));
      if (shifts.length === 0) return [];
      const [first, last] = [shifts[0]!, shifts.at(-1)!];
      const served = windows === null ? shifts : intersect(shifts, windows.between(first.start, last.end));
      const relevant = concerning.filter(
        (absence) => absence.start < to && absence.end > from && absence.start < absence.end,
      );
      const changes = [...new Set(relevant.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
      const claims: Claim<Crew>[] = [];
      let next = 0;
      for (const { start, end, owner: shift } of served) {
        while (next < changes.length && changes[next]! <= start) next += 1;
        // Between two changes of anybody's presence, the same people serve the shift.
        for (let low = start; low < end;) {
          const high = Math.min(changes[next] ?? Infinity, end);
          const { crew } = serviceAt(shift, turns, relevant, low);
          const owner = crew === shift.turn ? crew : crews.of(crew);
          if (owner.length > 0) append(claims, { start: low, end: high, owner });
          if (high < end) next += 1;
          low = high;
        }
      }
      return claims;
    },
    standingAt(at) {
      if (at < rotation.start) return { kind: "not-started" };
      if (at >= rotation.end) return { kind: "ended" };
      const window = windows?.between(at, at + 1)[0] ?? null;
      if (windows !== null && window === null) return { kind: "outside-windows" };
      const shift = rotation.shiftAt(at);
      return { kind: "on-duty", shift, window, ...serviceAt(shift, turns, absences, at) };
    },
  };
}

/** Those of the participants, and of whoever is named to come in for one of them; a large team has many others. */
function absencesOf(participants: readonly PersonId[], absences: readonly Absence[]): readonly Absence[] {
  const concerned = new Set(participants);
  for (const { person, substitute } of absences)
    if (substitute !== undefined && participants.includes(person)) concerned.add(substitute);
  return absences.filter(({ person }) => concerned.has(person));
}
