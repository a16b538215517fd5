/**
 * One calendar that the team file names: what it said last, kept in memory and in `DATA/calendars`. Used by
 * `calendar-refresher` and `calendars-once`.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CalendarSource } from "#config/calendars/calendar-source";
import { calendarWindow } from "#config/calendars/merge-calendars";
import { maxCalendarBytes, readCalendar, type CalendarEntry } from "#config/calendars/read-calendar";
import type { EpochMs } from "#domain/ids";
import type { Team } from "#domain/team";
import { readIfThere, writePrivately } from "#system/data-directory";
import { fetchCalendar, type FetchedBefore } from "#system/fetch-calendar";

export interface CalendarProblem {
  readonly since: EpochMs;
  /** What is wrong, without a full stop. */
  readonly text: string;
}

const timeoutMs = 15_000;
const nothing: FetchedBefore = { etag: null, lastModified: null };

/** What is kept beside the copy itself. */
interface Receipt extends FetchedBefore {
  /** Of the address: a copy of another one is of no use. */
  readonly source: string;
  readonly gotAt: EpochMs;
}

export class CalendarCopy {
  /** What it says of this team, in the stretch of time that counts. */
  entries: readonly CalendarEntry[] = [];
  /** When it was last got; null: never. */
  gotAt: EpochMs | null = null;
  /** Why it cannot be read now. What it said before goes on counting. */
  failing: CalendarProblem | null = null;
  /** What was left out of it at the last reading. */
  warnings: readonly string[] = [];
  /** When it is to be got again; in the past while it was never tried. */
  dueAt: EpochMs = 0;
  private bytes: Uint8Array | null = null;
  private known = nothing;
  private readFrom: EpochMs | null = null;

  constructor(
    readonly source: CalendarSource,
    /** Null: no copy outlives the process. */
    private readonly directory: string | null,
    /** The stretch of time that counts. */
    private readonly windowAt: typeof calendarWindow = calendarWindow,
  ) {
    if (directory !== null) this.restore(directory);
  }

  /** Reads what is there already for this team. Never rejects. */
  async interpret(team: Team, now: EpochMs): Promise<void> {
    if (this.bytes !== null) await this.read(this.bytes, team, now);
  }

  /** Gets it, and reads it if it has changed. Never rejects; what went wrong is in `failing`. */
  async refresh(team: Team, now: EpochMs, signal: AbortSignal): Promise<void> {
    const got = await this.get(signal);
    if (signal.aborted) return;
    let fault: string | null = got.ok ? null : got.text;
    if (got.ok) {
      const bytes = got.bytes ?? this.bytes!;
      const isSame =
        this.bytes !== null && (got.bytes === null || Buffer.compare(got.bytes, this.bytes) === 0);
      if (!isSame || this.readFrom !== this.windowAt(now).from) fault = await this.read(bytes, team, now);
      if (fault === null) {
        [this.bytes, this.known, this.gotAt] = [bytes, got.known, now];
        if (!isSame && this.directory !== null) this.keep(this.directory);
      }
    }
    this.failing = fault === null ? null : { since: this.failing?.since ?? now, text: fault };
  }

  private async get(signal: AbortSignal): Promise<Got> {
    const { place } = this.source;
    if (place.kind === "file") return readCalendarFile(place.path);
    const known = this.bytes === null ? nothing : this.known;
    const fetched = await fetchCalendar(place.url, known, { maxBytes: maxCalendarBytes, timeoutMs }, signal);
    if (!fetched.ok) return fetched;
    if (!fetched.isNew && this.bytes === null)
      return { ok: false, text: `${placeOf(this.source)}: answers "not modified", though nothing was kept` };
    return fetched.isNew
      ? { ok: true, bytes: fetched.bytes, known: fetched.known }
      : { ok: true, bytes: null, known };
  }

  /** @returns what is wrong with it; then everything stays as it was. */
  private async read(bytes: Uint8Array, team: Team, now: EpochMs): Promise<string | null> {
    try {
      return await this.interpreted(bytes, team, now);
    } catch (error) {
      // Whatever a stranger's calendar makes a library throw, it must not end the engine.
      return `${placeOf(this.source)}: cannot be understood (${(error as Error).message})`;
    }
  }

  private async interpreted(bytes: Uint8Array, team: Team, now: EpochMs): Promise<string | null> {
    const window = this.windowAt(now);
    const { entries, person } = this.source;
    const schedule =
      entries.kind === "overrides" ? team.schedules.find(({ id }) => id === entries.schedule) : undefined;
    const reading = await readCalendar(bytes, {
      people: team.people,
      person,
      isForOne: entries.kind === "overrides",
      timeZone: schedule?.timeZone ?? null,
      ...window,
      pause: () => new Promise((resolve) => setImmediate(resolve)),
    });
    if (!reading.ok) return `${placeOf(this.source)}: ${reading.text}`;
    this.entries = reading.entries;
    this.warnings = reading.warnings;
    this.readFrom = window.from;
    return null;
  }

  private restore(directory: string): void {
    try {
      const receipt = readIfThere(this.file(directory, "json"));
      if (receipt === null) return;
      const { source, gotAt, etag, lastModified } = JSON.parse(receipt) as Receipt;
      if (source !== digestOf(this.source)) return;
      this.bytes = readFileSync(this.file(directory, "ics"));
      this.gotAt = gotAt;
      this.known = { etag, lastModified };
    } catch {
      // A damaged copy is none: it is got anew.
      this.bytes = null;
    }
  }

  private keep(directory: string): void {
    const receipt: Receipt = { source: digestOf(this.source), gotAt: this.gotAt!, ...this.known };
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writePrivately(this.file(directory, "ics"), this.bytes!);
      writePrivately(this.file(directory, "json"), `${JSON.stringify(receipt)}\n`);
    } catch {
      // A full disk; until the next start the copy in memory does.
    }
  }

  private file(directory: string, ending: string): string {
    return join(directory, `${this.source.id}.${ending}`);
  }
}

type Got =
  /** `bytes` null: as before. */
  | { readonly ok: true; readonly bytes: Uint8Array | null; readonly known: FetchedBefore }
  | { readonly ok: false; readonly text: string };

async function readCalendarFile(path: string): Promise<Got> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { ok: false, text: `${path} is not a file` };
    if (stats.size > maxCalendarBytes) return { ok: false, text: `${path} is larger than 10 MiB` };
    return { ok: true, bytes: await readFile(path), known: nothing };
  } catch (error) {
    return {
      ok: false,
      text: `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    };
  }
}

/** Without what could be secret. */
function placeOf({ place }: CalendarSource): string {
  return place.kind === "file" ? place.path : `what ${new URL(place.url).host} sends`;
}

function digestOf({ place }: CalendarSource): string {
  return createHash("sha256").update(JSON.stringify(place)).digest("hex");
}
