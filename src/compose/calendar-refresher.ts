/**
 * Keeps the team up to date with the calendars that the team file names: gets each at its interval, and hands on the
 * team of file and calendars together whenever that has changed. Made by `compose`. Where no calendar is named it sets
 * no timer and touches no disk.
 *
 * A calendar that fails keeps its last good copy, also over a restart without a network: who is away stays away.
 */
import type { Logger } from "pino";
import type { CalendarSource } from "#config/calendars/calendar-source";
import { mergeCalendars } from "#config/calendars/merge-calendars";
import type { TeamRevision } from "#domain/ids";
import type { Team } from "#domain/team";
import type { Clock } from "#engine/ports";
import { CalendarCopy } from "./calendar-copy.ts";

export interface CalendarRefresherOptions {
  readonly clock: Clock;
  /** `DATA/calendars`; made when the first calendar is kept. */
  readonly directory: string;
  readonly log: Pick<Logger, "info" | "warn">;
  /** The team has changed through a calendar. */
  readonly onTeam: (team: Team) => void;
  /** Which calendars cannot be read, since when, and what counts meanwhile. Null: all can (again). */
  readonly onProblem: (text: string | null) => void;
}

/** A source that failed is asked again this soon, or at its interval if that is sooner. */
const retryMs = 5 * 60_000;

export class CalendarRefresher {
  private copies: readonly CalendarCopy[] = [];
  private base: Team | null = null;
  private toldRevision: TeamRevision | null = null;
  private toldProblem: string | null = null;
  /** What is under way for an older team file comes to nothing. */
  private generation = new AbortController();
  private timers = new Map<CalendarCopy, () => void>();

  constructor(private readonly options: CalendarRefresherOptions) {
    options.clock.onStep((deltaMs) => this.clockStepped(deltaMs));
  }

  /**
   * Takes over a team file. Returns its team with what is known of its calendars so far; what they say now comes through
   * `onTeam`. Null: another file has come meanwhile.
   */
  async use(team: Team, sources: readonly CalendarSource[]): Promise<Team | null> {
    this.stop();
    const { signal } = (this.generation = new AbortController());
    const before = new Map(this.copies.map((copy) => [JSON.stringify(copy.source), copy]));
    this.base = team;
    this.copies = sources.map(
      (source) => before.get(JSON.stringify(source)) ?? new CalendarCopy(source, this.options.directory),
    );
    for (const copy of this.copies) {
      await copy.interpret(team, this.options.clock.now());
      if (signal.aborted) return null;
    }
    this.tellProblem();
    for (const copy of this.copies) this.plan(copy, signal);
    const merged = this.merge(team);
    this.toldRevision = merged.revision;
    return merged;
  }

  /** Whether every calendar was read at least once, by this machine, now or before. */
  get isComplete(): boolean {
    return this.copies.every(({ gotAt }) => gotAt !== null);
  }

  stop(): void {
    this.generation.abort();
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  /** What was an hour away still is: a calendar must not wait until the clock has caught up. */
  private clockStepped(deltaMs: number): void {
    if (deltaMs === 0) return;
    for (const copy of this.copies) copy.dueAt += deltaMs;
    for (const [copy, cancel] of [...this.timers]) {
      cancel();
      this.plan(copy, this.generation.signal);
    }
  }

  private plan(copy: CalendarCopy, signal: AbortSignal): void {
    const refresh = () => {
      this.timers.delete(copy);
      this.refresh(copy, signal).catch((error: unknown) =>
        this.options.log.warn({ calendar: copy.source.id, err: error }, "a calendar could not be refreshed"),
      );
    };
    this.timers.set(copy, this.options.clock.callAt(copy.dueAt, refresh));
  }

  private async refresh(copy: CalendarCopy, signal: AbortSignal): Promise<void> {
    const { clock, log, onTeam } = this.options;
    const { id, refreshMs } = copy.source;
    const wasFailing = copy.failing?.text;
    const said = copy.warnings.join("\n");
    await copy.refresh(this.base!, clock.now(), signal);
    if (signal.aborted) return;
    if (copy.failing !== null && copy.failing.text !== wasFailing)
      log.warn({ calendar: id, reason: copy.failing.text }, "cannot read a calendar; its last copy counts");
    if (copy.warnings.length > 0 && copy.warnings.join("\n") !== said)
      log.warn({ calendar: id, warnings: copy.warnings }, "left out a part of a calendar");
    copy.dueAt = clock.now() + (copy.failing === null ? refreshMs : Math.min(refreshMs, retryMs));
    this.plan(copy, signal);
    this.tellProblem();
    const merged = this.merge(this.base!);
    if (merged.revision === this.toldRevision) return;
    this.toldRevision = merged.revision;
    log.info({ calendar: id, revision: merged.revision }, "took over a changed calendar");
    onTeam(merged);
  }

  private merge(team: Team): Team {
    return this.copies.length === 0 ? team : mergeCalendars(team, this.copies);
  }

  private tellProblem(): void {
    const sentences = this.copies.flatMap(({ source, failing, gotAt }) => {
      if (failing === null) return [];
      const meanwhile =
        gotAt === null ? "Nothing is known of it yet" : `Its copy of ${minute(gotAt)} stays in force`;
      return `Calendar ${source.id} cannot be read since ${minute(failing.since)}: ${failing.text}. ${meanwhile}.`;
    });
    const text = sentences.length === 0 ? null : sentences.join(" ");
    if (text === this.toldProblem) return;
    this.toldProblem = text;
    this.options.onProblem(text);
  }
}

/** `2026-03-01 12:00 UTC` */
function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
