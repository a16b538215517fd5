/**
 * An engine process for the desktop app's own tests: speaks the client contract over the port and does what the test
 * tells it over HTTP (`POST /raise`, `/health`, `/hang`, `/resolve-all`). It escalates nothing and keeps nothing but
 * the alerts in its memory. Built in the engine's place with TOCSIN_ENGINE_ENTRY (see test/support/desktop-build.mjs).
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AlertJson } from "#wire/alert-json";
import type { ClientMessage, EngineMessage, HealthMessage, TeamMessage } from "#wire/client-contract";

interface Port {
  on(event: "message", listener: (event: { data: unknown }) => void): void;
  start(): void;
  postMessage(message: EngineMessage): void;
}
const parent = (
  process as unknown as {
    parentPort: {
      on(event: "message", listener: (event: { data: { type: string }; ports: Port[] }) => void): void;
      postMessage(message: unknown): void;
    };
  }
).parentPort;

const options = JSON.parse(process.argv[process.argv.indexOf("--options") + 1] ?? "{}") as {
  port: number;
  team?: string;
};
const people = process.env["FAKE_PEOPLE"]?.split(",") ?? ["ana"];
const team: TeamMessage = {
  name: "Platform",
  timeZone: "Europe/Berlin",
  revision: "1",
  people: people.map((id) => ({ id, name: `${id[0]!.toUpperCase()}${id.slice(1)} Ruiz` })),
  policies: [
    { id: "default", steps: 3 },
    { id: "quiet", steps: 1 },
  ],
  integrations: [{ id: "prometheus", type: "alertmanager" }],
  schedules: [{ id: "primary" }],
};
let health: HealthMessage = { ready: true, trusted: true, problems: [] };
const alerts = new Map<string, AlertJson>();
const ports = new Set<Port>();
let person: string | null = null;
let serial = 0;
const iso = (offsetMs = 0) => new Date(Date.now() + offsetMs).toISOString();
const say = (message: EngineMessage) => ports.forEach((port) => port.postMessage(message));

function raise(partial: Partial<AlertJson>): AlertJson {
  serial += 1;
  const alert: AlertJson = {
    id: `alert-${Date.now()}-${serial}`,
    status: "triggered",
    severity: "critical",
    title: "Disk full on db-1",
    source: "prometheus",
    dedupKey: `k${serial}`,
    labels: {},
    details: {},
    links: [],
    policy: "default",
    step: 0,
    repeat: 0,
    openedAt: iso(),
    occurrences: 1,
    nextEscalationAt: iso(300_000),
    addressed: person === null ? [] : [person],
    ...partial,
  };
  alerts.set(alert.id, alert);
  say({ type: "alerts", alerts: [alert] });
  if (person !== null && alert.status === "triggered") {
    say({
      type: "present",
      actionId: `${alert.id}.1`,
      alertId: alert.id,
      why: "You are on call in schedule primary.",
    });
  }
  return alert;
}

function change(id: string, patch: Partial<AlertJson>): void {
  const { nextEscalationAt: _, ...rest } = alerts.get(id)!;
  const alert = { ...rest, ...patch };
  alerts.set(id, alert);
  say({ type: "alerts", alerts: [alert] });
}

function receive(port: Port, message: ClientMessage): void {
  switch (message.type) {
    case "hello":
      person = message.person;
      ports.add(port);
      port.postMessage({
        type: "welcome",
        version: 1,
        engineVersion: "0.1.0",
        url,
        team,
        health,
        alerts: [...alerts.values()].filter((a) => a.status !== "resolved"),
      });
      return;
    case "availability":
      person = message.available ? message.person : null;
      return;
    case "command": {
      const { command, alertId, requestId } = message;
      if (!alerts.has(alertId))
        return port.postMessage({
          type: "answer",
          requestId,
          ok: false,
          reason: "not-found",
          text: "There is no such alert.",
        });
      const by = person === null ? {} : { acknowledgedBy: person };
      if (command.kind === "acknowledge")
        change(alertId, { status: "acknowledged", acknowledgedAt: iso(), ...by });
      if (command.kind === "resolve") change(alertId, { status: "resolved", resolvedAt: iso() });
      if (command.kind === "snooze") change(alertId, { status: "snoozed", snoozedUntil: iso(command.forMs) });
      if (command.kind === "escalate")
        change(alertId, { step: alerts.get(alertId)!.step + 1, nextEscalationAt: iso(300_000) });
      return port.postMessage({ type: "answer", requestId, ok: true, alerts: [alerts.get(alertId)!] });
    }
    case "raise": {
      const alert = raise({ title: message.title, severity: message.severity });
      return port.postMessage({ type: "answer", requestId: message.requestId, ok: true, alerts: [alert] });
    }
    case "open-alert": {
      const alert = alerts.get(message.alertId);
      const timeline = [
        {
          at: alert?.openedAt ?? iso(),
          kind: "alert-opened",
          text: "Opened by prometheus, severity critical: policy default.",
        },
        {
          at: alert?.openedAt ?? iso(),
          kind: "step-entered",
          text: "Step 1, as the policy says: asks Ana Ruiz (on call in primary).",
        },
        {
          at: iso(),
          kind: "notification-sent",
          person: "ana",
          via: "desktop",
          text: "On the screen of Ana Ruiz.",
        },
        {
          at: iso(),
          kind: "notification-failed",
          person: "ana",
          via: "email",
          text: "E-mail to Ana Ruiz failed: the server cannot be reached; will be tried again.",
        },
        { at: iso(), kind: "note-added", by: "ana", text: "Ana Ruiz: looking at the raid controller now" },
      ];
      if (alert === undefined)
        return port.postMessage({
          type: "answer",
          requestId: message.requestId,
          ok: false,
          reason: "not-found",
          text: "There is no such alert.",
        });
      return port.postMessage({
        type: "answer",
        requestId: message.requestId,
        ok: true,
        alerts: [{ ...alert, timeline }],
      });
    }
    case "list-resolved": {
      const resolved = [...alerts.values()].filter((a) => a.status === "resolved").slice(0, message.limit);
      return port.postMessage({ type: "answer", requestId: message.requestId, ok: true, alerts: resolved });
    }
    case "presented":
      process.stderr.write(`presented ${message.actionId} ${message.shown}\n`);
      return;
  }
}

let url = "";
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const data = body === "" ? {} : JSON.parse(body);
    if (request.url === "/raise") for (const item of [data].flat()) raise(item);
    if (request.url === "/health") {
      health = data as HealthMessage;
      say({ type: "health", health });
    }
    if (request.url === "/resolve-all")
      for (const id of alerts.keys()) change(id, { status: "resolved", resolvedAt: iso() });
    response.end("{}");
  });
});
server.listen(options.port, "127.0.0.1", () => {
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  parent.postMessage({ type: "listening", url, token: "x" });
});
parent.on("message", (event) => {
  if (event.data.type === "stop") process.exit(0);
  const [port] = event.ports;
  if (event.data.type !== "client-port" || port === undefined) return;
  port.on("message", (inner) => receive(port, inner.data as ClientMessage));
  port.start();
});
