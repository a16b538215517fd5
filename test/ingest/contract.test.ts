/** Contract §4's rows for monitoring tools, over real HTTP: exact answers, and what reaches the engine. */
import { describe, expect, test } from "vitest";
import type { RefusalReason } from "#domain/command";
import { post, send } from "../support/http-client.ts";
import { alertmanagerKey, eventsKey, recordedAt, startIngest } from "./ingest-server.ts";

const trigger = {
  routing_key: eventsKey,
  event_action: "trigger",
  dedup_key: "disk/web01",
  payload: { summary: "Disk full", source: "web01", severity: "critical" },
};
const prometheusPath = `/in/${alertmanagerKey}/api/v2/alerts`;
const inMs = (ms: number) => new Date(recordedAt + ms).toISOString();

describe("POST /v2/enqueue", () => {
  test.each([
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/json; charset=utf-8",
    "json",
    "",
  ])("takes the body whatever its Content-Type is: %s", async (contentType) => {
    const { port, engine } = await startIngest();
    const answer = await post(port, "/v2/enqueue", trigger, { "content-type": contentType });
    expect(answer.status).toBe(202);
    expect(answer.text).toBe('{"status":"success","message":"Event processed","dedup_key":"disk/web01"}');
    expect(engine.signals).toHaveLength(1);
  });

  test("an event without dedup_key is an alert of its own, and its key is told", async () => {
    const { port, engine } = await startIngest();
    const { dedup_key: _, ...event } = trigger;
    const keys = new Set<string>();
    for (let i = 0; i < 2; i += 1)
      keys.add(((await post(port, "/v2/enqueue", event)).json() as { dedup_key: string }).dedup_key);
    expect(keys).toEqual(new Set(engine.signals.map((signal) => signal.dedupKey)));
    expect(keys.size).toBe(2);
  });

  test.each<[string, unknown, string]>([
    ["no routing_key", { ...trigger, routing_key: undefined }, "'routing_key' is missing or blank"],
    ["a numeric routing_key", { ...trigger, routing_key: 7 }, "'routing_key' is missing or blank"],
    ["an unknown action", { ...trigger, event_action: "explode" }, "'event_action' is invalid"],
    ["no payload", { ...trigger, payload: undefined }, "'payload' is missing or blank"],
    [
      "no summary",
      { ...trigger, payload: { ...trigger.payload, summary: " " } },
      "'payload.summary' is missing or blank",
    ],
    [
      "a long summary",
      { ...trigger, payload: { ...trigger.payload, summary: "x".repeat(1025) } },
      "'payload.summary' is too long",
    ],
    [
      "no source",
      { ...trigger, payload: { ...trigger.payload, source: 3 } },
      "'payload.source' is missing or blank",
    ],
    [
      "an unknown severity",
      { ...trigger, payload: { ...trigger.payload, severity: "bad" } },
      "'payload.severity' is invalid",
    ],
    ["a long key", { ...trigger, dedup_key: "k".repeat(256) }, "'dedup_key' is too long"],
    [
      "a resolve without key",
      { routing_key: eventsKey, event_action: "resolve" },
      "'dedup_key' is missing or blank",
    ],
    ["an array", [trigger], "the event must be a JSON object, not an array"],
    ["no JSON", "{summary", "the body is not JSON"],
    ["nothing", "", "the body is empty"],
  ])("refuses %s with the reason, one log line, and no effect", async (_name, event, error) => {
    const { port, engine, lines } = await startIngest();
    const answer = await post(port, "/v2/enqueue", event);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      status: "invalid event",
      message: "Event object is invalid",
      errors: [expect.stringContaining(error) as string],
    });
    expect(engine.inputs).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  test("a summary's length counts characters, so 1,024 emoji pass", async () => {
    const { port, engine } = await startIngest();
    const summary = "🔥".repeat(1024);
    expect(
      (await post(port, "/v2/enqueue", { ...trigger, payload: { ...trigger.payload, summary } })).status,
    ).toBe(202);
    expect(engine.signals[0]!.content.title.endsWith("…")).toBe(true);
  });

  test("an unknown key is 401, and only its sender is slowed down", async () => {
    const { port, engine, clock } = await startIngest({ strangerRate: { perSecond: 1, burst: 2 } });
    const stranger = { ...trigger, routing_key: "not-a-key-of-anybody-in-the-team" };
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await post(port, "/v2/enqueue", stranger)).status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await post(port, "/v2/enqueue", trigger)).status).toBe(202);
    expect(engine.signals).toHaveLength(1);
    clock.pass(1000);
    expect((await post(port, "/v2/enqueue", stranger)).status).toBe(401);
  });

  test("acknowledge and resolve of what nobody has open are dropped but accepted", async () => {
    const { port, engine } = await startIngest();
    engine.answer = () => ({ ok: false, reason: "not-found", text: "no such alert" });
    for (const event_action of ["acknowledge", "resolve"]) {
      expect(
        (await post(port, "/v2/enqueue", { routing_key: eventsKey, event_action, dedup_key: "gone" })).status,
      ).toBe(202);
    }
  });

  test("a change event is accepted and wakes nobody", async () => {
    const { port, engine } = await startIngest();
    const change = { routing_key: eventsKey, payload: { summary: "Deploy 1.2.3" } };
    expect((await post(port, "/v2/change/enqueue", change)).status).toBe(202);
    expect((await post(port, "/v2/change/enqueue", { ...change, payload: {} })).status).toBe(400);
    expect(engine.inputs).toEqual([]);
  });
});

describe("POST /in/KEY/api/v2/alerts", () => {
  const alert = (labels: Record<string, unknown>, rest: object = {}) => ({ labels, ...rest });

  test("keeps the valid alerts of a batch and says what is wrong with the others, as one JSON string", async () => {
    const { port, engine, received } = await startIngest();
    const answer = await post(port, prometheusPath, [
      alert({ alertname: "Good" }),
      alert({}),
      alert({ a: 1 }),
      "?",
      alert({ alertname: "Fine" }),
    ]);
    expect(answer.status).toBe(400);
    expect(answer.json()).toBe(
      'at least one label pair required; label "a" must be a string, not a number; an alert must be an object, not a string',
    );
    expect(engine.signals.map((signal) => signal.content.title)).toEqual(["Good", "Fine"]);
    expect(received).toEqual([
      {
        integration: "prometheus",
        protocol: "alertmanager-api",
        result: "partly-accepted",
        signals: 2,
        refused: { count: 3, text: expect.stringContaining("at least one label pair required") },
      },
    ]);
  });

  test("identity is the label set: order and empty labels do not matter, annotations neither", async () => {
    const { port, engine } = await startIngest();
    await post(port, prometheusPath, [
      alert({ a: "1", b: "2" }, { annotations: { summary: "one" } }),
      alert({ b: "2", a: "1", c: "" }, { annotations: { summary: "two" } }),
      alert({ a: "1", b: "3" }),
    ]);
    const keys = engine.signals.map((signal) => signal.dedupKey);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
    expect(engine.signals[1]!.content.labels).toEqual({ a: "1", b: "2" });
  });

  test("a repeated label counts as its last one, as vmalert sends it", async () => {
    const { port, engine } = await startIngest();
    await post(port, prometheusPath, '[{"labels":{"alertname":"first","alertname":"last"}}]');
    expect(engine.signals[0]!.content.title).toBe("last");
  });

  test.each<[string, object, object]>([
    [
      "an end in the past resolves",
      { startsAt: inMs(-60_000), endsAt: inMs(0) },
      { status: "resolved", silentAfterMs: null },
    ],
    [
      "an end to come is how long silence is fine",
      { endsAt: inMs(240_000) },
      { status: "firing", silentAfterMs: 240_000 },
    ],
    ["no end is five minutes", {}, { status: "firing", silentAfterMs: 300_000 }],
    [
      "Go's zero time is no end",
      { endsAt: "0001-01-01T00:00:00Z" },
      { status: "firing", silentAfterMs: 300_000 },
    ],
    ["an empty end is none", { endsAt: "" }, { status: "firing", silentAfterMs: 300_000 }],
    [
      "an offset is understood",
      { endsAt: "2026-11-23T04:40:03+01:00" },
      { status: "firing", silentAfterMs: 60_000 },
    ],
    [
      "an end in the year 9999 means until resolved",
      { endsAt: "9999-12-31T23:59:59Z" },
      { status: "firing", silentAfterMs: null },
    ],
  ])("%s", async (_name, times, expected) => {
    const { port, engine } = await startIngest();
    expect((await post(port, prometheusPath, [alert({ alertname: "X" }, times)])).status).toBe(200);
    expect(engine.signals[0]).toMatchObject(expected);
  });

  test.each<[string, object, string]>([
    ["a word", { endsAt: "yesterday" }, 'endsAt: parsing time "yesterday" failed'],
    ["a number", { startsAt: 1 }, "startsAt must be an RFC 3339 time, not a number"],
    ["the 25th hour", { endsAt: "2026-02-31T25:00:00Z" }, "failed"],
    ["no zone", { endsAt: "2026-02-01T00:00:00" }, "failed"],
    ["a year with five digits", { endsAt: "10000-01-01T00:00:00Z" }, "failed"],
    ["an end before the start", { startsAt: inMs(2), endsAt: inMs(1) }, "start time must be before end time"],
  ])("refuses %s as a time", async (_name, times, text) => {
    const { port, engine } = await startIngest();
    const answer = await post(port, prometheusPath, [alert({ alertname: "X" }, times)]);
    expect(answer.status).toBe(400);
    expect(answer.json()).toContain(text);
    expect(engine.inputs).toEqual([]);
  });

  test.each([
    ["page", "critical"],
    ["CRITICAL", "critical"],
    ["major", "error"],
    ["warn", "warning"],
    ["none", "info"],
    ["purple", "error"],
    [undefined, "error"],
  ])("severity %s is %s", async (word, severity) => {
    const { port, engine } = await startIngest();
    await post(port, prometheusPath, [
      alert({ alertname: "X", ...(word !== undefined && { severity: word }) }),
    ]);
    expect(engine.signals[0]!.content.severity).toBe(severity);
  });

  test("the answers that Alertmanager's clients know: not an array, another media type, a compressed body", async () => {
    const { port, engine, lines } = await startIngest();
    const object = await post(port, prometheusPath, {});
    expect([object.status, typeof object.json()]).toEqual([400, "string"]);
    const text = await post(port, prometheusPath, [], { "content-type": "text/plain" });
    expect([text.status, text.json()]).toEqual([
      415,
      { code: 415, message: 'unsupported media type "text/plain", only [application/json] are allowed' },
    ]);
    expect((await post(port, prometheusPath, [], { "content-type": "" })).status).toBe(415);
    const zipped = await post(port, prometheusPath, Buffer.from([0x1f, 0x8b, 8, 0]), {
      "content-encoding": "gzip",
    });
    expect([zipped.status, zipped.json()]).toEqual([400, expect.stringContaining("compressed")]);
    expect((await post(port, prometheusPath, [])).status).toBe(200);
    expect(engine.inputs).toEqual([]);
    expect(lines).toHaveLength(4);
  });

  test("the health pages under the prefix", async () => {
    const { port, engine } = await startIngest();
    expect((await send(port, `/in/${alertmanagerKey}/-/healthy`)).text).toBe("OK");
    expect((await send(port, `/in/${alertmanagerKey}/-/ready`)).status).toBe(200);
    engine.health = { ready: false, trusted: false, problems: [] };
    expect((await send(port, `/in/${alertmanagerKey}/-/ready`)).status).toBe(503);
    expect((await send(port, "/in/wrong/-/ready")).status).toBe(401);
  });
});

describe("POST /in/KEY/alertmanager", () => {
  const path = `/in/${alertmanagerKey}/alertmanager`;
  const group = (...alerts: unknown[]) => ({ version: "4", status: "firing", alerts });

  test("each alert has its own status", async () => {
    const { port, engine } = await startIngest();
    const answer = await post(
      port,
      path,
      group(
        { status: "firing", labels: { alertname: "A" } },
        { status: "resolved", labels: { alertname: "B" } },
      ),
    );
    expect(answer.status).toBe(200);
    expect(engine.signals.map((signal) => [signal.content.title, signal.status])).toEqual([
      ["A", "firing"],
      ["B", "resolved"],
    ]);
  });

  test("one that is senseless costs the others nothing, and is counted and logged", async () => {
    const { port, engine, received, lines } = await startIngest();
    const alert = (name: string) => ({ status: "firing", labels: { alertname: name } });
    const senseless = [{ status: "firing", labels: {} }, { status: "odd", labels: { a: "b" } }, 7];
    const answer = await post(port, path, group(alert("A"), ...senseless, alert("B")));
    expect(answer.status).toBe(200);
    expect(engine.signals.map((signal) => signal.content.title)).toEqual(["A", "B"]);
    expect(received).toEqual([
      {
        integration: "prometheus",
        protocol: "alertmanager-webhook",
        result: "partly-accepted",
        signals: 2,
        refused: { count: 3, text: expect.stringContaining("alerts[1]: at least one label pair required") },
      },
    ]);
    expect(lines).toEqual([
      'alerts[1]: at least one label pair required; alerts[2]: status must be "firing" or "resolved"; alerts[3]: an alert must be an object, not a number',
    ]);
  });

  test("a group in which nothing can be taken is refused, and said why", async () => {
    const { port, engine } = await startIngest();
    const answer = await post(port, path, group({ status: "odd", labels: {} }));
    expect(answer.status).toBe(422);
    expect(answer.json()).toEqual({
      error: { reason: "invalid", text: 'alerts[0]: status must be "firing" or "resolved"' },
    });
    expect(engine.signals).toEqual([]);
    expect((await post(port, path, [])).status).toBe(422);
    expect((await post(port, path, "x")).status).toBe(400);
    expect((await post(port, "/in/wrong/alertmanager", group())).status).toBe(401);
  });

  test("Grafana's alerts keep their links", async () => {
    const { port, engine } = await startIngest();
    await post(port, path, {
      version: "1",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "G" },
          dashboardURL: "https://g.example/d/1",
          silenceURL: "javascript:alert(1)",
        },
      ],
    });
    expect(engine.signals[0]!.content.links).toEqual([{ href: "https://g.example/d/1", text: "dashboard" }]);
  });
});

describe("POST /in/KEY/json", () => {
  const path = `/in/${eventsKey}/json`;

  test("answers 202 with the alert's id", async () => {
    const { port, engine } = await startIngest();
    const body = {
      title: "Backup failed",
      severity: "crit",
      source: "nas",
      dedupKey: "backup",
      labels: { site: "home", rack: 4 },
      details: { log: ["a", "b"] },
      links: ["https://nas.example/", { href: "https://nas.example/log", text: "Log" }],
    };
    const answer = await post(port, path, body);
    expect([answer.status, answer.json()]).toEqual([202, { alert: "a1" }]);
    expect(engine.signals[0]).toMatchObject({
      integration: "anything",
      dedupKey: "backup",
      status: "firing",
      repetition: "report",
      silentAfterMs: null,
      content: {
        severity: "critical",
        title: "Backup failed",
        source: "nas",
        labels: { site: "home", rack: "4" },
        details: { log: '["a","b"]' },
        links: [{ href: "https://nas.example/" }, { href: "https://nas.example/log", text: "Log" }],
      },
    });
  });

  test("two keys that differ only in what cannot be shown stay two, and each is found again", async () => {
    const { port, engine } = await startIngest();
    for (const dedupKey of ["a\u0001", "a\u0002", "a", "a\u0001"])
      await post(port, path, { title: "x", dedupKey });
    const keys = engine.signals.map((signal) => signal.dedupKey);
    expect([new Set(keys).size, keys[2]]).toEqual([3, "a"]);
    expect(keys[3]).toBe(keys[0]);
  });

  test("a resolve needs its key and no title", async () => {
    const { port, engine } = await startIngest();
    expect((await post(port, path, { status: "resolved", dedupKey: "backup" })).status).toBe(202);
    expect(engine.signals[0]).toMatchObject({ status: "resolved", dedupKey: "backup" });
    expect((await post(port, path, { status: "resolved", title: "x" })).status).toBe(422);
  });

  test.each<[string, unknown, number, string]>([
    ["no title", {}, 422, "title must be a string"],
    ["an unknown severity", { title: "x", severity: "purple" }, 422, "severity must be"],
    ["labels that are a list", { title: "x", labels: ["a"] }, 422, "labels must be an object, not an array"],
    ["a link without address", { title: "x", links: [{}] }, 422, 'links[0] must have an "href"'],
    [
      "a key that would have to be cut",
      { title: "x", dedupKey: "k".repeat(513) },
      422,
      "dedupKey is too long",
    ],
    ["text", "\u0000", 400, "the body is not JSON"],
  ])("refuses %s", async (_name, body, status, text) => {
    const { port, engine } = await startIngest();
    const answer = await post(port, path, body);
    expect(answer.status).toBe(status);
    expect((answer.json() as { error: { text: string } }).error.text).toContain(text);
    expect(engine.inputs).toEqual([]);
  });
});

describe("what the engine refuses", () => {
  test.each<[RefusalReason, number, number, string]>([
    ["busy", 503, 503, "1"],
    ["journal-unavailable", 503, 503, "5"],
    ["stopping", 503, 503, "5"],
    ["no-team", 503, 503, "15"],
    ["too-many-open-alerts", 429, 503, "60"],
  ])(
    "%s: %i for PagerDuty's clients, %i for the others, come back after %s s",
    async (reason, pagerDuty, others, retryAfter) => {
      const { port, engine, lines } = await startIngest();
      engine.answer = () => ({ ok: false, reason, text: "not now" });
      const answers = [
        await post(port, "/v2/enqueue", trigger),
        await post(port, prometheusPath, [{ labels: { a: "1" } }]),
        await post(port, `/in/${eventsKey}/json`, { title: "x" }),
        await post(port, `/in/${eventsKey}/alertmanager`, {
          alerts: [{ status: "firing", labels: { a: "1" } }],
        }),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([pagerDuty, others, others, others]);
      expect(answers.map((answer) => answer.headers["retry-after"])).toEqual([
        retryAfter,
        retryAfter,
        retryAfter,
        retryAfter,
      ]);
      expect(lines).toHaveLength(4);
    },
  );

  test("an engine that breaks is 503, never 2xx", async () => {
    const { port, engine } = await startIngest();
    engine.answer = () => Promise.reject(new Error("broken invariant"));
    expect((await post(port, "/v2/enqueue", trigger)).status).toBe(503);
  });

  test("nothing is answered before the engine has it on disk", async () => {
    const { port, engine } = await startIngest();
    let onDisk = () => {};
    engine.answer = (input) => new Promise((resolve) => (onDisk = () => resolve(engine.open(input))));
    let answered = false;
    const answer = post(port, "/v2/enqueue", trigger).then((result) => ((answered = true), result));
    while (engine.inputs.length === 0) await new Promise(setImmediate);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(answered).toBe(false);
    onDisk();
    expect((await answer).status).toBe(202);
  });
});

test("a key over its rate waits, and no other key with it", async () => {
  const { port } = await startIngest({ rate: { perSecond: 0.1, burst: 2 } });
  const statuses = [];
  for (let i = 0; i < 3; i += 1) statuses.push((await post(port, "/v2/enqueue", trigger)).status);
  expect(statuses).toEqual([202, 202, 429]);
  expect((await post(port, "/v2/enqueue", trigger)).headers["retry-after"]).toBe("10");
  expect((await post(port, prometheusPath, [])).status).toBe(200);
});

test("a key removed from the team file is refused at once, a new one accepted", async () => {
  let keys = [{ id: "one" as never, type: "events", key: "first-key" }];
  const { port } = await startIngest({ keys: () => keys });
  expect((await post(port, "/in/first-key/json", { title: "x" })).status).toBe(202);
  keys = [{ id: "one" as never, type: "events", key: "second-key" }];
  expect((await post(port, "/in/first-key/json", { title: "x" })).status).toBe(401);
  expect((await post(port, "/in/second-key/json", { title: "x" })).status).toBe(202);
});
