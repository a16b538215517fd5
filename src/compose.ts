/**
 * The only place that builds things. Called by the command line (`tocsin serve`) and by the desktop app's engine
 * process; whatever is opened here is closed by one stop list, last in first out.
 */
import { join } from "node:path";
import type { Logger } from "pino";
import { Metrics } from "#api/metrics";
import { BearerToken } from "#api/bearer-token";
import { calendarFeedRoutes } from "#api/calendar-feed";
import { ClientHub } from "#api/client-hub";
import { healthRoutes } from "#api/health";
import { createHttpServer } from "#api/http-server";
import { overrideRoutes } from "#api/override-routes";
import { pageRoutes } from "#api/pages";
import { apiRoutes } from "#api/routes";
import { SchedulesView } from "#api/schedules-view";
import { serveStream } from "#api/stream";
import { createDesktopChannel } from "#channels/desktop";
import { createEmailChannel } from "#channels/email";
import { createSystemDesktops } from "#channels/system-notification";
import { TeamEditor } from "#config/team-editor";
import type { TeamWatch } from "#config/watch-team";
import type { PersonId, ScheduleId } from "#domain/ids";
import { finalSchedule, onCallAt } from "#domain/oncall/on-call";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { schedulesOverview } from "#domain/reports/schedules-overview";
import { LoopEngine } from "#engine/engine";
import { JournalError, type Desktops, type Journal } from "#engine/ports";
import { ingestRoutes } from "#ingest/routes";
import { openSqliteJournal, type OpenedJournal } from "#journal/sqlite";
import {
  leaveAddress,
  openDataDirectory,
  readOrMakeFeedToken,
  readOrMakeToken,
} from "#system/data-directory";
import { SystemClock } from "#system/system-clock";
import { SystemRandom } from "#system/system-random";
import { CalendarRefresher } from "./calendar-refresher.ts";
import { ReviewReminder } from "./review-reminder.ts";
import { keepLastGood, loadOptions, openTeamFile, watchTeamFile, type GoodTeam } from "./team-file.ts";

export interface TocsinOptions {
  /** The team file; null: `DATA/team.yaml`. */
  readonly team: string | null;
  readonly data: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Whose machine this is; null: the only person of the team, if there is only one. */
  readonly person: string | null;
  /** `app`: desktops attach through the hub. `system`: no app; the system's own notifications stand in for it. */
  readonly desktop: "app" | "system";
  /** The built pages; null: none. */
  readonly pages: string | null;
  readonly version: string;
  readonly log: Logger;
  /** The journal was found damaged while running: stop and start again, which salvages it. Called once. */
  readonly onBroken: () => void;
}

export interface Tocsin {
  readonly url: string;
  readonly hub: ClientHub;
  readonly engine: LoopEngine;
  /** A one-person team file has just been written there. */
  readonly newTeamFile: string | null;
  readonly teamRefused: string | null;
  /** Finishes what is in hand, within a few seconds. */
  stop(): Promise<void>;
}

export type StartResult =
  | { readonly ok: true; readonly tocsin: Tocsin }
  /** `exitCode` as in contract §1; `text`: one sentence with the remedy, or the faults of the team file, one a line. */
  | { readonly ok: false; readonly exitCode: 1 | 2; readonly text: string };

/** How long the desktop app may take to attach after a start before the engine stops counting on it. */
const desktopExpectedMs = 10_000;

/**
 * A stop takes 5 s at most (contract §1). The engine waits 2.5 s of them for what it has under way; clients that hang
 * and mails that it has given up by then get the rest, so that the journal is always closed in order.
 */
const clientsGraceMs = 1_000;
const mailsGraceMs = 500;

export async function startTocsin(options: TocsinOptions): Promise<StartResult> {
  const stopList: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    for (const close of stopList.splice(0).reverse()) await close();
  };
  const result = await build(options, stopList).catch((error: unknown) => {
    if (error instanceof JournalError) return { ok: false, exitCode: 1, text: error.message } as const;
    throw error;
  });
  if (!result.ok) await stop();
  return result.ok ? { ok: true, tocsin: { ...result.parts, stop } } : result;
}

type Built =
  | { readonly ok: true; readonly parts: Omit<Tocsin, "stop"> }
  | Extract<StartResult, { ok: false }>;

async function build(options: TocsinOptions, stopList: (() => void | Promise<void>)[]): Promise<Built> {
  const { data, log, version } = options;
  const directory = openDataDirectory(data);
  if (!directory.ok) return { ok: false, exitCode: 1, text: directory.text };

  const clock = new SystemClock();
  const random = new SystemRandom();
  // The journal first: its lock keeps a second engine out before anything else is touched.
  const opened = openSqliteJournal({ directory: data });
  stopList.push(() => opened.journal.close());

  const teamFile = await openTeamFile(options.team, data, () => clock.now());
  if (!teamFile.ok) return { ok: false, exitCode: 2, text: `The team file is invalid:\n${teamFile.text}` };
  let current: GoodTeam = teamFile.good;
  const person = (): PersonId | null => ownerOf(options.person, current);
  if (options.person !== null && person() === null) {
    const known = current.team.people.map(({ id }) => id).join(", ");
    return {
      ok: false,
      exitCode: 2,
      text: `--person ${options.person} is not in the team; it has: ${known}.`,
    };
  }

  const systemDesktops = createSystemDesktops({ person });
  // The hub is made after the engine, which it listens to; the channel reaches it through this.
  let hub: ClientHub | null = null;
  const appDesktops: Desktops = {
    present: async (notice, signal) => (await hub?.present(notice, signal)) ?? "none-attached",
  };
  const email = createEmailChannel({
    settings: () => current.secrets.email,
    now: () => clock.now(),
    consoleUrl: (id) => (url === null ? null : `${url}/#alert=${encodeURIComponent(id)}`),
    limits: { drainMs: mailsGraceMs },
  });
  stopList.push(() => email.close());
  let commitTook = (_ms: number) => {};
  const engine = new LoopEngine({
    clock,
    random,
    journal: timed(opened.journal, (ms) => commitTook(ms)),
    channels: [
      createDesktopChannel({ desktops: options.desktop === "app" ? appDesktops : systemDesktops }),
      email,
    ],
    tell: (word) => (options.desktop === "app" ? hub?.tell(word) : systemDesktops.tell(word)),
    version,
    log: (level, text, error) => log[level]({ err: error }, text),
    onBroken: once((error) => {
      log.error({ err: error }, "the journal is damaged: starting again, to salvage it");
      options.onBroken();
    }),
  });
  stopList.push(() => engine.stop());

  const token = new BearerToken(readOrMakeToken(data));
  let url: string | null = null;
  const schedulesView = new SchedulesView({ proveCoverage, schedulesOverview });
  const schedules = () => schedulesView.at(engine.state.team, clock.now());
  hub = new ClientHub({
    engine,
    random,
    clock,
    engineVersion: version,
    url: () => url ?? "",
    person,
    schedules,
    log,
  });
  stopList.push(() => hub?.close());
  const metrics = new Metrics({ engine, version, inboxDepth: () => engine.inboxDepth });
  commitTook = (ms) => metrics.committed(ms);
  stopList.push(() => metrics.stopListening());

  const server = createHttpServer({ host: options.host, port: options.port, log });
  const onCall = (at: number) =>
    Object.fromEntries(current.team.schedules.map(({ id }) => [id, onCallAt(current.team, id, at)]));
  await server.app.register(
    ingestRoutes({
      engine,
      random,
      clock,
      version,
      log,
      keys: () => current.secrets.integrationKeys,
      onReceived: (received) => metrics.received(received),
    }),
  );
  const segmentsOf = (id: ScheduleId, from: number, to: number) => finalSchedule(current.team, id, from, to);
  await server.app.register(apiRoutes({ engine, random, clock, token, person, onCallAt: onCall, schedules }));
  await server.app.register(
    calendarFeedRoutes({
      clock,
      token,
      feedToken: readOrMakeFeedToken(data),
      url: () => url ?? "",
      team: () => current.team,
      segmentsOf,
    }),
  );
  const calendars = new CalendarRefresher({
    clock,
    directory: join(data, "calendars"),
    log,
    onTeam: (team) => {
      current = { ...current, team };
      void engine.submit({ kind: "team-loaded", team });
    },
    onProblem: (text) =>
      text === null ? engine.clearProblem("calendar") : engine.reportProblem("calendar", text),
  });
  stopList.push(() => calendars.stop());
  const reminder = new ReviewReminder({
    clock,
    data,
    alarm: (key, title, details) => engine.alarm(key, "info", title, details),
  });
  stopList.push(() => reminder.stop());
  const adopt = async (good: GoodTeam) => {
    const team = await calendars.use(good.team, good.calendars);
    // Null: the file has changed again meanwhile.
    if (team === null) return;
    current = { ...good, team };
    engine.clearProblem("team-file");
    reportMissingPassword(engine, good);
    reminder.use(good.reviews);
    log.info({ revision: team.revision }, "took over the changed team file");
    await engine.submit({ kind: "team-loaded", team });
  };
  let teamWatch: TeamWatch | null = null;
  const editor = new TeamEditor({
    file: teamFile.file,
    team: () => current.team,
    load: loadOptions(() => clock.now()),
    onKept: (good, text) => {
      teamWatch?.tookOver(text);
      keepLastGood(data, text);
      return adopt(good);
    },
  });
  await server.app.register(overrideRoutes({ engine, random, clock, token, person, editor, segmentsOf }));
  await server.app.register(healthRoutes({ engine, token, metrics }));
  await server.app.register(pageRoutes({ directory: options.pages }));
  serveStream(server.app, { clock, token, hub, log });

  current = { ...current, team: (await calendars.use(current.team, current.calendars)) ?? current.team };
  void engine.submit({ kind: "team-loaded", team: current.team });
  const owner = person();
  if (options.desktop === "app" && owner !== null) hub.expectDesktop(owner, clock.now() + desktopExpectedMs);
  if (options.desktop === "system" && owner !== null && systemDesktops.isAvailable()) {
    void engine.submit({ kind: "desktops-changed", people: [owner] });
  }
  if (teamFile.refused !== null)
    engine.reportProblem("team-file", refusedText(teamFile.file, teamFile.refused));
  // Before the start, so that it is in the same commit: the journal tells of the damage until then, and not again.
  tellOfDamage(engine, opened.report);
  await engine.start();
  reminder.use(current.reviews);

  const listening = await server.listen();
  if (!listening.ok) return { ok: false, exitCode: 1, text: listening.text };
  url = listening.url;
  stopList.push(() => server.close(clientsGraceMs));
  stopList.push(leaveAddress(data, url));
  teamWatch = watchTeamFile(teamFile, data, () => clock.now(), {
    onTeam: (good) => void adopt(good),
    onRefused: (faults) => {
      engine.reportProblem("team-file", refusedText(teamFile.file, faults));
      log.warn(
        { faults: faults.split("\n") },
        "refused the changed team file; the last good one stays in force",
      );
    },
  });
  stopList.push(() => teamWatch?.stop());
  const newTeamFile = teamFile.isNew ? teamFile.file : null;
  return { ok: true, parts: { url, hub, engine, newTeamFile, teamRefused: teamFile.refused } };
}

function ownerOf(person: string | null, { team }: GoodTeam): PersonId | null {
  if (person === null) return team.people.length === 1 ? team.people[0]!.id : null;
  return team.people.find(({ id }) => id === person)?.id ?? null;
}

/** Known before the first mail fails, so it is said before. The next mail that gets through clears it. */
function reportMissingPassword(engine: LoopEngine, { secrets }: GoodTeam): void {
  if (secrets.missingVariable === null) return;
  const text = `E-mail cannot be sent: the environment variable ${secrets.missingVariable} with its password is not set.`;
  engine.reportProblem("channel", `${text} Set it and start Tocsin again.`);
}

function refusedText(file: string, faults: string): string {
  const lines = faults.split("\n");
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more; "tocsin check ${file}" lists them)` : "";
  return `The team file was refused, the last good one stays in force: ${lines[0]}${more}`;
}

/** What was lost must be seen by a person, not by a log. */
function tellOfDamage(engine: LoopEngine, { salvaged }: OpenedJournal["report"]): void {
  if (salvaged === null) return;
  engine.alarm("journal-damaged", "critical", "The journal was damaged and has been repaired", {
    what: salvaged.text,
    "damaged copy": salvaged.keptCopy,
  });
}

function once<Argument>(callback: (argument: Argument) => void): (argument: Argument) => void {
  let called = false;
  return (argument) => {
    if (called) return;
    called = true;
    callback(argument);
  };
}

function timed(journal: Journal, took: (ms: number) => void): Journal {
  return Object.assign(Object.create(journal) as Journal, {
    append(facts: Parameters<Journal["append"]>[0]) {
      const started = performance.now();
      journal.append(facts);
      took(performance.now() - started);
    },
  });
}
