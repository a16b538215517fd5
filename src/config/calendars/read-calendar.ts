/**
 * An iCalendar file as absences or overrides: who, from when to when. Called by compose's refresher, in the engine's own
 * process, so it pauses as it goes: whatever a calendar holds, alerts do not wait for it.
 *
 * Source: RFC 5545, read generously. An event that cannot be understood is left out and said; a file that is cut off or
 * no calendar at all is refused whole, since half of the absences would be worse than yesterday's.
 */
import type { EpochMs, PersonId } from "#domain/ids";
import { zoneClock } from "#domain/oncall/zone-clock";
import type { Person } from "#domain/team";
import { decodeText } from "../roster/decode-text.ts";
import { type EventZone, EventZones } from "./event-zone.ts";
import { expandEvent, type Expanded, replacedAt, type Standing, type Stretch } from "./expand-event.ts";
import { matchPeople } from "./match-people.ts";
import { type CalendarEvent, type EventTime, readEvent } from "./read-event.ts";
import { splitCalendar } from "./split-calendar.ts";

export interface CalendarOptions {
  readonly people: readonly Person[];
  /** Everything concerns this person; null: each event says whom. */
  readonly person: PersonId | null;
  /** An override is one person's: an event that names several is left out. */
  readonly isForOne: boolean;
  /**
   * Whose wall clock whole days and times without a zone are on: an override's is its schedule's. Null: that of each
   * person, whose absence it is.
   */
  readonly timeZone: string | null;
  /** Only what touches `[from, to)`. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Lets other work be done; called again and again. */
  readonly pause: () => Promise<void>;
  /** For tests; any monotonic milliseconds. */
  readonly stopwatch?: () => number;
}

export interface CalendarEntry extends Stretch {
  readonly person: PersonId;
}

export type CalendarReading =
  | {
      readonly ok: true;
      /** By start, then person; no two are the same. */
      readonly entries: readonly CalendarEntry[];
      /** What was left out, one sentence each. Text of the calendar is in them. */
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly text: string };

export const maxCalendarBytes = 10 * 1024 * 1024;
export const maxEntries = 10_000;
const maxWarnings = 20;
/** Of computing, for one file; a hostile rule costs up to a second. */
const budgetMs = 5_000;
const pauseAfterMs = 20;

export async function readCalendar(bytes: Uint8Array, options: CalendarOptions): Promise<CalendarReading> {
  if (bytes.length > maxCalendarBytes) return { ok: false, text: "it is larger than 10 MiB" };
  const split = splitCalendar(decodeText(bytes).text);
  if (!split.ok) return split;
  const reader = new CalendarReader(options);
  for (const part of split.parts) if (part.kind === "VTIMEZONE") reader.zones.add(part.lines);
  if (split.timeZone !== null) {
    const { zone, remark } = reader.zones.find(split.timeZone);
    reader.zones.floating = zone;
    if (remark !== null) reader.warn(1, remark);
  }
  for (const part of split.parts) {
    if (part.kind !== "VEVENT") continue;
    const read = readEvent(part, reader.zones);
    if (read.ok) reader.take(read.event, read.remarks);
    else reader.warn(part.line, `the event is left out: ${read.text}`);
    if (!(await reader.goOn())) break;
  }
  return reader.expand();
}

class CalendarReader {
  readonly zones = new EventZones();
  /** By UID; each series and each of its exceptions only in its newest version. */
  private readonly series = new Map<string, Map<string, CalendarEvent>>();
  private readonly warnings: string[] = [];
  private warned = 0;
  private isTruncated = false;
  private spentMs = 0;
  private lastPause: number;
  private readonly stopwatch: () => number;

  constructor(private readonly options: CalendarOptions) {
    this.stopwatch = options.stopwatch ?? (() => performance.now());
    this.lastPause = this.stopwatch();
  }

  /** Gives way now and then. @returns false once the file has taken all the time that it may. */
  async goOn(): Promise<boolean> {
    const busyMs = this.stopwatch() - this.lastPause;
    if (busyMs >= pauseAfterMs) {
      this.spentMs += busyMs;
      await this.options.pause();
      this.lastPause = this.stopwatch();
    }
    if (this.spentMs < budgetMs) return true;
    this.truncate("it takes too long to work out; the rest of it is left out");
    return false;
  }

  warn(line: number, text: string): void {
    this.warned += 1;
    if (this.warnings.length < maxWarnings) this.warnings.push(`line ${line}: ${text}`);
  }

  take(event: CalendarEvent, remarks: readonly string[]): void {
    for (const remark of remarks) this.warn(event.line, remark);
    const uid = event.uid === "" ? `line ${event.line}` : event.uid;
    const versions = this.series.get(uid) ?? new Map<string, CalendarEvent>();
    const key = event.recurrenceId === null ? "" : keyOf(event.recurrenceId);
    const known = versions.get(key);
    if (known === undefined || event.sequence >= known.sequence) versions.set(key, event);
    this.series.set(uid, versions);
  }

  async expand(): Promise<CalendarReading> {
    const entries = new Map<string, CalendarEntry>();
    for (const versions of this.series.values()) {
      for (const event of versions.values()) {
        if (!(await this.goOn())) return this.result(entries);
        for (const entry of isCancelled(event, versions) ? [] : this.entriesOf(event, versions)) {
          if (entries.size >= maxEntries) {
            this.truncate(`it has more than ${maxEntries} entries; the rest of them are left out`);
            return this.result(entries);
          }
          entries.set(`${entry.person} ${entry.start} ${entry.end}`, entry);
        }
      }
    }
    return this.result(entries);
  }

  /** `versions`: of its series, by the occurrence that they replace. */
  private entriesOf(
    event: CalendarEvent,
    versions: ReadonlyMap<string, CalendarEvent>,
  ): readonly CalendarEntry[] {
    const { people, person, isForOne, timeZone, from, to } = this.options;
    const concerned =
      person === null ? matchPeople(event, people, isForOne) : people.filter(({ id }) => id === person);
    const title = JSON.stringify(event.summary.slice(0, 80));
    if (concerned.length === 0) {
      this.warn(event.line, `${title} names nobody of the team and is left out`);
      return [];
    }
    if (isForOne && concerned.length > 1) {
      const names = concerned.map(({ id }) => id).join(", ");
      this.warn(
        event.line,
        `${title} names several people (${names}), and only one can take over; it is left out`,
      );
      return [];
    }
    const entries: CalendarEntry[] = [];
    // Once for each zone: following a rule takes time, and a team may be large.
    const byZone = new Map<string, Expanded>();
    for (const { id, timeZone: own } of concerned) {
      const zone = timeZone ?? own;
      const home = zoneClock(zone);
      const expanded =
        byZone.get(zone) ??
        expandEvent(event, home, { from, to, most: maxEntries }, standingOf(event, versions, home));
      byZone.set(zone, expanded);
      if (!expanded.ok) {
        this.warn(event.line, `${title} is left out: ${expanded.text}`);
        return [];
      }
      entries.push(...expanded.stretches.map((stretch) => ({ ...stretch, person: id })));
    }
    return entries;
  }

  private truncate(text: string): void {
    if (!this.isTruncated) this.warnings.unshift(text);
    this.isTruncated = true;
  }

  private result(entries: ReadonlyMap<string, CalendarEntry>): CalendarReading {
    const more = this.warned - Math.min(this.warned, maxWarnings);
    const sorted = [...entries.values()].sort(
      (a, b) => a.start - b.start || a.end - b.end || (a.person < b.person ? -1 : 1),
    );
    return {
      ok: true,
      entries: sorted,
      warnings: more === 0 ? this.warnings : [...this.warnings, `and ${more} more`],
    };
  }
}

/** A series that is called off takes along what was changed of it before. */
function isCancelled(event: CalendarEvent, versions: ReadonlyMap<string, CalendarEvent>): boolean {
  const series = versions.get("");
  return event.isCancelled || (series?.isCancelled === true && event.sequence <= series.sequence);
}

/** What the other events of its series mean for this one. */
function standingOf(
  event: CalendarEvent,
  versions: ReadonlyMap<string, CalendarEvent>,
  home: EventZone,
): Standing {
  const series = versions.get("") ?? null;
  const others = [...versions.values()].filter((other) => other !== event && other !== series);
  if (series === null || series.isCancelled || (event !== series && !event.isFromThereOn))
    return { replaced: [], before: null, series: null };
  const at = ({ recurrenceId }: CalendarEvent): EpochMs => replacedAt(recurrenceId!, series, home);
  const after = event === series ? -Infinity : at(event);
  let next: CalendarEvent | null = null;
  for (const other of others)
    if (other.isFromThereOn && at(other) > after && (next === null || at(other) < at(next))) next = other;
  const replaced = others.map(({ recurrenceId }) => recurrenceId!);
  return { replaced, before: next?.recurrenceId ?? null, series: event === series ? null : series };
}

function keyOf({ local, isDate, zone }: EventTime): string {
  return `${isDate ? "day" : zone === null ? "local" : zone.instantOf(local)} ${zone === null ? local : ""}`;
}
