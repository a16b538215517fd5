/** Shifts in plain words, times in the viewer's own zone. Pure but for the machine's zone; used by the schedules page. */
import { together } from "#domain/person-names";
import type { TeamMessage } from "#wire/client-contract";
import type { ShiftJson } from "#wire/schedules-json";
import { nameOf } from "../shared/words.ts";

type Span = Pick<ShiftJson, "start" | "end">;

/** `Ana Ruiz (you) and Ben Ode`; null is nobody. */
export function crewWords(
  people: string | readonly string[] | null,
  team: TeamMessage | null,
  viewer: string | null,
): string {
  if (people === null) return "Nobody";
  const all = typeof people === "string" ? [people] : people;
  return together(all.map((person) => `${nameOf(person, team)}${person === viewer ? " (you)" : ""}`));
}

/** `Mon 23 Nov 2026, 09:00`, on this machine's wall clock; the year only when it is not this one. */
export function shiftTime(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const date = at.toLocaleDateString("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(at.getFullYear() !== now.getFullYear() && { year: "numeric" }),
  });
  return `${date.replace(",", "")}, ${at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

/** The beginning may lie further back than a year, and the end further ahead: then it is not known. */
export function shiftSpan({ start, end }: Span): string {
  const from = start === undefined ? "for more than a year" : shiftTime(start);
  return end === undefined ? `${from}, with no end within a year` : `${from} to ${shiftTime(end)}`;
}

/** Where a shift lies between two instants, in percent of the time between them; cut off at both. */
export function shareOf(
  { start, end }: Span,
  from: string,
  to: string,
): { readonly left: number; readonly width: number } {
  const [low, high] = [Date.parse(from), Date.parse(to)];
  const share = (at: number): number =>
    ((Math.min(Math.max(at, low), high) - low) / Math.max(1, high - low)) * 100;
  const left = share(start === undefined ? low : Date.parse(start));
  const right = share(end === undefined ? high : Date.parse(end));
  return { left, width: right - left };
}

/** IANA name. */
export function viewerZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
