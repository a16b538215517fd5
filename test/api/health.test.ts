/** What watches Tocsin sees: alive, ready, and its numbers. */
import { expect, test } from "vitest";
import type { Fact } from "#domain/fact";
import { send } from "../support/http-client.ts";
import { signal, startApi } from "./api-server.ts";

test("ready or not, with the reasons, and needing no token", async () => {
  const { port, engine } = await startApi();
  expect((await send(port, "/readyz")).status).toBe(200);
  expect((await send(port, "/healthz")).json()).toMatchObject({ status: "ok", trusted: true, problems: [] });
  engine.health = {
    ready: false,
    trusted: false,
    problems: [{ kind: "journal", text: "The disk is full; free some space.", since: 0 }],
  };
  const notReady = await send(port, "/readyz");
  expect([notReady.status, notReady.json()]).toEqual([
    503,
    {
      status: "not-ready",
      ready: false,
      trusted: false,
      problems: [
        { kind: "journal", text: "The disk is full; free some space.", since: "1970-01-01T00:00:00.000Z" },
      ],
    },
  ]);
  expect((await send(port, "/healthz")).status).toBe(200);
  engine.health = {
    ready: true,
    trusted: false,
    problems: [{ kind: "invariant", text: "broken", since: 0 }],
  };
  expect((await send(port, "/healthz")).status).toBe(503);
});

test("the metrics count what the engine commits and what ingest hears", async () => {
  const { port, engine, metrics } = await startApi();
  engine.open(signal("a1"));
  const notification = { at: 0, alertId: "a1", actionId: "x", person: "ana" };
  engine.commit({
    facts: [
      { kind: "notification-sent", ...notification, via: "desktop" } as unknown as Fact,
      {
        kind: "notification-failed",
        ...notification,
        via: "email",
        reason: "refused",
        text: "",
        retryAt: null,
      } as unknown as Fact,
    ],
  });
  metrics.received({ integration: "prom", protocol: "alertmanager-api", result: "accepted", signals: 64 });
  metrics.committed(2);
  const answer = await send(port, "/metrics");
  expect(answer.headers["content-type"]).toContain("text/plain");
  const lines = answer.text.split("\n");
  for (const line of [
    'tocsin_alerts_open{status="triggered",severity="error"} 1',
    'tocsin_alerts_open{status="snoozed",severity="info"} 0',
    'tocsin_notifications_total{via="desktop",outcome="sent"} 1',
    'tocsin_notifications_total{via="email",outcome="refused"} 1',
    'tocsin_signals_total{integration="prom",protocol="alertmanager-api",result="accepted"} 64',
    "tocsin_journal_commit_seconds_count 1",
    "tocsin_inbox_depth 3",
    "tocsin_ready 1",
  ]) {
    expect(lines).toContain(line);
  }
  expect(answer.text).toContain("process_cpu_seconds_total");
});
