/**
 * What Tocsin tells Prometheus about itself. Made by `compose`, which hooks it to the journal, the inbox and ingest;
 * `health.ts` serves it.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AlertStatus } from "#domain/alert";
import { severities } from "#domain/severity";
import type { Engine } from "#engine/ports";
import { registerProcessMetrics } from "./process-metrics.ts";

const openStatuses = ["triggered", "acknowledged", "snoozed"] as const satisfies readonly AlertStatus[];

export interface MetricsSources {
  readonly engine: Engine;
  readonly version: string;
  /** Inputs that wait for their turn. */
  readonly inboxDepth: () => number;
}

export class Metrics {
  readonly registry = new Registry();
  private readonly signals: Counter<"integration" | "protocol" | "result">;
  private readonly requests: Counter<"integration" | "protocol" | "result">;
  private readonly ignored: Counter<"integration" | "protocol">;
  private readonly commitDuration: Histogram;
  readonly stopListening: () => void;

  constructor({ engine, version, inboxDepth }: MetricsSources) {
    const registers = [this.registry];
    registerProcessMetrics(this.registry);
    this.signals = new Counter({
      name: "tocsin_signals_total",
      help: "Signals taken from monitoring tools.",
      labelNames: ["integration", "protocol", "result"],
      registers,
    });
    this.requests = new Counter({
      name: "tocsin_ingest_requests_total",
      help: "Requests of monitoring tools.",
      labelNames: ["integration", "protocol", "result"],
      registers,
    });
    this.ignored = new Counter({
      name: "tocsin_signals_ignored_total",
      help: "Signals that changed nothing: the end of what is not open, or a sender out of step with others.",
      labelNames: ["integration", "protocol"],
      registers,
    });
    this.commitDuration = new Histogram({
      name: "tocsin_journal_commit_seconds",
      help: "How long a commit of the journal took, fsync included.",
      buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    const notifications = new Counter({
      name: "tocsin_notifications_total",
      help: "Notifications of people, by channel and outcome.",
      labelNames: ["via", "outcome"],
      registers,
    });
    const opened = new Counter({
      name: "tocsin_alerts_opened_total",
      help: "Alerts opened.",
      labelNames: ["severity"],
      registers,
    });
    new Gauge({
      name: "tocsin_alerts_open",
      help: "Alerts that are not resolved.",
      labelNames: ["status", "severity"],
      registers,
      collect() {
        for (const status of openStatuses)
          for (const severity of severities) this.set({ status, severity }, 0);
        for (const { status, severity } of engine.state.open.values()) this.inc({ status, severity });
      },
    });
    gauge("tocsin_inbox_depth", "Inputs waiting for the engine.", inboxDepth);
    gauge("tocsin_ready", "1 while the engine takes alerts.", () => Number(engine.health.ready));
    gauge("tocsin_trusted", "1 while the engine can be relied on to wake somebody.", () =>
      Number(engine.health.trusted),
    );
    gauge(
      "tocsin_desktops_attached",
      "People who can be reached on a desktop.",
      () => engine.state.desktops.size,
    );
    new Gauge({
      name: "tocsin_build_info",
      help: "1, with the version.",
      labelNames: ["version"],
      registers,
    }).set({ version }, 1);

    this.stopListening = engine.onChange(({ facts }) => {
      for (const fact of facts) {
        if (fact.kind === "alert-opened") opened.inc({ severity: fact.severity });
        else if (fact.kind === "notification-sent") notifications.inc({ via: fact.via, outcome: "sent" });
        else if (fact.kind === "notification-failed")
          notifications.inc({ via: fact.via, outcome: fact.reason });
        else if (fact.kind === "notification-withdrawn")
          notifications.inc({ via: fact.via, outcome: "withdrawn" });
      }
    });

    function gauge(name: string, help: string, read: () => number): void {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    }
  }

  /** Ingest's hook. `integration` is null for a key that nobody has: such requests share one series. */
  received({
    integration,
    protocol,
    result,
    signals,
    ignored = 0,
  }: {
    readonly integration: string | null;
    readonly protocol: string;
    readonly result: string;
    readonly signals: number;
    readonly ignored?: number;
  }): void {
    const labels = { integration: integration ?? "unknown", protocol, result };
    this.requests.inc(labels);
    if (signals > 0) this.signals.inc(labels, signals);
    if (ignored > 0) this.ignored.inc({ integration: labels.integration, protocol }, ignored);
  }

  committed(durationMs: number): void {
    this.commitDuration.observe(durationMs / 1000);
  }
}
