/** What quiet words about duty say: to the person coming on, to the one going off. Used by the rules that send them. */
import type { Alert } from "./alert.ts";
import type { EpochMs, PersonId } from "./ids.ts";
import { crewsOf, type Handoff } from "./oncall/next-handoff.ts";
import type { Crew } from "./crew.ts";
import { localText } from "./oncall/wall-clock.ts";
import { zoneClockOrUtc } from "./oncall/zone-clock.ts";
import { namesOf } from "./person-names.ts";
import { isWorse } from "./severity.ts";
import type { Person, Team } from "./team.ts";

export interface Words {
  readonly title: string;
  /** Holds text from alerts: show it as text only. */
  readonly text: string;
}

/** `alerts`: those that the notice is to name, in any order. Times are on the reader's wall clock. */
export function handoffWords(
  handoff: Handoff,
  team: Team,
  reader: Person,
  alerts: readonly Alert[],
  now: EpochMs,
): Words {
  const { schedule, handoffAt } = handoff;
  const { before, after } = crewsOf(handoff);
  const isPast = handoffAt <= now;
  const time = timeFor(reader, handoffAt, now);
  if (after.includes(reader.id)) {
    return {
      title: `On call for ${schedule} ${isPast ? "since" : "from"} ${time}`,
      text: `${comingWords(reader.id, before, after, team)} ${openText(alerts)}`,
    };
  }
  return {
    title: `Your duty for ${schedule} ${isPast ? "ended" : "ends"} at ${time}`,
    text: `${leavingWords(before, after, team)} ${openText(alerts)}`,
  };
}

/** To whoever comes: who hands over, and who is on duty besides. */
function comingWords(reader: PersonId, before: Crew, after: Crew, team: Team): string {
  const leaving = before.filter((person) => !after.includes(person));
  const beside = after.filter((person) => person !== reader);
  const words = [
    ...(before.length === 0 ? ["Nobody was on call before you."] : []),
    ...(leaving.length === 0
      ? []
      : [`${namesOf(team, leaving)} ${leaving.length === 1 ? "hands" : "hand"} over to you.`]),
    ...(beside.length === 0 ? [] : [`With you: ${namesOf(team, beside)}.`]),
  ];
  return words.join(" ");
}

function leavingWords(before: Crew, after: Crew, team: Team): string {
  if (after.length === 0) return "Nobody takes over.";
  const coming = after.filter((person) => !before.includes(person));
  if (coming.length > 0) return `${namesOf(team, coming)} ${coming.length === 1 ? "takes" : "take"} over.`;
  return `${namesOf(team, after)} ${after.length === 1 ? "goes" : "go"} on without you.`;
}

/** From when to when, on the reader's wall clock. */
export function dutyText({ timeZone }: Person, { start, end }: { start: EpochMs; end: EpochMs }): string {
  const clock = zoneClockOrUtc(timeZone);
  const zone = clock.timeZone === timeZone ? "" : ` (${clock.timeZone})`;
  return `${localText(clock.localAt(start))} to ${localText(clock.localAt(end))}${zone}`;
}

/** `09:00`, with the date before it when it is not today. */
function timeFor({ timeZone }: Pick<Person, "timeZone">, at: EpochMs, now: EpochMs): string {
  const clock = zoneClockOrUtc(timeZone);
  const [text, today] = [localText(clock.localAt(at)), localText(clock.localAt(now))];
  const time = text.slice(0, 10) === today.slice(0, 10) ? text.slice(11) : text;
  return clock.timeZone === timeZone ? time : `${time} ${clock.timeZone}`;
}

/** A notification has room for a few lines; the console has the rest. */
const namedAlerts = 3;
const titleLength = 80;

function openText(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return "No open alerts.";
  const sorted = [...alerts].sort((a, b) =>
    a.severity === b.severity ? a.openedAt - b.openedAt : isWorse(a.severity, b.severity) ? -1 : 1,
  );
  const named = sorted
    .slice(0, namedAlerts)
    .map((alert) => `${alert.severity.toUpperCase()}: ${short(alert)}`);
  const more = alerts.length > namedAlerts ? [`and ${alerts.length - namedAlerts} more`] : [];
  return `${alerts.length} open: ${[...named, ...more].join("; ")}`;
}

function short({ title, status }: Alert): string {
  const characters = [...title];
  const cut = characters.length > titleLength ? `${characters.slice(0, titleLength).join("")}…` : title;
  return status === "triggered" ? cut : `${cut} (${status})`;
}
