/**
 * The doors for monitoring tools (contract §4). Registered by `compose` on the one HTTP server.
 *
 * What counts is the body, not its Content-Type: real clients send PagerDuty's JSON as a form or as plain text. A 2xx is
 * sent only after the engine says that the signals are on disk (invariant 1); a bad request changes nothing and makes at
 * most one log line.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { EpochMs } from "#domain/ids";
import type { Clock, Engine, Random } from "#engine/ports";
import { cleanLine } from "#wire/hostile-text";
import {
  alertmanagerDialect,
  jsonDialect,
  pagerDutyDialect,
  retryAfterSecondsOf,
  webhookDialect,
} from "./dialect.ts";
import type { Dialect, Refusal } from "./dialect.ts";
import { IntegrationKeys } from "./integration-keys.ts";
import type { IntegrationKey } from "./integration-keys.ts";
import { readAlertmanagerAlerts } from "./protocols/alertmanager-api-v2.ts";
import { readAlertmanagerWebhook } from "./protocols/alertmanager-webhook-v4.ts";
import { readGenericJson } from "./protocols/generic-json.ts";
import { checkChangeEvent, readPagerDutyEvent, routingKeyOf } from "./protocols/pagerduty-events-v2.ts";
import { readJson } from "./read-json.ts";
import type { Reading } from "./signal-draft.ts";
import { submitSignals } from "./submit-signals.ts";
import type { Submitted } from "./submit-signals.ts";
import { TokenBuckets } from "./token-bucket.ts";
import type { Rate } from "./token-bucket.ts";

export interface IngestDependencies {
  readonly engine: Engine;
  readonly random: Random;
  readonly clock: Clock;
  /** The integrations of the current team file; the same array until it changes. */
  readonly keys: () => readonly IntegrationKey[];
  /** Tocsin's own, for clients that ask. */
  readonly version: string;
  readonly log: Pick<Logger, "debug" | "warn" | "error">;
  /** Called once for each request, for the metrics. */
  readonly onReceived?: (received: Received) => void;
  /** For each key. The default lets a monitoring tool empty its whole queue at once. */
  readonly rate?: Rate;
  /** For each remote address, and only for requests with a key that nobody has. */
  readonly strangerRate?: Rate;
}

export interface Received {
  /** Null: the key was nobody's. */
  readonly integration: string | null;
  readonly protocol: string;
  readonly result: "accepted" | "partly-accepted" | Refusal["reason"];
  readonly signals: number;
}

const batchLimitBytes = 5 * 1024 * 1024;
const bodyLimitBytes = 512 * 1024;

declare module "fastify" {
  interface FastifyRequest {
    /** Who is speaking; set before the body of a request to `/in/KEY/…` is read. */
    integration: IntegrationKey | null;
  }
  interface FastifyContextConfig {
    dialect?: Dialect;
  }
}

/** A Fastify plugin; throws nothing that a caller would have to catch. */
export function ingestRoutes(dependencies: IngestDependencies): (app: FastifyInstance) => Promise<void> {
  return async (app) => new IngestRoutes(dependencies).register(app);
}

class IngestRoutes {
  private readonly keys: IntegrationKeys;
  private readonly rates: TokenBuckets;
  private readonly strangers: TokenBuckets;
  private readonly startedAt: EpochMs;

  constructor(private readonly dependencies: IngestDependencies) {
    this.keys = new IntegrationKeys(dependencies.keys);
    this.rates = new TokenBuckets(dependencies.rate ?? { perSecond: 1000, burst: 20_000 }, 10_000);
    this.strangers = new TokenBuckets(dependencies.strangerRate ?? { perSecond: 1, burst: 30 }, 1000);
    this.startedAt = dependencies.clock.now();
  }

  register(app: FastifyInstance): void {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.decorateRequest("integration", null);
    app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
      this.failed(error, request, reply),
    );

    const pagerDuty = {
      bodyLimit: bodyLimitBytes,
      config: { dialect: pagerDutyDialect },
      onRequest: forgetContentType,
    };
    app.post("/v2/enqueue", pagerDuty, (request, reply) => this.enqueue(request, reply));
    app.post("/v2/change/enqueue", pagerDuty, (request, reply) => this.enqueueChange(request, reply));

    const checkKey = this.checkKey.bind(this);
    const batch = {
      bodyLimit: batchLimitBytes,
      config: { dialect: alertmanagerDialect },
      onRequest: checkKey,
    };
    app.post(
      "/in/:key/api/v2/alerts",
      { ...batch, onRequest: [checkKey, this.requireJson.bind(this)] },
      (request, reply) => this.postAlerts(request, reply),
    );
    app.get("/in/:key/api/v2/status", batch, async () => this.alertmanagerStatus());
    app.get("/in/:key/-/healthy", batch, async () => "OK");
    app.get("/in/:key/-/ready", batch, async (_request, reply) =>
      this.dependencies.engine.health.ready ? "OK" : reply.code(503).send("Not ready"),
    );

    const hook = {
      bodyLimit: bodyLimitBytes,
      config: { dialect: webhookDialect },
      onRequest: [checkKey, forgetContentType],
    };
    app.post("/in/:key/alertmanager", hook, (request, reply) =>
      this.receive(request, reply, readAlertmanagerWebhook, () => reply.code(200).send()),
    );
    const plain = { ...hook, config: { dialect: jsonDialect } };
    app.post("/in/:key/json", plain, (request, reply) =>
      this.receive(request, reply, readGenericJson, ([first]) =>
        reply
          .code(202)
          .type(json)
          .send(JSON.stringify({ alert: first?.alertId ?? null })),
      ),
    );
  }

  private async enqueue(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = this.readKeyedBody(request, reply);
    if (body === null) return reply;
    return this.submit(request, reply, readPagerDutyEvent(body.value), ([event]) =>
      reply
        .code(202)
        .type(json)
        .send(
          `{"status":"success","message":"Event processed","dedup_key":${JSON.stringify(event!.dedupKey)}}`,
        ),
    );
  }

  /** Accepted, since tools that send alerts send these too; they wake nobody and are not kept. */
  private async enqueueChange(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = this.readKeyedBody(request, reply);
    if (body === null) return reply;
    const errors = checkChangeEvent(body.value);
    if (errors.length > 0) return this.refuse(request, reply, { reason: "invalid", texts: errors });
    this.dependencies.log.debug(
      { integration: request.integration?.id },
      "a change event: never notifies, not kept",
    );
    this.tell(request, "accepted", 0);
    return reply.code(202).type(json).send({
      status: "success",
      message: "Change event processed",
      dedup_key: this.dependencies.random.alertId(),
    });
  }

  private async postAlerts(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.receive(
      request,
      reply,
      (body) => readAlertmanagerAlerts(body, this.dependencies.clock.now()),
      () => reply.code(200).send(),
    );
  }

  /** The way of every request whose key is in its path. */
  private async receive(
    request: FastifyRequest,
    reply: FastifyReply,
    read: (body: unknown) => Reading,
    accept: (submitted: readonly Submitted[]) => FastifyReply,
  ): Promise<FastifyReply> {
    const body = readJson(request);
    if (!body.ok) return this.refuse(request, reply, { reason: "malformed", texts: [body.text] });
    return this.submit(request, reply, read(body.value), accept);
  }

  private async submit(
    request: FastifyRequest,
    reply: FastifyReply,
    reading: Reading,
    accept: (submitted: readonly Submitted[]) => FastifyReply,
  ): Promise<FastifyReply> {
    const { engine, random } = this.dependencies;
    const result = await submitSignals(engine, random, request.integration!, reading.signals);
    // What is wrong with the store outweighs what is wrong with the batch: it is worth sending again.
    if (!result.ok) return this.refuse(request, reply, { reason: result.reason, texts: [result.text] });
    if (reading.errors.length > 0)
      return this.refuse(
        request,
        reply,
        { reason: "invalid", texts: reading.errors },
        reading.signals.length,
      );
    this.tell(request, "accepted", reading.signals.length);
    return accept(result.submitted);
  }

  /** PagerDuty's key is in the body. Null: already answered. */
  private readKeyedBody(request: FastifyRequest, reply: FastifyReply): { readonly value: unknown } | null {
    const body = readJson(request);
    const routing = body.ok ? routingKeyOf(body.value) : null;
    if (!body.ok) this.refuse(request, reply, { reason: "malformed", texts: [body.text] });
    else if (routing !== null && "error" in routing)
      this.refuse(request, reply, { reason: "invalid", texts: [routing.error] });
    else if (this.admit(request, reply, routing!.key)) return { value: body.value };
    return null;
  }

  private checkKey(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    if (this.admit(request, reply, (request.params as { key: string }).key)) done();
  }

  /** Alertmanager's API insists, and its clients know it. */
  private requireJson(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (mediaType === "application/json") return done();
    const text = `unsupported media type ${JSON.stringify(cleanLine(mediaType, 100))}, only [application/json] are allowed`;
    this.refuse(request, reply, { reason: "wrong-media-type", texts: [text] });
  }

  /** A known key is never held up by strangers' wrong guesses from the same address. False: already answered. */
  private admit(request: FastifyRequest, reply: FastifyReply, key: string): boolean {
    const now = this.dependencies.clock.now();
    const integration = this.keys.find(key);
    request.integration = integration ?? null;
    const waitSeconds =
      integration === undefined ? this.strangers.take(request.ip, now) : this.rates.take(integration.id, now);
    if (waitSeconds > 0) {
      this.refuse(request, reply, {
        reason: "rate-limited",
        texts: ["too many requests; come back later"],
        retryAfterSeconds: waitSeconds,
      });
    } else if (integration === undefined) {
      this.refuse(request, reply, {
        reason: "unknown-key",
        texts: ["no integration in the team file has this key"],
      });
    }
    return integration !== undefined && waitSeconds === 0;
  }

  private refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal, signals = 0): FastifyReply {
    const dialect = request.routeOptions.config.dialect ?? jsonDialect;
    const status = dialect.statusOf(refusal);
    const retryAfterSeconds = refusal.retryAfterSeconds ?? retryAfterSecondsOf(refusal.reason);
    if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
    this.dependencies.log.warn(
      {
        protocol: dialect.protocol,
        status,
        reason: refusal.reason,
        integration: request.integration?.id,
        remote: request.ip,
      },
      cleanLine(refusal.texts.slice(0, 3).join("; "), 300),
    );
    this.tell(request, signals > 0 ? "partly-accepted" : refusal.reason, signals);
    return reply.code(status).type(json).send(dialect.bodyOf(refusal, status));
  }

  private failed(
    error: Error & { statusCode?: number },
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply {
    const status = error.statusCode ?? 500;
    if (status === 413)
      return this.refuse(request, reply, {
        reason: "too-large",
        texts: [`the body is too large; at most ${request.routeOptions.bodyLimit} bytes`],
      });
    if (status === 415)
      return this.refuse(request, reply, { reason: "wrong-media-type", texts: [error.message] });
    if (status < 500) return this.refuse(request, reply, { reason: "malformed", texts: [error.message] });
    this.dependencies.log.error({ err: error }, "an ingest request failed");
    return this.refuse(request, reply, { reason: "internal", texts: ["internal error; try again"] });
  }

  private tell(request: FastifyRequest, result: Received["result"], signals: number): void {
    const protocol = (request.routeOptions.config.dialect ?? jsonDialect).protocol;
    this.dependencies.onReceived?.({
      integration: request.integration?.id ?? null,
      protocol,
      result,
      signals,
    });
  }

  /** As much as amtool and the like look at. */
  private alertmanagerStatus(): unknown {
    const none = "";
    return {
      cluster: { status: "disabled", peers: [] },
      config: { original: none },
      uptime: new Date(this.startedAt).toISOString(),
      versionInfo: {
        version: this.dependencies.version,
        branch: none,
        buildDate: none,
        buildUser: none,
        goVersion: none,
        revision: none,
      },
    };
  }
}

const json = "application/json; charset=utf-8";

/** Fastify would refuse a Content-Type that it cannot parse. */
function forgetContentType(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  delete request.raw.headers["content-type"];
  done();
}
