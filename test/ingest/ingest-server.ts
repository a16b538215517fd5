/** Ingest's routes on a real server with an engine that only records; each test gets its own. */
import { onTestFinished, vi } from "vitest";
import { createHttpServer } from "#api/http-server";
import type { HttpLimits } from "#api/http-server";
import type { IntegrationId } from "#domain/ids";
import type { IntegrationKey } from "#ingest/integration-keys";
import { ingestRoutes } from "#ingest/routes";
import type { Received } from "#ingest/gate";
import type { IngestDependencies } from "#ingest/routes";
import { CountingRandom, FakeEngine, StandingClock } from "../support/fake-engine.ts";

/** Real sockets on a machine that may be busy with other tests. */
vi.setConfig({ testTimeout: 30_000 });

export const alertmanagerKey = "alertmanager-key-0123456789abcdef";
/** The recorded PagerDuty requests use this one. */
export const eventsKey = "0123456789abcdef0123456789abcdef";
/** While Prometheus' recorded requests were made. */
export const recordedAt = Date.parse("2026-11-23T03:39:03.000Z");

export async function startIngest(
  options: { limits?: Partial<HttpLimits> } & Partial<IngestDependencies> = {},
) {
  const { limits, ...dependencies } = options;
  const engine = new FakeEngine();
  const clock = new StandingClock(recordedAt);
  const received: Received[] = [];
  const lines: string[] = [];
  const log = {
    debug: () => {},
    warn: (_fields: object, text: string) => void lines.push(text),
    error: (fields: { err?: Error }, text: string) => void lines.push(`${text}: ${fields.err?.stack}`),
  } as unknown as IngestDependencies["log"] & { warn: never };
  const keys: IntegrationKey[] = [
    { id: "prometheus" as IntegrationId, type: "alertmanager", key: alertmanagerKey },
    { id: "anything" as IntegrationId, type: "events", key: eventsKey },
  ];
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log, ...(limits && { limits }) });
  await server.app.register(
    ingestRoutes({
      engine,
      random: new CountingRandom(),
      clock,
      keys: () => keys,
      version: "1.2.3",
      log,
      onReceived: (one) => received.push(one),
      ...dependencies,
    }),
  );
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  onTestFinished(() => server.close());
  return { server, port: listening.port, engine, clock, received, lines };
}
