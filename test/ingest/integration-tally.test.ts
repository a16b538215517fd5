/** What has come from each integration, counted for people: over HTTP, with the engine that ships. */
import { expect, test } from "vitest";
import { IntegrationTally } from "#ingest/integration-tally";
import type { IntegrationId } from "#domain/ids";
import { integrationsJson } from "#wire/integrations-json";
import { post } from "../support/http-client.ts";
import { keyOf, startIngestEngine } from "./ingest-engine.ts";

const integrations = ["prometheus", "webhook", "zabbix", "silent"].map((id) => ({
  id: id as IntegrationId,
  type: "events" as const,
}));

test("taken, refused, and what changed nothing, each with its time", async () => {
  const { port, toJson, toWebhook, toPrometheus, received, now, pass } = await startIngestEngine();
  const tally = new IntegrationTally({ now }, () => ({ integrations }));
  const told = () => {
    for (const one of received.splice(0)) tally.received(one);
    return integrationsJson.parse(tally.view());
  };
  const of = (wanted: string) => told().integrations.find(({ id }) => id === wanted);
  expect(told().integrations.map(({ id }) => id)).toEqual(["prometheus", "webhook", "zabbix", "silent"]);
  expect(of("silent")).toEqual({ id: "silent", type: "events", taken: 0, changedNothing: 0, refused: 0 });

  await toJson("zabbix", { title: "Down", dedupKey: "a" });
  await toJson("zabbix", { title: "Other", dedupKey: "b", status: "resolved" });
  expect(of("zabbix")).toMatchObject({ taken: 2, changedNothing: 1, refused: 0 });
  const before = of("zabbix")!.lastAt!;
  pass(60_000);
  await toJson("zabbix", "{");
  const zabbix = of("zabbix")!;
  expect(zabbix).toMatchObject({ taken: 2, changedNothing: 1, refused: 1 });
  expect(zabbix.lastRefusal).toEqual({ at: zabbix.lastAt, text: expect.stringContaining("is not JSON") });
  expect(Date.parse(zabbix.lastAt!) - Date.parse(before)).toBeGreaterThanOrEqual(60_000);

  // Of a batch that was taken, what was refused counts, and so does what was not.
  const alert = { status: "firing", labels: { alertname: "A" }, startsAt: new Date(now()).toISOString() };
  const senseless = { status: "firing", labels: {} };
  await toWebhook({ version: "4", groupKey: "g", status: "firing", alerts: [alert, senseless, senseless] });
  expect(of("webhook")).toMatchObject({ taken: 1, changedNothing: 0, refused: 2 });
  const ended = { status: "resolved", labels: { alertname: "B" }, startsAt: alert.startsAt };
  await toWebhook({ version: "4", groupKey: "h", status: "resolved", alerts: [ended, senseless] });
  expect(of("webhook")).toMatchObject({ taken: 2, changedNothing: 1, refused: 3 });
  // A dialect that says no to the whole batch, and keeps the rest of it.
  const over = { labels: { alertname: "C" }, endsAt: new Date(now() - 3_600_000).toISOString() };
  expect((await toPrometheus(over, { labels: {} })).status).toBe(400);
  expect(of("prometheus")).toMatchObject({ taken: 1, changedNothing: 1, refused: 1 });

  await post(port, "/in/nobodys-key-0123456789-0123456789/json", {});
  expect(told().strangers).toMatchObject({ taken: 0, refused: 1 });
  await post(port, `/in/${keyOf("prometheus")}/json`, Buffer.alloc(5 * 1024 * 1024 + 1, " "));
  expect(of("prometheus")!.lastRefusal!.text).toBe("the body is too large; at most 5 MiB");
});

test("what a sender says is told as one clean line", () => {
  const tally = new IntegrationTally({ now: () => 0 }, () => null);
  const text = `bad\n\u202e${"x".repeat(500)}`;
  tally.received({
    integration: null,
    protocol: "json",
    result: "malformed",
    signals: 0,
    refused: { count: 1, text },
  });
  const said = tally.view().strangers.lastRefusal!.text;
  expect(said).not.toMatch(/[\n\u202e]/);
  expect(said.length).toBeLessThanOrEqual(200);
});
