/**
 * The doors for monitoring tools (contract §4). Registered by `compose` on the one HTTP server.
 *
 * What counts is the body, not its Content-Type: real clients send PagerDuty's JSON as a form or as plain text. A 2xx is
 * sent only after the engine says that the signals are on disk (invariant 1); a bad request changes nothing and makes at
 * most one log line.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Engine, Random } from "#engine/ports";
import { cleanLine } from "#wire/hostile-text";
import { dateDrafts } from "./date-drafts.ts";
import { alertmanagerDialect, jsonDialect, pagerDutyDialect, webhookDialect } from "./dialect.ts";
import { Gate, jsonType, nothingKept } from "./gate.ts";
import type { GateDependencies } from "./gate.ts";
import { readAlertmanagerAlerts } from "./protocols/alertmanager-api-v2.ts";
import { readAlertmanagerWebhook } from "./protocols/alertmanager-webhook-v4.ts";
import { readGenericJson } from "./protocols/generic-json.ts";
import { checkChangeEvent, readPagerDutyEvent, routingKeyOf } from "./protocols/pagerduty-events-v2.ts";
import { IngestWatch } from "./ingest-watch.ts";
import type { Notices } from "./ingest-watch.ts";
import { readJson } from "./read-json.ts";
import { SenderTimes } from "./sender-times.ts";
import type { Reading } from "./signal-draft.ts";
import { submitSignals } from "./submit-signals.ts";
import type { Submitted } from "./submit-signals.ts";

export interface IngestDependencies extends GateDependencies {
  readonly engine: Engine;
  readonly random: Random;
  /** Tocsin's own, for clients that ask. */
  readonly version: string;
  /** Where it is told what goes wrong; absent: to the log only. */
  readonly notices?: Notices;
}

/** Answers what was accepted; everything is on disk by then. */
type Accept = (submitted: readonly Submitted[]) => FastifyReply;

/** Contract §4, for every way in: a large outage is one large message. */
const bodyLimitBytes = 5 * 1024 * 1024;

/** For strangers, too. */
const revokedText = "this machine was revoked from its team and takes nothing: send to another one";

/** A Fastify plugin. */
export function ingestRoutes(dependencies: IngestDependencies): (app: FastifyInstance) => Promise<void> {
  return async (app) => new IngestRoutes(dependencies).register(app);
}

class IngestRoutes {
  private readonly gate: Gate;
  private readonly senderTimes = new SenderTimes();
  private readonly watch: IngestWatch;

  constructor(private readonly dependencies: IngestDependencies) {
    const { clock, log, notices = unheard } = dependencies;
    this.watch = new IngestWatch(clock, log, notices, (now) => this.senderTimes.skews(now));
    this.gate = new Gate(dependencies, this.watch);
    clock.onStep((deltaMs) => this.senderTimes.clockStepped(deltaMs));
  }

  register(app: FastifyInstance): void {
    app.addHook("onClose", async () => this.watch.stop());
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.decorateRequest("integration", null);
    app.addHook("onRequest", (request, reply, done) => {
      // First of all, whatever the key: it has been forgotten.
      if (!this.dependencies.engine.health.problems.some(({ kind }) => kind === "revoked")) return done();
      this.gate.refuse(request, reply, { reason: "revoked", texts: [revokedText] });
    });
    app.setErrorHandler((error: Error, request, reply) => this.gate.failed(error, request, reply));
    this.registerPagerDuty(app);
    this.registerAlertmanager(app);
    this.registerWebhooks(app);
  }

  private registerPagerDuty(app: FastifyInstance): void {
    const options = {
      bodyLimit: bodyLimitBytes,
      config: { dialect: pagerDutyDialect },
      onRequest: forgetContentType,
    };
    app.post("/v2/enqueue", options, async (request, reply) => {
      const body = this.readKeyedBody(request, reply);
      if (body === null) return reply;
      return this.submit(request, reply, readPagerDutyEvent(body.value), ([event]) =>
        reply.code(202).type(jsonType).send(processed("Event processed", event!.dedupKey)),
      );
    });
    // Accepted, since tools that send alerts send these too; they wake nobody and are not kept.
    app.post("/v2/change/enqueue", options, async (request, reply) => {
      const body = this.readKeyedBody(request, reply);
      if (body === null) return reply;
      const errors = checkChangeEvent(body.value);
      if (errors.length > 0) return this.gate.refuse(request, reply, { reason: "invalid", texts: errors });
      this.dependencies.log.debug({ integration: request.integration?.id }, "a change event: not kept");
      this.gate.accepted(request, nothingKept);
      return reply
        .code(202)
        .type(jsonType)
        .send(processed("Change event processed", this.dependencies.random.alertId()));
    });
  }

  /** As if Tocsin were an Alertmanager at `path_prefix: /in/KEY`. */
  private registerAlertmanager(app: FastifyInstance): void {
    const { clock, engine, version } = this.dependencies;
    const checkKey = this.checkKey.bind(this);
    const options = {
      bodyLimit: bodyLimitBytes,
      config: { dialect: alertmanagerDialect },
      onRequest: [checkKey],
    };
    const post = { ...options, onRequest: [checkKey, this.requireJson.bind(this)] };
    app.post("/in/:key/api/v2/alerts", post, (request, reply) =>
      this.receive(
        request,
        reply,
        (body) => readAlertmanagerAlerts(body, clock.now()),
        () => reply.code(200).send(),
      ),
    );
    // As much as amtool and the like look at.
    const startedAt = new Date(clock.now()).toISOString();
    const versionInfo = { version, branch: "", buildDate: "", buildUser: "", goVersion: "", revision: "" };
    app.get("/in/:key/api/v2/status", options, async () => ({
      cluster: { status: "disabled", peers: [] },
      config: { original: "" },
      uptime: startedAt,
      versionInfo,
    }));
    app.get("/in/:key/-/healthy", options, (_request, reply) => reply.send("OK"));
    app.get("/in/:key/-/ready", options, (_request, reply) =>
      engine.health.ready ? reply.send("OK") : reply.code(503).send("Not ready"),
    );
  }

  private registerWebhooks(app: FastifyInstance): void {
    const options = { bodyLimit: bodyLimitBytes, onRequest: [this.checkKey.bind(this), forgetContentType] };
    const webhook = { ...options, config: { dialect: webhookDialect } };
    app.post("/in/:key/alertmanager", webhook, (request, reply) =>
      this.receive(request, reply, readAlertmanagerWebhook, () => reply.code(200).send()),
    );
    const plain = { ...options, config: { dialect: jsonDialect } };
    app.post("/in/:key/json", plain, (request, reply) =>
      this.receive(request, reply, readGenericJson, ([signal]) =>
        reply
          .code(202)
          .type(jsonType)
          .send(JSON.stringify({ alert: signal!.alertId })),
      ),
    );
  }

  /** The way of every request whose key is in its path. */
  private async receive(
    request: FastifyRequest,
    reply: FastifyReply,
    read: (body: unknown) => Reading,
    accept: Accept,
  ): Promise<FastifyReply> {
    const body = readJson(request);
    if (!body.ok) return this.gate.refuse(request, reply, { reason: "malformed", texts: [body.text] });
    return this.submit(request, reply, read(body.value), accept);
  }

  private async submit(
    request: FastifyRequest,
    reply: FastifyReply,
    { signals, errors, truncated, isTakenInPart = false }: Reading,
    accept: Accept,
  ): Promise<FastifyReply> {
    const { engine, random, clock } = this.dependencies;
    const integration = request.integration!;
    const poster = { integration: integration.id, remote: request.ip };
    const dated = dateDrafts(this.senderTimes, engine, poster, signals, clock.now());
    const { submitted, refused } = await submitSignals(engine, random, integration, dated);
    const ignored = submitted.filter(({ isIgnored }) => isIgnored).length;
    const kept = { signals: submitted.length, ignored };
    this.watch.heard();
    if (truncated !== undefined) this.watch.truncated(integration.id, truncated.group, truncated.count);
    if (ignored > 0) this.watch.changedNothing(integration.id, ignored);
    // What is wrong with the store outweighs what is wrong with the batch: it is worth sending again.
    if (refused !== null) {
      const { reason, text, count } = refused;
      return this.gate.refuse(request, reply, { reason, texts: [text], count }, kept);
    }
    if (errors.length > 0) {
      const refusal = { reason: "invalid", texts: errors, count: errors.length } as const;
      if (!isTakenInPart || signals.length === 0) return this.gate.refuse(request, reply, refusal, kept);
      this.gate.note(request, refusal, kept);
    } else this.gate.accepted(request, kept);
    return accept(submitted);
  }

  /** PagerDuty's key is in the body. Null: already answered. */
  private readKeyedBody(request: FastifyRequest, reply: FastifyReply): { readonly value: unknown } | null {
    const body = readJson(request);
    if (!body.ok) {
      this.gate.refuse(request, reply, { reason: "malformed", texts: [body.text] });
      return null;
    }
    const routing = routingKeyOf(body.value);
    if ("error" in routing) {
      this.gate.refuse(request, reply, { reason: "invalid", texts: [routing.error] });
      return null;
    }
    return this.gate.admit(request, reply, routing.key) ? body : null;
  }

  /** Before the body is read: a stranger's is not worth the memory. */
  private checkKey(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    if (this.gate.admit(request, reply, (request.params as { key: string }).key)) done();
  }

  /** Alertmanager's API insists, and its clients know it. */
  private requireJson(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const mediaType = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
    if (mediaType === "application/json") return done();
    const text = `unsupported media type ${JSON.stringify(cleanLine(mediaType, 100))}, only [application/json] are allowed`;
    this.gate.refuse(request, reply, { reason: "wrong-media-type", texts: [text] });
  }
}

const unheard: Notices = { problem: () => {}, alarm: () => {} };

function processed(message: string, dedupKey: string): string {
  return JSON.stringify({ status: "success", message, dedup_key: dedupKey });
}

/** Fastify would refuse a Content-Type that it cannot parse. */
function forgetContentType(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  delete request.raw.headers["content-type"];
  done();
}
