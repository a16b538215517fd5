/** What goes wrong between Tocsin and those that report to it, told to people: over HTTP, with the engine that ships. */
import { describe, expect, test, vi } from "vitest";
import { post } from "../support/http-client.ts";
import { iso, keyOf, startIngestEngine } from "./ingest-engine.ts";

vi.setConfig({ testTimeout: 30_000 });

const minute = 60_000;

describe("a sender's clock", () => {
  const alert = (startsAt: number, endsAt: number) => ({
    labels: { alertname: "DiskFull" },
    startsAt: iso(startsAt),
    endsAt: iso(endsAt),
    generatorURL: "http://prometheus-a:9090/graph",
  });

  test("an end that is past and moves on opens with its second report, and the clock is a problem in words", async () => {
    const { toPrometheus, now, pass, alerts, problem, engine, received } = await startIngestEngine();
    const startsAt = now() - 5 * minute;
    expect((await toPrometheus(alert(startsAt, now() - minute))).status).toBe(200);
    expect(alerts()).toEqual([]);
    // What ends nothing is counted.
    expect(received).toEqual([
      { integration: "prometheus", protocol: "alertmanager-api", result: "accepted", signals: 1, ignored: 1 },
    ]);
    pass(minute);
    expect((await toPrometheus(alert(startsAt, now() - minute))).status).toBe(200);
    expect(alerts()).toHaveLength(1);
    expect(problem("sender-clock")).toBe(
      "The clock of 127.0.0.1 (integration prometheus) is about 5 min behind this machine's. Its alerts are understood all the same; let NTP set whichever clock is wrong.",
    );
    expect(engine.health.trusted).toBe(true);
  });

  test("one that is ahead is a problem in words too, and its resolve is one although it lies ahead", async () => {
    const { toPrometheus, now, alerts, problem } = await startIngestEngine();
    const startsAt = now() + 5 * minute;
    await toPrometheus(alert(startsAt, startsAt + 4 * minute));
    expect(alerts()).toHaveLength(1);
    expect(problem("sender-clock")).toMatch(/ about 5 min ahead of this machine's\. /);
    await toPrometheus(alert(startsAt, startsAt + minute));
    expect(alerts()).toEqual([]);
  });

  test("a resolve at this very moment, after one that was late, is a resolve", async () => {
    const { toPrometheus, now, alerts } = await startIngestEngine();
    const startsAt = now() - 10 * minute;
    await toPrometheus(alert(startsAt, now() + 4 * minute));
    await toPrometheus(alert(startsAt, now() - minute));
    expect(alerts()).toHaveLength(1);
    await toPrometheus(alert(startsAt, now()));
    expect(alerts()).toEqual([]);
  });
});

describe("Alertmanager's webhook", () => {
  const group = (alerts: unknown[], more: object = {}) => ({
    version: "4",
    groupKey: '{}:{job="x"}',
    alerts,
    ...more,
  });
  const firing = (index: number) => ({
    status: "firing",
    labels: { alertname: "Down", instance: `host-${index}` },
    annotations: { summary: "x".repeat(500) },
  });

  test("2,000 alerts in one message are all open", async () => {
    const { toWebhook, alerts, engine } = await startIngestEngine();
    const many = Array.from({ length: 2_000 }, (_, index) => firing(index));
    expect((await toWebhook(group(many))).status).toBe(200);
    expect(alerts()).toHaveLength(2_000);
    expect(engine.health.trusted).toBe(true);
  });

  test("alerts that it leaves out are a problem and an alert, until it leaves out none", async () => {
    const { toWebhook, problem, own, engine } = await startIngestEngine();
    await toWebhook(group([firing(1)], { truncatedAlerts: 37 }));
    expect(problem("ingest")).toBe(
      'Alertmanager left out 37 alerts of the group {}:{job="x"} of webhook: raise max_alerts in its webhook_configs, or group by more labels.',
    );
    expect(engine.health.trusted).toBe(false);
    await vi.waitFor(() => expect(own()).toHaveLength(1));
    expect(own()).toMatchObject([
      { title: "37 alerts of webhook did not come: Alertmanager left them out", severity: "error" },
    ]);
    await toWebhook(group([firing(1)], { truncatedAlerts: 0 }));
    expect(problem("ingest")).toBeNull();
    expect(engine.health.trusted).toBe(true);
  });

  test("one senseless alert is shown, and the others are open", async () => {
    const { toWebhook, alerts, problem, own } = await startIngestEngine();
    await toWebhook(group([firing(1), { status: "firing", labels: {} }, firing(2)]));
    expect(alerts()).toHaveLength(2);
    expect(problem("ingest")).toBe(
      "1 message of webhook was refused: alerts[1]: at least one label pair required. Look at what it is set to send; the log has more.",
    );
    await vi.waitFor(() => expect(own()).toHaveLength(1));
  });
});

describe("what is refused", () => {
  test("a body above the limit is a problem and an alert at once", async () => {
    const { port, toJson, problem, own, engine } = await startIngestEngine();
    const body = Buffer.alloc(5 * 1024 * 1024 + 1, " ");
    expect((await post(port, `/in/${keyOf("zabbix")}/json`, body)).status).toBe(413);
    expect(problem("ingest")).toMatch(
      /^1 message of zabbix was refused: the body is too large; at most 5 MiB\. What was in it is lost: /,
    );
    expect(engine.health.trusted).toBe(false);
    await vi.waitFor(() => expect(own()).toMatchObject([{ severity: "error" }]));
    expect((await toJson("zabbix", { title: "Small" })).status).toBe(202);
  });

  test("refused for one thing and another: the words are those of the last one, and say so", async () => {
    const { port, toJson, problem } = await startIngestEngine();
    for (let count = 1; count <= 3; count += 1) await toJson("zabbix", "{");
    expect(problem("ingest")).toMatch(/^3 messages of zabbix were refused: the body is not JSON/);
    await post(port, `/in/${keyOf("zabbix")}/json`, Buffer.alloc(5 * 1024 * 1024 + 1, " "));
    expect(problem("ingest")).toMatch(
      /^4 messages of zabbix were refused, the last one: the body is too large/,
    );
  });

  test("what nobody understands is a problem when it is repeated, and one alert when it goes on", async () => {
    const { toJson, problem, own, lines } = await startIngestEngine();
    for (let count = 1; count <= 40; count += 1) {
      expect((await toJson("zabbix", "{")).status).toBe(400);
      expect(problem("ingest") === null).toBe(count < 3);
    }
    await vi.waitFor(() => expect(own()).toHaveLength(1));
    expect(own()[0]!.title).toMatch(/^12 messages of zabbix were refused: the body is not JSON/);
    expect(own()[0]!.severity).toBe("warning");
    expect(lines).toHaveLength(40);
  });

  test("strangers who keep coming are one alert, and do not make the engine look as if it could not be trusted", async () => {
    const { port, own, engine } = await startIngestEngine();
    for (let count = 1; count <= 13; count += 1)
      expect((await post(port, "/in/nobodys-key-0123456789-0123456789/json", {})).status).toBe(401);
    await vi.waitFor(() =>
      expect(own()).toMatchObject([
        {
          title:
            "12 messages of somebody without a key were refused: no integration in the team file has this key (from 127.0.0.1)",
        },
      ]),
    );
    expect(engine.health.trusted).toBe(true);
  });
});
