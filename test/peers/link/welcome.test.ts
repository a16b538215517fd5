/** A desk that comes to an engine with far more open alerts than may stay unread on its link: over a real WebSocket. */
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { defaultLinkLimits } from "#peers/link/link-limits";
import { Liveness } from "#peers/link/liveness";
import { realScheduler } from "#peers/link/scheduler";
import { WebTextSocket } from "#peers/link/text-socket";
import { eventually } from "../../support/eventually.ts";

test("a welcome larger than the limit arrives, and so does what is said right after it", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const reports: string[] = [];
  const welcome = "w".repeat(20 * 1024 * 1024);
  server.on("connection", (socket) => {
    const link = new WebTextSocket(socket, {
      limits: defaultLinkLimits,
      workPerSecond: 1000,
      scheduler: realScheduler,
      liveness: new Liveness(10_000, realScheduler),
      report: (event) => void reports.push(event),
    });
    link.send(welcome);
    // In the same turn, as when the desk's person is news for the machines.
    link.send("machines");
    link.send("health");
  });
  const desk = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    maxPayload: defaultLinkLimits.engineToDeskBytes,
  });
  onTestFinished(() => desk.terminate());
  const heard: string[] = [];
  desk.on("message", (data) => void heard.push(String(data)));
  await eventually("everything arrives", () => (heard.length === 3 ? true : undefined));
  expect(heard.map((text) => text.length)).toEqual([welcome.length, 8, 6]);
  expect(reports).toEqual([]);
});
