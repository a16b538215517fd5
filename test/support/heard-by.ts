/** A Tocsin in virtual time that hears what Prometheus servers post: ingest's reading of it, and the engine that ships. */
import type { Answer } from "#domain/command";
import type { AlertId, IntegrationId } from "#domain/ids";
import { dateDrafts } from "#ingest/date-drafts";
import { readAlertmanagerAlerts } from "#ingest/protocols/alertmanager-api-v2";
import { readAlertmanagerWebhook } from "#ingest/protocols/alertmanager-webhook-v4";
import { SenderTimes } from "#ingest/sender-times";
import type { SignalDraft } from "#ingest/signal-draft";
import type { PrometheusReport } from "./pretend-prometheus.ts";
import type { World } from "./world.ts";

export interface Posted extends Pick<PrometheusReport, "startsAt" | "endsAt"> {
  readonly name?: string;
}

export class Hearing {
  senderTimes = new SenderTimes();

  constructor(private readonly world: World) {}

  /** Ingest's own memory is gone, as after a restart. */
  forget(): void {
    this.senderTimes = new SenderTimes();
  }

  /** @returns what the engine answered for each of them. */
  async post(server: string, ...reports: readonly Posted[]): Promise<Answer[]> {
    const { world } = this;
    const now = world.time.wallMs();
    const { signals } = readAlertmanagerAlerts(
      reports.map(({ startsAt, endsAt, name = "DiskFull" }) => ({
        labels: { alertname: name, severity: "critical" },
        startsAt: new Date(startsAt).toISOString(),
        endsAt: new Date(endsAt).toISOString(),
        generatorURL: `http://${server}:9090/graph`,
      })),
      now,
    );
    return this.submit(signals);
  }

  private async submit(signals: readonly SignalDraft[]): Promise<Answer[]> {
    const { world } = this;
    const now = world.time.wallMs();
    const poster = { integration: "prometheus" as IntegrationId, remote: "10.0.0.5" };
    const dated = dateDrafts(this.senderTimes, world.engine, poster, signals, now);
    const answers = dated.map(({ dedupKey, status, content, silentAfterMs, repetition, said }) =>
      world.engine.submit({
        kind: "signal",
        freshId: "fresh" as AlertId,
        integration: poster.integration,
        dedupKey: dedupKey!,
        status,
        content,
        silentAfterMs,
        repetition,
        by: null,
        ...(said !== undefined && { said }),
      }),
    );
    await world.time.settle();
    return Promise.all(answers);
  }

  /** What Alertmanager's webhook says of one alert. */
  async webhook(
    alertmanager: string,
    status: "firing" | "resolved",
    startsAt: number,
    endsAt?: number,
  ): Promise<Answer> {
    const { signals } = readAlertmanagerWebhook({
      version: "4",
      externalURL: `http://${alertmanager}:9093`,
      alerts: [
        {
          status,
          labels: { alertname: "DiskFull", severity: "critical" },
          startsAt: new Date(startsAt).toISOString(),
          endsAt: endsAt === undefined ? "0001-01-01T00:00:00Z" : new Date(endsAt).toISOString(),
        },
      ],
    });
    return (await this.submit(signals))[0]!;
  }

  async postAt(at: number, server: string, report: Posted): Promise<Answer> {
    await this.world.fastForward(at - this.world.time.wallMs());
    return (await this.post(server, report))[0]!;
  }
}
