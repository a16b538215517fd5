/** What must be the same on all machines for them to agree on who is on call, as this one has it. Told with heartbeats. */
import { createHash } from "node:crypto";
import type { EpochMs } from "#domain/ids";
import { nextHandoffs, type Handoff } from "#domain/oncall/next-handoff";
import { finalSchedule, scheduleFault } from "#domain/oncall/on-call";
import type { Schedule, Team } from "#domain/team";
import { maxComparedSchedules, type RuntimeJson } from "#wire/peer-contract";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** What older versions compare. */
const horizonMs = 60 * dayMs;
/** A year: long enough to meet a change of offset that one machine's tables have and another's have not. */
const comparedWeeks = 53;

/** Five hundred schedules take seconds: worked out in slices, between which alerts are taken in. */
const sliceMs = 5;
const pauseMs = 5;

export interface Slices {
  /** Calls back after what waits has had its turn. */
  later(work: () => void): void;
  /** Milliseconds, from any beginning. */
  now(): number;
}

const realSlices: Slices = {
  later: (work) => void setTimeout(work, pauseMs).unref(),
  now: () => performance.now(),
};

export class OwnRuntime {
  private readonly handoffs: Reckoned<string | null>;
  private readonly shifts: Reckoned<NonNullable<RuntimeJson["shifts"]>>;

  constructor(
    private readonly tocsin: string,
    slices: Slices = realSlices,
  ) {
    this.handoffs = new Reckoned(dayMs, handoffsHash, slices);
    this.shifts = new Reckoned(weekMs, shiftsOf, slices);
  }

  /** What is not worked out yet is left out: no difference between machines. */
  now(team: Team | null, now: EpochMs): RuntimeJson {
    const { version: node, versions } = process;
    const timeZones = versions["tz"] ?? "unknown";
    const revision = team?.revision ?? null;
    const handoffs = (team === null ? null : this.handoffs.of(team, now)) ?? null;
    const shifts = team === null ? undefined : this.shifts.of(team, now);
    return {
      ...{ tocsin: this.tocsin, node, timeZones, revision, handoffs },
      ...(shifts !== undefined && { shifts }),
    };
  }
}

/** Worked out once for each team and each `everyMs`, which begin at midnight UTC so that machines compare the same stretch. */
class Reckoned<Result> {
  private known: { readonly team: Team; readonly from: EpochMs; readonly result: Result } | null = null;
  private underWay: { readonly team: Team; readonly from: EpochMs } | null = null;

  constructor(
    private readonly everyMs: number,
    private readonly work: (team: Team, from: EpochMs) => Generator<void, Result>,
    private readonly slices: Slices,
  ) {}

  /** Of the stretch before, while that of this one is worked out. Undefined: not known yet. */
  of(team: Team, now: EpochMs): Result | undefined {
    const from = Math.floor(now / this.everyMs) * this.everyMs;
    const isKnown = this.known?.team === team && this.known.from === from;
    const isUnderWay = this.underWay?.team === team && this.underWay.from === from;
    if (!isKnown && !isUnderWay) this.begin(team, from);
    return this.known?.team === team ? this.known.result : undefined;
  }

  private begin(team: Team, from: EpochMs): void {
    const task = { team, from };
    this.underWay = task;
    const work = this.work(team, from);
    const goOn = () => {
      // Another team has come meanwhile.
      if (this.underWay !== task) return;
      const end = this.slices.now() + sliceMs;
      do {
        const next = work.next();
        if (next.done === true) {
          this.known = { team, from, result: next.value };
          this.underWay = null;
          return;
        }
      } while (this.slices.now() < end);
      this.slices.later(goOn);
    };
    this.slices.later(goOn);
  }
}

function* shiftsOf(team: Team, from: EpochMs): Generator<void, NonNullable<RuntimeJson["shifts"]>> {
  const weeks: Record<string, string> = {};
  for (const schedule of team.schedules.slice(0, maxComparedSchedules)) {
    yield;
    weeks[schedule.id] = yield* weeksOf(team, schedule, from);
  }
  return { from, weeks };
}

function* weeksOf(team: Team, { id }: Schedule, from: EpochMs): Generator<void, string> {
  // What cannot be worked out is told elsewhere; it is no difference between machines.
  if (scheduleFault(team, id, from, from + comparedWeeks * weekMs) !== null) return "";
  let weeks = "";
  for (let week = 0; week < comparedWeeks; week++) {
    yield;
    const segments = finalSchedule(team, id, from + week * weekMs, from + (week + 1) * weekMs);
    weeks += sha256(JSON.stringify(segments)).slice(0, 4);
  }
  return weeks;
}

/** A hash of the handoffs of the next 60 days. */
function* handoffsHash(team: Team, start: EpochMs): Generator<void, string | null> {
  const handoffs: Handoff[] = [];
  try {
    for (const { id } of team.schedules) {
      yield;
      handoffs.push(...nextHandoffs(team, start, start + horizonMs, [id]));
    }
  } catch {
    return null;
  }
  return sha256(JSON.stringify(handoffs.sort((a, b) => a.handoffAt - b.handoffAt))).slice(0, 16);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
