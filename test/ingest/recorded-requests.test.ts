/** Requests recorded from real tools (test/fixtures) are answered as those tools expect, and mean what they meant. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { send } from "../support/http-client.ts";
import { alertmanagerKey, startIngest } from "./ingest-server.ts";

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function recorded(folder: string): [string, Recorded][] {
  const directory = new URL(`../fixtures/${folder}/`, import.meta.url);
  const names = readdirSync(directory).sort();
  expect(names.length).toBeGreaterThan(0);
  return names.map((name) => [name, JSON.parse(readFileSync(new URL(name, directory), "utf8")) as Recorded]);
}

function replay(port: number, request: Recorded, path = request.path) {
  const { host: _host, connection: _connection, ...headers } = request.headers;
  return send(port, path, {
    method: request.method,
    headers,
    ...(request.body !== "" && { body: request.body }),
  });
}

test("Prometheus' batches are accepted with an empty 200, and each label set is one alert", async () => {
  const { port, engine, lines } = await startIngest();
  for (const [name, request] of recorded("prometheus")) {
    const answer = await replay(port, request, `/in/${alertmanagerKey}/api/v2/alerts`);
    expect([name, answer.status, answer.text]).toEqual([name, 200, ""]);
  }
  const titles = new Map(
    engine.signals.map((signal) => [signal.content.labels["alertname"], signal.dedupKey]),
  );
  expect([...titles.keys()].sort()).toEqual(["AlwaysFiring", "Flapping", "TargetDown"]);
  expect(new Set(engine.signals.map((signal) => signal.dedupKey)).size).toBe(3);
  expect(lines).toEqual([]);
});

test("an alert of Prometheus keeps its text, severity, links, and how long its source may be silent", async () => {
  const { port, engine, clock } = await startIngest();
  clock.pass(Date.parse("2026-11-23T03:39:09.572Z") - clock.now());
  const [, request] = recorded("prometheus").find(([name]) => name.startsWith("prom-026"))!;
  await replay(port, request, `/in/${alertmanagerKey}/api/v2/alerts`);
  expect(engine.signals).toEqual([
    {
      kind: "signal",
      freshId: "a1",
      integration: "prometheus",
      dedupKey: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      status: "firing",
      content: {
        severity: "critical",
        title: "Always firing test alert",
        source: "prometheus",
        labels: { alertname: "AlwaysFiring", cluster: "lab", severity: "critical", team: "ops" },
        details: { description: "value is 1" },
        links: [
          { href: "https://runbooks.example/always", text: "runbook" },
          { href: "http://vm:19090/graph?g0.expr=vector%281%29&g0.tab=1", text: "Source" },
        ],
      },
      silentAfterMs: Date.parse("2026-11-23T03:39:29.569Z") - clock.now(),
      repetition: "refresh",
      by: null,
      said: {
        sender: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
        startsAt: Date.parse("2026-11-23T03:38:39.569Z"),
        endsAt: Date.parse("2026-11-23T03:39:29.569Z"),
      },
    },
  ]);
});

test("Alertmanager's webhooks are accepted, and name the same alerts as Prometheus itself", async () => {
  const { port, engine } = await startIngest();
  for (const [, request] of recorded("prometheus"))
    await replay(port, request, `/in/${alertmanagerKey}/api/v2/alerts`);
  const direct = new Set(engine.signals.map((signal) => signal.dedupKey));
  for (const [name, request] of recorded("alertmanager-webhook")) {
    const answer = await replay(port, request, `/in/${alertmanagerKey}/alertmanager`);
    expect([name, answer.status]).toEqual([name, 200]);
    const status = (JSON.parse(request.body) as { status: string }).status;
    expect(engine.signals.at(-1)).toMatchObject({ status, silentAfterMs: null, repetition: "refresh" });
  }
  expect(new Set(engine.signals.map((signal) => signal.dedupKey))).toEqual(direct);
});

test("Alertmanager's and pdjs' PagerDuty events get exactly 202 with their key", async () => {
  const { port, engine } = await startIngest();
  for (const [name, request] of [...recorded("alertmanager-pagerduty"), ...recorded("pagerduty-client")]) {
    const before = engine.signals.length;
    const answer = await replay(port, request);
    const event = JSON.parse(request.body) as { dedup_key?: string; event_action?: string };
    expect([name, answer.status]).toEqual([name, 202]);
    if (request.path === "/v2/change/enqueue") {
      expect(engine.signals.length).toBe(before);
      continue;
    }
    expect(answer.json()).toEqual({
      status: "success",
      message: "Event processed",
      dedup_key: event.dedup_key,
    });
    expect(engine.signals.at(-1)).toMatchObject({
      dedupKey: event.dedup_key,
      status: { trigger: "firing", acknowledge: "acknowledged", resolve: "resolved" }[event.event_action!],
      repetition: "report",
    });
  }
});

test("a PagerDuty event keeps its payload", async () => {
  const { port, engine } = await startIngest();
  const [, request] = recorded("pagerduty-client")[0]!;
  await replay(port, request);
  expect(engine.signals[0]!.content).toEqual({
    severity: "critical",
    title: "HTTP 500 rate > 5% on srv01",
    source: "srv01",
    labels: { component: "nginx", group: "prod", class: "http" },
    details: { rate: "0.07", nested: '{"a":[1,2,null]}' },
    links: [{ href: "https://x.example/", text: "graph" }, { href: "https://x.example/i.png" }],
  });
});

test("amtool gets the status it asks for first, and its alert lasts five minutes", async () => {
  const { port, engine } = await startIngest();
  const [[, status], [, alert]] = recorded("amtool") as [[string, Recorded], [string, Recorded]];
  const answer = await replay(port, status, `/in/${alertmanagerKey}${status.path}`);
  expect(answer.json()).toMatchObject({
    cluster: { status: "disabled" },
    config: { original: "" },
    uptime: "2026-11-23T03:39:03.000Z",
    versionInfo: { version: "1.2.3" },
  });
  expect((await replay(port, alert, `/in/${alertmanagerKey}${alert.path}`)).status).toBe(200);
  expect(engine.signals[0]).toMatchObject({
    status: "firing",
    silentAfterMs: 300_000,
    content: { severity: "warning", title: "from amtool" },
  });
});
