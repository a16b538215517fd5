/** What must be the same on all machines for them to agree on who is on call, as this one has it. Told with heartbeats. */
import { createHash } from "node:crypto";
import type { EpochMs } from "#domain/ids";
import { nextHandoffs } from "#domain/oncall/next-handoff";
import { finalSchedule, scheduleFault } from "#domain/oncall/on-call";
import type { Schedule, Team } from "#domain/team";
import { maxComparedSchedules, type RuntimeJson } from "#wire/peer-contract";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** What older versions compare. */
const horizonMs = 60 * dayMs;
/** A year: long enough to meet a change of offset that one machine's tables have and another's have not. */
const comparedWeeks = 53;

type Shifts = NonNullable<RuntimeJson["shifts"]>;

export class OwnRuntime {
  private known: { readonly team: Team; readonly day: number; readonly handoffs: string | null } | null =
    null;
  private shown: { readonly team: Team; readonly shifts: Shifts } | null = null;

  constructor(private readonly tocsin: string) {}

  now(team: Team | null, now: EpochMs): RuntimeJson {
    const { version: node, versions } = process;
    const handoffs = team === null ? null : this.handoffs(team, now);
    const timeZones = versions["tz"] ?? "unknown";
    return {
      tocsin: this.tocsin,
      node,
      timeZones,
      revision: team?.revision ?? null,
      handoffs,
      ...(team !== null && { shifts: this.shifts(team, now) }),
    };
  }

  /** A hash of the handoffs of the next 60 days, counted from midnight UTC so that machines compare the same stretch. */
  private handoffs(team: Team, now: EpochMs): string | null {
    const day = Math.floor(now / dayMs);
    if (this.known?.team !== team || this.known.day !== day) {
      const start = day * dayMs;
      this.known = { team, day, handoffs: hashOf(team, start) };
    }
    return this.known.handoffs;
  }

  /** Worked out once for each team and week. */
  private shifts(team: Team, now: EpochMs): Shifts {
    const from = Math.floor(now / weekMs) * weekMs;
    if (this.shown?.team !== team || this.shown.shifts.from !== from) {
      const compared = team.schedules.slice(0, maxComparedSchedules);
      const weeks = Object.fromEntries(
        compared.map((schedule) => [schedule.id, weeksOf(team, schedule, from)]),
      );
      this.shown = { team, shifts: { from, weeks } };
    }
    return this.shown.shifts;
  }
}

function weeksOf(team: Team, { id }: Schedule, from: EpochMs): string {
  // What cannot be worked out is told elsewhere; it is no difference between machines.
  if (scheduleFault(team, id, from, from + comparedWeeks * weekMs) !== null) return "";
  return Array.from({ length: comparedWeeks }, (_, week) => {
    const segments = finalSchedule(team, id, from + week * weekMs, from + (week + 1) * weekMs);
    return createHash("sha256").update(JSON.stringify(segments)).digest("hex").slice(0, 4);
  }).join("");
}

function hashOf(team: Team, start: EpochMs): string | null {
  try {
    const handoffs = nextHandoffs(team, start, start + horizonMs);
    return createHash("sha256").update(JSON.stringify(handoffs)).digest("hex").slice(0, 16);
  } catch {
    return null;
  }
}
