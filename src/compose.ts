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
import { DeskDoor, type DeskConnection } from "#api/desk-door";
import { machineRoutes } from "#api/machine-routes";
import type { PersonId, ScheduleId } from "#domain/ids";
import { finalSchedule, onCallJson, shadowsJson } from "#domain/oncall/on-call";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { schedulesOverview } from "#domain/reports/schedules-overview";
import { LoopEngine } from "#engine/engine";
import { JournalError, type Desktops } from "#engine/ports";
import { IntegrationTally } from "#ingest/integration-tally";
import { ingestRoutes } from "#ingest/routes";
import { readOrMakeIdentity } from "#peers/identity/machine-identity";
import { readMembership } from "#peers/identity/membership";
import type { Address } from "#peers/link/address";
import { realScheduler } from "#peers/link/scheduler";
import {
  leaveAddress,
  openDataDirectory,
  readOrMakeFeedToken,
  readOrMakeToken,
} from "#system/data-directory";
import { SystemClock } from "#system/system-clock";
import { SystemRandom } from "#system/system-random";
import { CalendarRefresher } from "./compose/calendar-refresher.ts";
import { openDataFolder, watchDataFolder } from "./compose/data-folder-watch.ts";
import { desktopsOfApp, desktopsOfSystem } from "./compose/local-desktops.ts";
import { openSecurityFile } from "./compose/security-file.ts";
import { SharedTeamFile } from "./compose/shared-team/shared-team-file.ts";
import type { TeamLink } from "./compose/shared-team/team-sealing.ts";
import { MailHealth } from "./compose/mail-health.ts";
import { startSalvaging } from "./compose/salvaging-start.ts";
import { noticesTo, problemTo, tellOfDamage } from "./compose/told-at-once.ts";
import { timed } from "./compose/timed-journal.ts";
import { ownerOf, whyNotTheirs } from "./compose/whose-machine.ts";
import { MachinesOfThisTeam } from "./compose/team-machines.ts";
import { ReviewReminder } from "./compose/review-reminder.ts";
import { watchSchedules } from "./compose/schedule-watch.ts";
import { engineLoadOptions } from "./compose/team-file.ts";

export interface TocsinOptions {
  /** The team file; null: `DATA/team.yaml`. */
  readonly team: string | null;
  readonly data: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Where other machines of the team find this one, from now on; null: as it was, or not at all. */
  readonly peers?: Address | null;
  /** False: other machines do not find this one by multicast DNS, nor it them. */
  readonly isDiscoverable?: boolean;
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
  /** The machine is about to sleep, or has just woken up. */
  suspend(): void;
  resume(): void;
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
  const { result, stop } = await startSalvaging(options, (onBroken, stopList) =>
    build(options, onBroken, stopList).catch((error: unknown) => {
      if (error instanceof JournalError) return { ok: false, exitCode: 1, text: error.message } as const;
      throw error;
    }),
  );
  return result.ok ? { ok: true, tocsin: { ...result.parts, stop } } : result;
}

type Built =
  | { readonly ok: true; readonly parts: Omit<Tocsin, "stop"> }
  | Extract<StartResult, { ok: false }>;

async function build(
  options: TocsinOptions,
  onBroken: (error: unknown) => void,
  stopList: (() => void | Promise<void>)[],
): Promise<Built> {
  const { data, log, version } = options;
  const refused = (text: string, exitCode: 1 | 2 = 1) => ({ ok: false, exitCode, text }) as const;
  const directory = openDataDirectory(data);
  if (!directory.ok) return refused(directory.text);
  const clock = new SystemClock();
  const random = new SystemRandom();
  // The journal first: its lock keeps a second engine out before anything else is touched.
  const { folder, journal, report } = openDataFolder(data, onBroken);
  stopList.push(() => journal.close());
  const self = await readOrMakeIdentity(data, clock.now());
  if (!self.ok) return refused(self.text);
  const { identity } = self;
  const joined = readMembership(data);
  if (!joined.ok) return refused(joined.text);

  // Made after the engine, which they listen to; it reaches them through these.
  let machines: MachinesOfThisTeam | null = null;
  let hub: ClientHub | null = null;
  let url: string | null = null;
  let commitTook = (_ms: number) => {};
  const teamDesktops: Desktops = {
    present: async (notice, signal) =>
      (await machines?.peers.desktops().present(notice, signal)) ?? "none-attached",
  };
  const email = createEmailChannel({
    settings: () => teamFile?.current.secrets.email ?? null,
    now: () => clock.now(),
    consoleUrl: (id) => (url === null ? null : `${url}/#alert=${encodeURIComponent(id)}`),
    limits: { drainMs: mailsGraceMs },
  });
  const mail = new MailHealth({ clock, mail: () => teamFile?.current.secrets ?? null });
  stopList.push(() => mail.stop());
  const engine = new LoopEngine({
    clock,
    random,
    journal: timed(journal, (ms) => commitTook(ms)),
    channels: [createDesktopChannel({ desktops: teamDesktops }), mail.watching(email)],
    tell: (word) => machines?.peers.tell(word),
    version,
    self: identity.id,
    standing: { position: () => machines?.position() ?? null, others: () => machines?.others() ?? [] },
    log: (level, text, error) => log[level]({ err: error }, text),
    onBroken,
  });
  stopList.push(() => engine.stop());

  let teamFile: SharedTeamFile | null = null;
  const person = (): PersonId | null => ownerOf(options.person, engine, identity.id, teamFile?.current.team);
  const calendars = new CalendarRefresher({
    clock,
    directory: join(data, "calendars"),
    log,
    onTeam: (team) => void teamFile?.calendarsChanged(team),
    onProblem: problemTo(engine, "calendar"),
  });
  stopList.push(() => calendars.stop());
  const reminder = new ReviewReminder({
    clock,
    data,
    alarm: (key, title, details) => engine.alarm(key, "info", title, details),
  });
  stopList.push(() => reminder.stop());
  const link = (): TeamLink | null => {
    const key = machines === null ? joined.membership?.teamKey : machines.teamKey;
    return key === null || key === undefined
      ? null
      : { machine: identity.id, teamKey: Buffer.from(key, "base64") };
  };
  const openedTeam = await SharedTeamFile.open({
    file: options.team,
    data,
    clock,
    engine,
    calendars,
    link,
    person,
    mayRefresh: () => link() === null || machines?.position() === 0,
    turn: () => (link() === null ? 0 : (machines?.position() ?? null)),
    history: () => journal.replay(0),
    listener: {
      onTeam: (good) => {
        mail.look();
        reminder.use(good.reviews);
        log.info({ revision: good.team.revision }, "took over the team file");
      },
      onNoTeam: problemTo(engine, "no-team"),
      onProblem: problemTo(engine, "team-file"),
      onRefused: (faults) => log.warn({ faults: faults.split("\n") }, "the team file was refused"),
      onConflict: (conflict) => log.info(conflict, "an edit of the team file was set aside for its author"),
      onFault: (error) => log.error({ err: error }, "the team file could not be dealt with"),
    },
  });
  if (!openedTeam.ok) return refused(`The team file is invalid:\n${openedTeam.text}`, 2);
  const shared = openedTeam.shared;
  teamFile = shared;
  stopList.push(() => shared.stop());
  const currentTeam = () => shared.current.team;
  const unknown = whyNotTheirs(options.person, person(), currentTeam(), shared.refused);
  if (unknown !== null) return refused(unknown, 2);

  const systemDesktops = createSystemDesktops({ person });
  const token = new BearerToken(readOrMakeToken(data));
  const schedulesView = new SchedulesView({ proveCoverage, schedulesOverview });
  const schedules = () => schedulesView.at(engine.state.team, clock.now());
  const onCall = (at: number) => onCallJson(currentTeam(), at);
  const shadowsAt = (at: number) => shadowsJson(currentTeam(), at);
  const tally = new IntegrationTally(clock, () => engine.state.team);
  const clients = { engine, random, clock, person, schedules, integrations: () => tally.view() };
  const team = new MachinesOfThisTeam({
    data,
    identity,
    membership: joined.membership,
    engine,
    clock,
    local:
      options.desktop === "app"
        ? desktopsOfApp(() => hub)
        : desktopsOfSystem(systemDesktops, person, () => hub),
    person,
    version,
    listenAt: options.peers ?? null,
    isDiscoverable: options.isDiscoverable ?? true,
    log,
    security: openSecurityFile(data, realScheduler, () => clock.now()),
    onClient: (connection, machine) => {
      const desk = () => engine.state.machines.get(machine.id)?.person ?? null;
      deskDoor.attach(connection as DeskConnection, desk);
    },
    onTeamKey: () => void shared.belongs(),
    onRevoked: () => {
      shared.forget();
      // Its connections know the password.
      void mail.stop();
    },
    teamFileText: () => shared.text,
  });
  machines = team;
  hub = new ClientHub({
    ...clients,
    engineVersion: version,
    url: () => url ?? "",
    machines: team,
    // The team's machines tell the engine of all its desktops together.
    peopleChanged: () => {},
    log,
  });
  stopList.push(() => hub?.close());
  stopList.push(() => team.stop());
  stopList.push(team.onChange(() => void shared.standingChanged()));
  const deskDoor = new DeskDoor({ ...clients, onCallAt: onCall, shadowsAt, hub, machines: team, log });
  const metrics = new Metrics({ engine, version, inboxDepth: () => engine.inboxDepth });
  commitTook = (ms) => metrics.committed(ms);
  stopList.push(() => metrics.stopListening());

  const server = createHttpServer({ ...options, onCrowd: problemTo(engine, "connections") });
  const segmentsOf = (id: ScheduleId, from: number, to: number) => finalSchedule(currentTeam(), id, from, to);
  const editor = new TeamEditor({
    file: shared.file,
    team: currentTeam,
    load: engineLoadOptions(() => clock.now()),
    onKept: (_loaded, text) => shared.tookOver(text),
  });
  const keys = () => shared.current.secrets.integrationKeys;
  const feedToken = readOrMakeFeedToken(data);
  for (const routes of [
    ingestRoutes({
      ...{ engine, random, clock, version, log, keys, notices: noticesTo(engine) },
      onReceived: (one) => [metrics, tally].forEach((each) => each.received(one)),
    }),
    apiRoutes({ ...clients, token, onCallAt: onCall, shadowsAt }),
    calendarFeedRoutes({ clock, token, feedToken, url: () => url ?? "", team: currentTeam, segmentsOf }),
    overrideRoutes({ ...clients, token, editor, segmentsOf }),
    machineRoutes({ engine, token, person, machines: team }),
    healthRoutes({ engine, token, metrics }),
    pageRoutes({ directory: options.pages }),
  ])
    await server.app.register(routes);
  serveStream(server.app, { clock, token, hub, log });

  await shared.beforeStart();
  if (options.desktop === "app") hub.expectDesktop(person(), clock.now() + desktopExpectedMs);
  // Before the start, so that it is in the same commit: the journal tells of the damage until then, and not again.
  tellOfDamage(engine, report);
  await engine.start();
  stopList.push(watchSchedules(engine, clock));
  mail.begin(engine);
  await shared.afterStart();
  const notReached = await team.start();
  if (notReached !== null) return refused(notReached);

  const listening = await server.listen();
  if (!listening.ok) return refused(listening.text);
  url = listening.url;
  stopList.push(() => server.close(clientsGraceMs), leaveAddress(data, url));
  shared.startWatching();
  stopList.push(watchDataFolder(data, folder, engine));
  return {
    ok: true,
    parts: {
      url,
      hub,
      engine,
      suspend: () => team.suspend(),
      resume: () => team.resume(),
      newTeamFile: shared.isNew ? shared.file : null,
      teamRefused: shared.refused,
    },
  };
}
