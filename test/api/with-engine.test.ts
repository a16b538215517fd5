/** The doors on the engine that ships: an alert's whole life over HTTP, and what is answered 2xx is in the journal. */
import { expect, onTestFinished, test } from "vitest";
import { BearerToken } from "#api/bearer-token";
import { createHttpServer } from "#api/http-server";
import { apiRoutes } from "#api/routes";
import type { AlertId, IntegrationId, PersonId } from "#domain/ids";
import { LoopEngine } from "#engine/engine";
import { JournalError } from "#engine/ports";
import { ingestRoutes } from "#ingest/routes";
import { MemoryJournal } from "#journal/memory";
import { SystemClock } from "#system/system-clock";
import { SystemRandom } from "#system/system-random";
import { alertJson } from "#wire/alert-json";
import { post, send } from "../support/http-client.ts";
import { team } from "../support/team-builder.ts";
import { token } from "./api-server.ts";

const key = "k".repeat(32);

async function start() {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const journal = new MemoryJournal();
  const engine = new LoopEngine({
    clock,
    random,
    journal,
    channels: [],
    version: "test",
    log: () => {},
    onBroken: (error) => {
      throw error;
    },
  });
  void engine.submit({ kind: "team-loaded", team: team() });
  await engine.start();
  const log = { debug: () => {}, warn: () => {}, error: () => {} } as never;
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log });
  const keys = [{ id: "tool" as IntegrationId, type: "events", key }];
  await server.app.register(ingestRoutes({ engine, random, clock, version: "test", log, keys: () => keys }));
  await server.app.register(
    apiRoutes({
      engine,
      random,
      clock,
      token: new BearerToken(token),
      person: () => "ana" as PersonId,
      onCallAt: () => ({}),
      shadowsAt: () => ({}),
      schedules: () => null,
    }),
  );
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  onTestFinished(async () => {
    await server.close();
    await engine.stop();
  });
  const headers = { authorization: `Bearer ${token}` };
  return {
    port: listening.port,
    journal,
    engine,
    get: (path: string) => send(listening.port, path, { headers }),
    command: (id: string, action: string, body: unknown = "") =>
      post(listening.port, `/api/v1/alerts/${id}/${action}`, body, headers),
  };
}

test("raised by a tool, acknowledged by a person, resolved by the tool; the timeline tells it", async () => {
  const { port, get, command } = await start();
  const raised = await post(port, `/in/${key}/json`, { title: "Disk full", dedupKey: "disk" });
  const { alert: id } = raised.json() as { alert: string };
  expect((await post(port, `/in/${key}/json`, { title: "Disk full", dedupKey: "disk" })).json()).toEqual({
    alert: id,
  });
  const acknowledged = await command(id, "acknowledge");
  expect([acknowledged.status, acknowledged.json()]).toMatchObject([
    200,
    { status: "acknowledged", acknowledgedBy: "ana", occurrences: 2 },
  ]);
  expect((await command(id, "note", { text: "looking" })).status).toBe(200);
  expect((await command(id, "transfer", { policy: "nowhere" })).status).toBe(422);
  expect((await post(port, `/in/${key}/json`, { status: "resolved", dedupKey: "disk" })).json()).toEqual({
    alert: id,
  });
  const again = await command(id, "resolve");
  expect([again.status, again.json()]).toMatchObject([409, { error: { reason: "already-resolved" } }]);
  const shown = alertJson.parse((await get(`/api/v1/alerts/${id}`)).json());
  expect(shown.status).toBe("resolved");
  const kinds = shown.timeline!.map((entry) => entry.kind);
  expect(
    kinds.filter((kind) =>
      ["alert-opened", "alert-acknowledged", "note-added", "alert-resolved"].includes(kind),
    ),
  ).toEqual(["alert-opened", "alert-acknowledged", "note-added", "alert-resolved"]);
  expect((await get("/api/v1/alerts")).json()).toEqual([]);
  expect((await get("/api/v1/alerts?status=resolved")).json()).toMatchObject([{ id }]);
  expect((await command("nobody", "resolve")).status).toBe(404);
});

test("PagerDuty's acknowledge and resolve reach the alert of their key", async () => {
  const { port, engine } = await start();
  const event = (event_action: string) =>
    post(port, "/v2/enqueue", {
      routing_key: key,
      event_action,
      dedup_key: "k1",
      payload: { summary: "Down", source: "web", severity: "critical" },
    });
  await event("trigger");
  await event("acknowledge");
  expect([...engine.state.open.values()]).toMatchObject([{ title: "Down", status: "acknowledged" }]);
  await event("resolve");
  expect(engine.state.open.size).toBe(0);
  expect((await event("resolve")).status).toBe(202);
});

test("a batch of 10,000 is in the journal when it is answered", async () => {
  const { port, journal, engine } = await start();
  const batch = Array.from({ length: 10_000 }, (_, i) => ({
    labels: { alertname: "Storm", instance: `host${i}` },
  }));
  expect((await post(port, `/in/${key}/api/v2/alerts`, batch)).status).toBe(200);
  const opened = new Set<AlertId>();
  for (const { fact } of journal.replay(0)) if (fact.kind === "alert-opened") opened.add(fact.alertId);
  expect(opened.size).toBe(10_000);
  expect(engine.state.open.size).toBe(10_000);
  expect((await post(port, `/in/${key}/api/v2/alerts`, batch)).status).toBe(200);
  expect(engine.state.open.size).toBe(10_000);
}, 60_000);

test("while the journal cannot be written, nothing is answered 2xx", async () => {
  const { port, journal, engine } = await start();
  journal.append = () => {
    throw new JournalError("full", "The disk is full.");
  };
  const answers = [
    await post(port, `/in/${key}/json`, { title: "x" }),
    await post(port, `/in/${key}/api/v2/alerts`, [{ labels: { a: "1" } }]),
    await post(port, "/v2/enqueue", {
      routing_key: key,
      event_action: "trigger",
      payload: { summary: "x", source: "x", severity: "info" },
    }),
    await post(port, "/api/v1/alerts", { title: "x" }, { authorization: `Bearer ${token}` }),
  ];
  expect(answers.map((answer) => [answer.status, answer.headers["retry-after"]])).toEqual(
    [503, 503, 503, 503].map((status) => [status, "5"]),
  );
  expect(engine.state.open.size).toBe(0);
});
