/** The API's routes, health and stream on a real server with an engine that only records. */
import { onTestFinished, vi } from "vitest";
import { BearerToken } from "#api/bearer-token";
import { ClientHub } from "#api/client-hub";
import { healthRoutes } from "#api/health";
import { machineRoutes } from "#api/machine-routes";
import { createHttpServer } from "#api/http-server";
import { Metrics } from "#api/metrics";
import { pageRoutes } from "#api/pages";
import { apiRoutes } from "#api/routes";
import { SchedulesView } from "#api/schedules-view";
import { serveStream } from "#api/stream";
import type { StreamLimits } from "#api/stream";
import type { AlertId, PersonId, PolicyId, TeamRevision } from "#domain/ids";
import type { Signal } from "#domain/input";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { schedulesOverview } from "#domain/reports/schedules-overview";
import type { Team } from "#domain/team";
import { CountingRandom, FakeEngine, StandingClock } from "../support/fake-engine.ts";
import { FakeMachines } from "../support/fake-machines.ts";
import { post, send } from "../support/http-client.ts";

/** Real sockets on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 30_000 });

export const token = "a-token-of-thirty-two-characters";
export const noon = Date.parse("2026-03-01T12:00:00Z");

export const team: Team = {
  revision: "r1" as TeamRevision,
  name: "Platform",
  timeZone: "Europe/Berlin",
  people: [
    {
      id: "ana" as PersonId,
      name: "Ana Ruiz",
      timeZone: "Europe/Madrid",
      notify: [{ via: "desktop", afterMs: 0 }],
    },
  ],
  groups: [],
  schedules: [],
  absences: [],
  policies: [
    { id: "default" as PolicyId, steps: [{ notify: [{ kind: "everyone" }], withinMs: 300_000 }], repeat: 0 },
  ],
  routes: [{ match: {}, policy: "default" as PolicyId }],
  integrations: [],
  canEmail: false,
};

export function signal(id: string, changes: Partial<Signal> = {}): Signal {
  return {
    kind: "signal",
    freshId: id as AlertId,
    integration: null,
    dedupKey: id,
    status: "firing",
    content: { severity: "error", title: `Alert ${id}`, source: "test", labels: {}, details: {}, links: [] },
    silentAfterMs: null,
    repetition: "report",
    by: null,
    ...changes,
  };
}

export async function startApi(
  options: { pages?: string | null; streamLimits?: Partial<StreamLimits> } = {},
) {
  const engine = new FakeEngine();
  engine.state.team = team;
  const clock = new StandingClock(noon);
  const random = new CountingRandom();
  const lines: string[] = [];
  const line = (_fields: object, text: string) => void lines.push(text);
  const log = { warn: line, error: line } as never;
  const bearer = new BearerToken(token);
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log });
  const view = new SchedulesView({ proveCoverage, schedulesOverview });
  const schedules = () => view.at(engine.state.team, clock.now());
  const hub = new ClientHub({
    engine,
    random,
    clock,
    engineVersion: "1.2.3",
    url: () => "http://127.0.0.1:8743",
    person: () => "ana" as PersonId,
    schedules,
    log,
  });
  const metrics = new Metrics({ engine, version: "1.2.3", inboxDepth: () => 3 });
  await server.app.register(
    apiRoutes({
      engine,
      random,
      clock,
      token: bearer,
      person: () => "ana" as PersonId,
      shadowsAt: () => ({ primary: ["dan" as PersonId] }),
      onCallAt: (at) => ({ primary: at === noon ? ("ana" as PersonId) : null }),
      schedules,
    }),
  );
  const machines = new FakeMachines();
  await server.app.register(
    machineRoutes({ engine, token: bearer, person: () => "ana" as PersonId, machines }),
  );
  await server.app.register(healthRoutes({ engine, token: bearer, metrics }));
  await server.app.register(pageRoutes({ directory: options.pages ?? null }));
  serveStream(server.app, {
    clock,
    token: bearer,
    hub,
    log,
    ...(options.streamLimits && { limits: options.streamLimits }),
  });
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  onTestFinished(() => server.close());
  const { port } = listening;
  const authorization = `Bearer ${token}`;
  return {
    server,
    port,
    engine,
    clock,
    hub,
    metrics,
    machines,
    lines,
    get: (path: string) => send(port, path, { headers: { authorization } }),
    post: (path: string, body: unknown = "") => post(port, path, body, { authorization }),
  };
}
