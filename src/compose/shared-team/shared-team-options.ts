/** What the shared team file is made with. See `shared-team-file`; `compose` fills it in. */
import type { CalendarSource } from "#config/calendars/calendar-source";
import type { PersonId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import type { Team } from "#domain/team";
import type { Clock, Engine } from "#engine/ports";
import type { GoodTeam } from "../team-file.ts";
import type { TeamConflict } from "./set-aside-edit.ts";
import type { TeamLink } from "./team-sealing.ts";

export interface SharedTeamFileOptions {
  /** The team file; null: `DATA/team.yaml`. */
  readonly file: string | null;
  readonly data: string;
  readonly clock: Pick<Clock, "now" | "callAfter">;
  readonly engine: Pick<Engine, "state" | "submit" | "onChange">;
  readonly calendars: TeamCalendars;
  /** Null: this machine is alone. Once it is not, `belongs` is called. */
  readonly link: () => TeamLink | null;
  /** Whose machine it is: who changes the file on it. */
  readonly person: () => PersonId | null;
  /** Whether this machine reads the team's calendars: the coordinator. `standingChanged` when it may have changed. */
  readonly mayRefresh: () => boolean;
  /**
   * How many machines come before this one. Null: it has just started or woken up, and hears first what the others did
   * meanwhile. `standingChanged` when it may have changed.
   */
  readonly turn: () => number | null;
  /** All facts of the journal, in order of arrival. */
  readonly history: () => Iterable<JournaledFact>;
  readonly listener: SharedTeamListener;
}

/** The calendar refresher, as seen from here. */
export interface TeamCalendars {
  /** The team with what is known of its calendars; null: overtaken by another call. */
  use(team: Team, sources: readonly CalendarSource[]): Promise<Team | null>;
  stop(): void;
  /** Whether every calendar was read at least once, now or before. */
  readonly isComplete: boolean;
}

export interface SharedTeamListener {
  /** Another team, or other secrets, are in force. */
  onTeam(good: GoodTeam): void;
  /** There is no team to alert, and why; null: there is one (by now). */
  onNoTeam(text: string | null): void;
  /** What is wrong with the team file, with the remedy; null: nothing (any more). */
  onProblem(text: string | null): void;
  /** An edit is invalid; `faults` as `tocsin check` prints them, one a line. */
  onRefused(faults: string): void;
  /** An edit that was made on this machine is not in force, or not all of it, and was set aside. Once each. */
  onConflict(conflict: TeamConflict): void;
  /** Something failed that should not. */
  onFault(error: unknown): void;
}

/** Before the team has come to a machine that has joined. */
export const nobody: GoodTeam = {
  team: {
    revision: "none" as Team["revision"],
    name: "",
    timeZone: "UTC",
    people: [],
    groups: [],
    schedules: [],
    absences: [],
    policies: [],
    routes: [],
    integrations: [],
    canEmail: false,
  },
  secrets: { integrationKeys: [], email: null, missingVariable: null },
  calendars: [],
  reviews: [],
};
