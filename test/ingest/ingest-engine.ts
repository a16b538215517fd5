/** Ingest's routes on a real server, with the engine that ships, a journal in memory, and a clock that may be wrong. */
import { performance } from "node:perf_hooks";
import { onTestFinished } from "vitest";
import { createHttpServer } from "#api/http-server";
import type { HttpLimits } from "#api/http-server";
import type { IntegrationId } from "#domain/ids";
import { LoopEngine } from "#engine/engine";
import type { Journal } from "#engine/ports";
import { ingestRoutes } from "#ingest/routes";
import type { Received } from "#ingest/gate";
import { MemoryJournal } from "#journal/memory";
import { SystemClock } from "#system/system-clock";
import { SystemRandom } from "#system/system-random";
import { noticesTo } from "../../src/compose/told-at-once.ts";
import { post } from "../support/http-client.ts";
import { policy, step, team, toPerson } from "../support/team-builder.ts";

export const keyOf = (integration: string) => `${integration}-key-0123456789-0123456789`;

export interface IngestEngineOptions {
  /** How far this machine's clock is ahead of the true time, ms. */
  readonly aheadMs?: number;
  readonly journal?: Journal;
  readonly limits?: Partial<HttpLimits>;
}

export async function startIngestEngine({
  aheadMs = 0,
  journal = new MemoryJournal(),
  limits,
}: IngestEngineOptions = {}) {
  let passedMs = 0;
  const clock = new SystemClock({
    wallMs: () => Date.now() + aheadMs + passedMs,
    monotonicMs: () => performance.now() + passedMs,
    uptimeMs: () => performance.now() + passedMs,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    soon: (callback) => void setImmediate(callback),
  });
  const random = new SystemRandom();
  const engine = new LoopEngine({
    clock,
    random,
    journal,
    // The team is one that mails: without this, what is told of mail would be among the problems.
    channels: [{ via: "email", send: async () => ({ kind: "sent" }), close: async () => {} }],
    version: "test",
    log: () => {},
    onBroken: (error) => {
      throw error;
    },
  });
  const patient = policy("default", [step(toPerson("ana"), { withinMs: 36e5 })]);
  void engine.submit({ kind: "team-loaded", team: team({ policies: [patient] }) });
  await engine.start();
  const received: Received[] = [];
  const lines: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: (_: object, text: string) => void lines.push(text),
    error: (_: object, text: string) => void lines.push(text),
  } as never;
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log, ...(limits && { limits }) });
  const keys = ["prometheus", "webhook", "zabbix"].map((id) => ({
    id: id as IntegrationId,
    type: "events",
    key: keyOf(id),
  }));
  await server.app.register(
    ingestRoutes({
      engine,
      random,
      clock,
      version: "1.2.3",
      log,
      keys: () => keys,
      onReceived: (one) => void received.push(one),
      notices: noticesTo(engine),
    }),
  );
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  onTestFinished(async () => {
    await server.close();
    await engine.stop();
  });
  const { port } = listening;
  const open = () => [...engine.state.open.values()];
  return {
    port,
    engine,
    clock,
    received,
    lines,
    now: () => clock.now(),
    /** Time passes, and nothing happens in it. */
    pass: (ms: number) => void (passedMs += ms),
    /** Those of monitoring tools, and Tocsin's own. */
    alerts: () => open().filter(({ integration }) => integration !== null),
    own: () => open().filter(({ integration }) => integration === null),
    problem: (kind: string) => engine.health.problems.find((problem) => problem.kind === kind)?.text ?? null,
    toPrometheus: (...alerts: unknown[]) => post(port, `/in/${keyOf("prometheus")}/api/v2/alerts`, alerts),
    toWebhook: (body: object) => post(port, `/in/${keyOf("webhook")}/alertmanager`, body),
    toJson: (integration: string, body: unknown) => post(port, `/in/${keyOf(integration)}/json`, body),
  };
}

export const iso = (at: number): string => new Date(at).toISOString();
