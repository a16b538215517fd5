/**
 * What the importers have understood, in Tocsin's terms and not yet as a team file. Filled by the vendors' importers,
 * made into layers, lanes and text by the rest of this folder.
 *
 * Times within a stream are on the wall clock of the stream's zone (`LocalMs`, see `domain/oncall/wall-clock`).
 */
import type { EpochMs } from "#domain/ids";
import type { LocalMs } from "#domain/oncall/wall-clock";
import type { Via } from "#domain/team";
import type { Place } from "./place.ts";

/** A person's id in the team file. */
export type PersonKey = string;

/** Who is on duty together in a turn, as one word, since layers are compared by it: ids with blanks between; `""` is nobody. */
export type CrewKey = string;

export function crewKey(people: readonly PersonKey[]): CrewKey {
  return [...new Set(people)].join(" ");
}

export function peopleOfCrew(key: CrewKey): PersonKey[] {
  return key === "" ? [] : key.split(" ");
}

export interface DraftPerson {
  readonly id: PersonKey;
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
  readonly timeZone?: string;
  readonly notify?: readonly { readonly via: Via; readonly afterSeconds: number }[];
}

export interface DraftSchedule {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  /** Lowest precedence first. Within a level everybody who is on duty is on call together. */
  readonly levels: readonly (readonly ShiftStream[])[];
  /** A later one wins over an earlier one. */
  readonly overrides: readonly DraftOverride[];
  readonly place: Place;
}

/** One rotation, layer or shift of the source. */
export interface ShiftStream {
  readonly name: string;
  readonly place: Place;
  readonly timeZone: string;
  /** Who is on call together in each turn; an empty slot is nobody. Turn k belongs to slot k mod n. */
  readonly slots: readonly (readonly PersonKey[])[];
  readonly turn: Turn;
  /** Where a turn of slot 0 begins. */
  readonly anchor: LocalMs;
  /** On duty only from here (inclusive) … */
  readonly from: LocalMs;
  /** … to here (exclusive); null is for ever. */
  readonly until: LocalMs | null;
  readonly duty: Duty;
}

export type Turn =
  /** Turns of equal length. */
  | { readonly kind: "every"; readonly ms: number }
  /** A turn begins with each occurrence of the rule; then `anchor` is `from`. */
  | { readonly kind: "rule"; readonly rrule: string };

export type Duty =
  | { readonly kind: "always" }
  /** The same in every week, whatever the turns. */
  | { readonly kind: "weekly"; readonly windows: readonly WeeklyWindow[] }
  /** Stretches of each turn, which must be of equal lengths: in order, not overlapping. */
  | {
      readonly kind: "of-turn";
      readonly pieces: readonly { readonly offset: number; readonly length: number }[];
    }
  /** From each occurrence of a rule that begins at `from`, at most a day long. */
  | { readonly kind: "rule"; readonly rrule: string; readonly length: number };

export interface WeeklyWindow {
  /** 0 is Monday: the days on which it opens. */
  readonly days: readonly number[];
  /** Milliseconds after midnight. */
  readonly from: number;
  /** Milliseconds, up to a week. */
  readonly length: number;
}

export interface DraftOverride {
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** Never empty. */
  readonly people: readonly PersonKey[];
  /** Only these streams are overridden; null is the whole schedule. */
  readonly streams: readonly ShiftStream[] | null;
  readonly place: Place;
}

export interface DraftPolicy {
  readonly id: string;
  readonly name: string;
  readonly steps: readonly DraftStep[];
  readonly repeat: number;
  readonly place: Place;
}

export interface DraftStep {
  readonly targets: readonly DraftTarget[];
  readonly withinSeconds: number;
}

export type DraftTarget =
  | { readonly kind: "schedule"; readonly schedule: DraftSchedule }
  | { readonly kind: "person"; readonly person: PersonKey }
  | { readonly kind: "people"; readonly name: string; readonly people: readonly PersonKey[] };

export interface DraftTeam {
  readonly name: string;
  readonly people: readonly DraftPerson[];
  readonly schedules: readonly DraftSchedule[];
  readonly policies: readonly DraftPolicy[];
  /** Which id each thing of the source got; for the report. */
  readonly renamed: readonly Renamed[];
}

export interface Renamed {
  readonly kind: "person" | "schedule" | "policy";
  readonly source: string;
  readonly name: string;
  readonly id: string;
}
