/**
 * Times, durations and states in plain words. Pure; used by every page.
 */
import { byWhom } from "#domain/by-whom";
import type { AlertJson } from "#wire/alert-json";
import type { TeamMessage } from "#wire/client-contract";

export const severityWords = {
  critical: "Critical",
  error: "Error",
  warning: "Warning",
  info: "Info",
} as const;

/** `0:42`, `12:07`, `3 h 12 min`, `2 d 4 h`. Negative counts as zero. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours >= 1) return `${hours} h ${minutes % 60} min`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Coarser, for a column of many: `just now`, `42 s ago`, `12 min ago`, `3 h 12 min ago`. */
export function ago(ms: number): string {
  if (ms < 2000) return "just now";
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s ago`;
  return ms < 3_600_000 ? `${Math.floor(ms / 60_000)} min ago` : `${duration(ms)} ago`;
}

/** Wall clock of this machine; with the date when it is not today. */
export function clockTime(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString("en-GB");
  return at.toDateString() === now.toDateString()
    ? time
    : `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}

/** Wall clock of this machine with its zone, for what others may read too: `03:12 CET`, `30 Nov 03:12 CET`. */
export function zonedTime(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  return at.toDateString() === now.toDateString()
    ? time
    : `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}

export function nameOf(person: string | undefined, team: TeamMessage | null): string {
  if (person === undefined) return "somebody";
  return team?.people.find(({ id }) => id === person)?.name ?? person;
}

/** "Ana Ruiz", "Ana Ruiz and Ben Ode", "Ana Ruiz and 4 others". */
export function namesOf(people: readonly string[], team: TeamMessage | null): string {
  const [first, second] = people.map((person) => nameOf(person, team));
  if (first === undefined) return "nobody";
  if (second === undefined) return first;
  return people.length === 2 ? `${first} and ${second}` : `${first} and ${people.length - 1} others`;
}

/** One line on where it stands and what comes next. `now`: milliseconds since the epoch. */
export function statusLine(alert: AlertJson, team: TeamMessage | null, now: number): string {
  switch (alert.status) {
    case "triggered":
      return `Waiting for ${namesOf(alert.addressed, team)}`;
    case "acknowledged":
      return `Acknowledged ${byWhom(acknowledgerOf(alert, team), alert.acknowledgedFrom)}`;
    case "snoozed":
      return alert.snoozedUntil === undefined
        ? "Snoozed"
        : `Snoozed, back in ${duration(Date.parse(alert.snoozedUntil) - now)}`;
    case "resolved":
      return alert.resolvedAt === undefined ? "Resolved" : `Resolved ${clockTime(alert.resolvedAt)}`;
  }
}

/** Null: nobody knows. */
function acknowledgerOf({ acknowledgedBy }: AlertJson, team: TeamMessage | null): string | null {
  return acknowledgedBy === undefined ? null : nameOf(acknowledgedBy, team);
}

/** Who is asked when, if nobody acknowledges; null when nothing is to come. */
export function escalationLine(alert: AlertJson, team: TeamMessage | null, now: number): string | null {
  if (alert.status !== "triggered" || alert.nextEscalationAt === undefined) return null;
  const steps = team?.policies.find(({ id }) => id === alert.policy)?.steps ?? 0;
  const leftMs = Date.parse(alert.nextEscalationAt) - now;
  const next =
    steps <= 1
      ? "asked again"
      : alert.step + 1 < steps
        ? `step ${alert.step + 2} of ${steps} is asked`
        : "the policy goes on";
  return leftMs <= 0 ? `${sentence(next)} now` : `${sentence(next)} in ${duration(leftMs)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
