/**
 * Changes the overrides in the team file of a running engine, keeping everything else in it as it is. Made by compose,
 * used by the API's overrides and swaps.
 *
 * A change is written first and then kept or undone, so that whoever asked for it can record it in between. One change at
 * a time: `serially`.
 */
import type { Duty } from "#domain/duty-command";
import type { EpochMs, ScheduleId } from "#domain/ids";
import type { Team } from "#domain/team";
import { addOverride, editTeamText, removeOverride, type WrittenOverride } from "./edit-team-file.ts";
import { printFault, type Fault } from "./fault.ts";
import { loadTeam, type LoadedTeam, type LoadOptions } from "./load-team.ts";
import { type Parsed, reject, accept } from "./parsed.ts";
import { readTeamFile } from "./read-team-file.ts";
import { writeTeamFile } from "./write-team-file.ts";
import { instantOf, parseWrittenTime, wallClockOf } from "./written-time.ts";

export interface TeamEditorOptions {
  readonly file: string;
  /** The one in force, for its schedules' time zones. */
  readonly team: () => Team;
  readonly load: LoadOptions;
  /** The file has changed to this, and is meant to stay so. */
  readonly onKept: (loaded: LoadedTeam & { readonly ok: true }, text: string) => Promise<void>;
}

export type TeamChange =
  | {
      readonly ok: true;
      /** It counts from here on; resolves once it does. */
      keep(): Promise<void>;
      /** The file as it was, unless somebody has changed it since. */
      undo(): Promise<void>;
    }
  /** Nothing was written; `text` says why, with the remedy. */
  | {
      readonly ok: false;
      readonly reason: "faulty-file" | "impossible" | "not-written";
      readonly text: string;
    };

export class TeamEditor {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: TeamEditorOptions) {}

  /** Runs `task` when all that were given before have ended. */
  serially<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** A time as people write it, on the wall clock of the schedule unless it has an offset. */
  timeOf(text: string, schedule: ScheduleId): Parsed<EpochMs> {
    const parsed = parseWrittenTime(text);
    return parsed.ok ? accept(instantOf(parsed.value, this.zoneOf(schedule))) : reject(parsed.text);
  }

  async change(what: "add" | "remove", duties: readonly Duty[]): Promise<TeamChange> {
    const { file, load, onKept } = this.options;
    const read = await readTeamFile(file);
    const before = read.ok ? loadTeam(read.text, file, load) : read;
    if (!read.ok || !before.ok) return refused("faulty-file", before.ok ? [] : before.faults);
    const edit = what === "add" ? addOverride : removeOverride;
    const edits = duties.map((duty) => edit(duty.schedule, this.written(duty)));
    const edited = editTeamText(read.text, edits, file, load);
    if (!edited.ok) return refused("impossible", edited.faults);
    const { text, loaded } = edited;
    const written = await writeTeamFile(file, read.text, text);
    if (!written.ok) return { ok: false, reason: "not-written", text: written.text };
    return {
      ok: true,
      keep: () => onKept(loaded, text),
      undo: async () => void (await writeTeamFile(file, text, read.text)),
    };
  }

  /** On the schedule's wall clock, as its other times are; as an instant where that clock shows the same time twice. */
  private written({ schedule, start, end, person }: Duty): WrittenOverride {
    const zone = this.zoneOf(schedule);
    const write = (at: EpochMs): string => {
      const local = wallClockOf({ kind: "instant", at }, zone);
      const isClear = instantOf({ kind: "wall-clock", local }, zone) === at;
      return isClear ? local : new Date(at).toISOString().replace(".000Z", "Z");
    };
    return { start: write(start), end: write(end), person };
  }

  private zoneOf(id: ScheduleId): string {
    const team = this.options.team();
    return team.schedules.find((schedule) => schedule.id === id)?.timeZone ?? team.timeZone;
  }
}

function refused(
  reason: Extract<TeamChange, { ok: false }>["reason"],
  faults: readonly Fault[],
): TeamChange & { ok: false } {
  const [first, ...more] = faults.map(printFault);
  const rest = more.length === 0 ? "" : ` (and ${more.length} more; "tocsin check" lists them)`;
  return {
    ok: false,
    reason,
    text: `The team file was left as it is: ${first ?? "it cannot be read"}${rest}`,
  };
}
