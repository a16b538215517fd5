/**
 * The team file of this machine: found, made at the first start, watched, and with a copy of the last good one put by,
 * so that an engine that restarts while somebody is half-way through an edit still knows the team. Used by `compose`.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { userInfo } from "node:os";
import { defaultTeamText } from "#config/default-team";
import { printFault } from "#config/fault";
import type { CalendarSource } from "#config/calendars/calendar-source";
import { loadTeam, type LoadOptions, type TeamSecrets } from "#config/load-team";
import { readTeamFile } from "#config/read-team-file";
import type { Review } from "#config/review";
import { watchTeam, type TeamWatch } from "#config/watch-team";
import { gapsOf } from "#domain/oncall/on-call";
import { coverageWarnings } from "#domain/reports/coverage-warnings";
import { layerWarnings } from "#domain/reports/layer-warnings";
import { scheduleFaults } from "#domain/reports/schedule-faults";
import type { Team } from "#domain/team";
import { writePrivately } from "#system/data-directory";

export interface GoodTeam {
  readonly team: Team;
  readonly secrets: TeamSecrets;
  readonly calendars: readonly CalendarSource[];
  readonly reviews: readonly Review[];
}

export type OpenedTeam =
  | {
      readonly ok: true;
      readonly good: GoodTeam;
      readonly file: string;
      /** What the good team was read from; null when that is not `file`. */
      readonly text: string | null;
      /** The first start: a one-person default has just been written. */
      readonly isNew: boolean;
      /** The file has faults, and the last good one is in force; null when all is well. */
      readonly refused: string | null;
    }
  | { readonly ok: false; readonly text: string };

/** `file` null: `DATA/team.yaml`, written with a one-person default when it is not there. */
export async function openTeamFile(
  file: string | null,
  data: string,
  now: () => number,
): Promise<OpenedTeam> {
  const path = file ?? join(data, "team.yaml");
  let read = await readTeamFile(path);
  const isNew = file === null && !read.ok && read.missing;
  if (isNew) {
    writePrivately(path, freshDefault());
    read = await readTeamFile(path);
  }
  const loaded = read.ok ? loadTeam(read.text, path, engineLoadOptions(now)) : read;
  if (loaded.ok && read.ok) {
    keepLastGood(data, read.text);
    return { ok: true, good: loaded, file: path, text: read.text, isNew, refused: null };
  }
  const faults = loaded.ok ? "" : loaded.faults.map(printFault).join("\n");
  const lastGood = await readTeamFile(lastGoodFile(data));
  const fallback = lastGood.ok ? loadTeam(lastGood.text, lastGoodFile(data), engineLoadOptions(now)) : null;
  if (fallback === null || !fallback.ok) return { ok: false, text: faults };
  return { ok: true, good: fallback, file: path, text: null, isNew: false, refused: faults };
}

export interface TeamListener {
  onTeam(good: GoodTeam, text: string): void;
  /** `faults`: one a line, as `tocsin check` prints them. */
  onRefused(faults: string): void;
}

/** Reloads on change, all or nothing. */
export function watchTeamFile(
  opened: Pick<OpenedTeam & { ok: true }, "file" | "text">,
  data: string,
  now: () => number,
  listener: TeamListener,
): TeamWatch {
  return watchTeam({
    file: opened.file,
    ...(opened.text === null ? {} : { lastText: opened.text }),
    ...engineLoadOptions(now),
    onLoaded: (loaded, text) => {
      keepLastGood(data, text);
      listener.onTeam(loaded, text);
    },
    onRejected: (faults) => listener.onRefused(faults.map(printFault).join("\n")),
  });
}

/** What an engine asks of a team file. Warnings are for who checks it: to look for them takes as long as all the rest. */
export function engineLoadOptions(now: () => number): LoadOptions {
  return { env: process.env, findFaults: (team) => scheduleFaults(team, Math.floor(now() / 1000) * 1000) };
}

/** With the schedules searched for gaps and the policies for silence, which only the domain can: for `tocsin check`. */
export function loadOptions(now: () => number): LoadOptions {
  const from = () => Math.floor(now() / 1000) * 1000;
  return {
    ...engineLoadOptions(now),
    now,
    findGaps: (team) =>
      team.schedules.flatMap((schedule) =>
        gapsOf(team, schedule.id, from(), from() + gapHorizonMs).map(({ start, end }) => ({
          schedule: schedule.id,
          start,
          end,
        })),
      ),
    findWarnings: (team) => [
      ...coverageWarnings(team, from(), from() + gapHorizonMs),
      ...layerWarnings(team, from()),
    ],
  };
}

/** How far ahead gaps are looked for when a file is read: as far as `tocsin coverage` does. */
const gapHorizonMs = 366 * 86_400_000;

export const lastGoodFile = (data: string) => join(data, "team.last-good.yaml");

/** After each team that is taken over. */
export function keepLastGood(data: string, text: string): void {
  try {
    writePrivately(lastGoodFile(data), text);
  } catch {
    // A full disk; the one from before, or none, has to do.
  }
}

function freshDefault(): string {
  const key = () => randomBytes(24).toString("hex");
  return defaultTeamText({
    userName: userInfo().username,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    alertmanagerKey: key(),
    eventsKey: key(),
  });
}
