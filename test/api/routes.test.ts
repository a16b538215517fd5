/** Contract §4's rows for clients, over real HTTP. */
import { describe, expect, test } from "vitest";
import type { RefusalReason } from "#domain/command";
import { alertJson } from "#wire/alert-json";
import { alertOf } from "../support/fake-engine.ts";
import { post, send } from "../support/http-client.ts";
import { noon, signal, startApi, team, token } from "./api-server.ts";

describe("who may ask", () => {
  test.each([undefined, "", "Bearer", "Bearer wrong", `Basic ${token}`, token])(
    "401 for Authorization: %s",
    async (authorization) => {
      const { port, engine } = await startApi();
      const headers = authorization === undefined ? {} : { authorization };
      for (const path of ["/api/v1/alerts", "/api/v1/alerts/a1", "/api/v1/oncall", "/api/v1/team"]) {
        const answer = await send(port, path, { headers });
        expect([answer.status, answer.json()]).toMatchObject([401, { error: { reason: "unauthorized" } }]);
      }
      expect((await post(port, "/api/v1/alerts/a1/resolve", {}, headers)).status).toBe(401);
      expect(engine.inputs).toEqual([]);
    },
  );

  test("no answer is meant for another site's page", async () => {
    const { port } = await startApi();
    const answer = await send(port, "/api/v1/alerts", {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    expect(answer.status).toBe(404);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(answer.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
  });
});

describe("GET", () => {
  test("the open alerts, newest first; the resolved; a limit", async () => {
    const { engine, get } = await startApi();
    engine.open(signal("a1"));
    for (const [id, openedAt] of [
      ["old", 1],
      ["new", 3],
      ["mid", 2],
    ] as const)
      engine.state.open.set(id as never, alertOf(signal(id), { openedAt }));
    engine.state.resolved.set(
      "done" as never,
      alertOf(signal("done"), { status: "resolved", resolvedAt: 5 }),
    );
    const ids = async (query: string) =>
      ((await get(`/api/v1/alerts${query}`)).json() as { id: string }[]).map((alert) => alert.id);
    expect(await ids("")).toEqual(["new", "mid", "old", "a1"]);
    expect(await ids("?status=open&limit=2")).toEqual(["new", "mid"]);
    expect(await ids("?status=resolved")).toEqual(["done"]);
    expect(await ids("?status=all")).toEqual(["new", "mid", "old", "a1", "done"]);
    for (const query of ["?status=odd", "?limit=0", "?limit=1e9", "?limit=x"])
      expect((await get(`/api/v1/alerts${query}`)).status).toBe(422);
  });

  test("an alert as the contract's JSON, with its timeline", async () => {
    const { engine, get } = await startApi();
    engine.state.open.set(
      "a1" as never,
      alertOf(signal("a1", { integration: "prom" as never }), {
        status: "acknowledged",
        openedAt: noon,
        acknowledgedAt: noon + 1000,
        acknowledgedBy: "ana" as never,
        stale: true,
        nextEscalationAt: noon + 5000,
        asked: [{ person: "ana" as never, because: "person" }],
      }),
    );
    engine.facts = [
      {
        kind: "alert-acknowledged",
        at: noon + 1000,
        alertId: "a1" as never,
        by: "ana" as never,
        origin: "console",
        ackTimeoutAt: null,
      },
    ];
    const answer = await get("/api/v1/alerts/a1");
    expect(alertJson.parse(answer.json())).toEqual({
      id: "a1",
      status: "acknowledged",
      severity: "error",
      title: "Alert a1",
      source: "test",
      dedupKey: "a1",
      integration: "prom",
      labels: {},
      details: {},
      links: [],
      policy: "default",
      step: 0,
      repeat: 0,
      openedAt: "2026-03-01T12:00:00.000Z",
      acknowledgedAt: "2026-03-01T12:00:01.000Z",
      acknowledgedBy: "ana",
      occurrences: 1,
      stale: true,
      nextEscalationAt: "2026-03-01T12:00:05.000Z",
      addressed: ["ana"],
      timeline: [
        {
          at: "2026-03-01T12:00:01.000Z",
          kind: "alert-acknowledged",
          by: "ana",
          text: "Acknowledged by Ana Ruiz.",
        },
      ],
    });
    expect((await get("/api/v1/alerts/a2")).status).toBe(404);
  });

  test("who is on call, now and then; the team", async () => {
    const { engine, get } = await startApi();
    expect((await get("/api/v1/oncall")).json()).toEqual({ primary: "ana" });
    expect((await get("/api/v1/oncall?at=2026-03-01T13:00:00Z")).json()).toEqual({ primary: null });
    expect((await get("/api/v1/oncall?shadow=true")).json()).toEqual({
      primary: { onCall: "ana", shadow: ["dan"] },
    });
    for (const at of [
      "soon",
      "",
      "9999-01-01T00:00:00Z",
      "%2B275760-09-13T00:00:00Z",
      "-000001-01-01T00:00:00Z",
    ])
      expect((await get(`/api/v1/oncall?at=${at}`)).status).toBe(422);
    expect((await get("/api/v1/team")).json()).toEqual(team);
    engine.state.team = null;
    expect((await get("/api/v1/team")).status).toBe(409);
    expect((await get("/api/v1/nothing")).status).toBe(404);
  });
});

describe("POST /api/v1/alerts", () => {
  test("raises an alert in the name of the machine's person and answers it", async () => {
    const { engine, post } = await startApi();
    const answer = await post("/api/v1/alerts", {
      title: "Server room hot\n",
      severity: "critical",
      details: { temperature: 41 },
    });
    expect([answer.status, answer.json()]).toMatchObject([
      200,
      { id: "a1", status: "triggered", title: "Server room hot", timeline: [] },
    ]);
    expect(engine.signals[0]).toMatchObject({
      integration: null,
      dedupKey: "a1",
      by: "ana",
      repetition: "report",
      content: { severity: "critical", source: "by hand", details: { temperature: "41" } },
    });
  });

  test.each<[unknown, number]>([
    [{}, 422],
    [{ title: "  " }, 422],
    [{ title: "x", severity: "purple" }, 422],
    [[], 422],
    ["{", 400],
  ])("refuses %j", async (body, status) => {
    const { engine, post } = await startApi();
    expect((await post("/api/v1/alerts", body)).status).toBe(status);
    expect(engine.inputs).toEqual([]);
  });
});

describe("POST /api/v1/alerts/ID/…", () => {
  test.each<[string, unknown, object]>([
    ["acknowledge", "", { kind: "acknowledge" }],
    ["resolve", {}, { kind: "resolve" }],
    ["escalate", { unknown: 1 }, { kind: "escalate" }],
    ["snooze", { for: "30m" }, { kind: "snooze", forMs: 1_800_000 }],
    ["snooze", { for: "PT1H30M" }, { kind: "snooze", forMs: 5_400_000 }],
    ["snooze", { forMs: 1000 }, { kind: "snooze", forMs: 1000 }],
    ["snooze", { until: "2026-03-01T13:00:30+01:00" }, { kind: "snooze", forMs: 30_000 }],
    ["transfer", { policy: "dba" }, { kind: "transfer", policy: "dba" }],
    ["note", { text: "looking\u0000" }, { kind: "note", text: "looking\uFFFD" }],
  ])("%s %j", async (action, body, command) => {
    const { engine, post } = await startApi();
    engine.open(signal("a1"));
    const answer = await post(`/api/v1/alerts/a1/${action}`, body);
    expect([answer.status, answer.json()]).toMatchObject([200, { id: "a1" }]);
    expect(engine.inputs).toEqual([{ kind: "command", alertId: "a1", by: "ana", origin: "api", command }]);
  });

  test("two keys that differ only in what cannot be shown raise two alerts", async () => {
    const { engine, post } = await startApi();
    for (const dedupKey of ["a\u0001", "a\u0002"]) await post("/api/v1/alerts", { title: "Smoke", dedupKey });
    const keys = engine.inputs.map((input) => (input.kind === "signal" ? input.dedupKey : null));
    expect(keys).toEqual(["a\\u{1}", "a\\u{2}"]);
  });

  test("the command line says that it is one", async () => {
    const { engine, post } = await startApi();
    await post("/api/v1/alerts/a1/acknowledge", { origin: "command-line" });
    expect(engine.inputs).toMatchObject([{ origin: "command-line" }]);
  });

  test.each<[string, unknown, number]>([
    ["snooze", {}, 422],
    ["snooze", { for: "soon" }, 422],
    ["snooze", { for: "0s" }, 422],
    ["snooze", { for: "31d" }, 422],
    ["snooze", { for: "5m", forMs: 5 }, 422],
    ["snooze", { until: "2026-03-01T11:00:00Z" }, 422],
    ["transfer", {}, 422],
    ["note", { text: " " }, 422],
    ["note", { text: "x".repeat(4001) }, 422],
    ["acknowledge", { origin: "mars" }, 422],
    ["acknowledge", "{", 400],
    ["explode", {}, 404],
  ])("refuses %s %j with %i and changes nothing", async (action, body, status) => {
    const { engine, post } = await startApi();
    const answer = await post(`/api/v1/alerts/a1/${action}`, body);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({
      error: { reason: expect.any(String) as string, text: expect.any(String) as string },
    });
    expect(engine.inputs).toEqual([]);
  });

  test.each<[RefusalReason, number]>([
    ["not-found", 404],
    ["already-resolved", 409],
    ["already-acknowledged", 409],
    ["unknown-policy", 422],
    ["busy", 503],
    ["journal-unavailable", 503],
  ])("%s is %i with the reason", async (reason, status) => {
    const { engine, post } = await startApi();
    engine.answer = () => ({ ok: false, reason, text: "because" });
    const answer = await post("/api/v1/alerts/a1/acknowledge");
    expect([answer.status, answer.json()]).toEqual([status, { error: { reason, text: "because" } }]);
    expect(answer.headers["retry-after"] !== undefined).toBe(status === 503);
  });

  test("415 for another media type, 413 for too much", async () => {
    const { port, post: postJson, engine } = await startApi();
    const headers = { authorization: `Bearer ${token}`, "content-type": "text/plain" };
    expect((await post(port, "/api/v1/alerts/a1/note", '{"text":"x"}', headers)).status).toBe(415);
    expect((await postJson("/api/v1/alerts/a1/note", { text: "x".repeat(600_000) })).status).toBe(413);
    expect(engine.inputs).toEqual([]);
  });
});
