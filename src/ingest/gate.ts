/**
 * Who may come in, how often, and how a refusal is told: in the client's own words, with one line in the log and one
 * count in the metrics. Used by every route of `routes.ts`.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Clock } from "#engine/ports";
import { cleanLine } from "#wire/hostile-text";
import type { IngestWatch } from "./ingest-watch.ts";
import { hearOut } from "./hear-out.ts";
import { jsonDialect, retryAfterSecondsOf } from "./dialect.ts";
import type { Dialect, Refusal } from "./dialect.ts";
import { IntegrationKeys } from "./integration-keys.ts";
import type { IntegrationKey } from "./integration-keys.ts";
import { TokenBuckets } from "./token-bucket.ts";
import type { Rate } from "./token-bucket.ts";

export interface GateDependencies {
  readonly clock: Clock;
  /** The integrations of the current team file; the same array until it changes. */
  readonly keys: () => readonly IntegrationKey[];
  readonly log: Pick<Logger, "debug" | "warn" | "error"> & Partial<Pick<Logger, "info">>;
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
  /** How many signals were handed to the engine and kept. */
  readonly signals: number;
  /** How many of them changed nothing; absent: none. */
  readonly ignored?: number;
  /** What of it was refused, and why, in words that may quote the sender. Absent: nothing. */
  readonly refused?: { readonly count: number; readonly text: string };
}

declare module "fastify" {
  interface FastifyRequest {
    /** Who is speaking; null until `admit` has found out. */
    integration: IntegrationKey | null;
  }
  interface FastifyContextConfig {
    dialect?: Dialect;
  }
}

/** What of a request was handed to the engine and kept. */
export interface Kept {
  readonly signals: number;
  /** How many of them changed nothing. */
  readonly ignored: number;
}

export const nothingKept: Kept = { signals: 0, ignored: 0 };

export const jsonType = "application/json; charset=utf-8";

export class Gate {
  private readonly keys: IntegrationKeys;
  private readonly rates: TokenBuckets;
  private readonly strangers: TokenBuckets;

  constructor(
    private readonly dependencies: GateDependencies,
    private readonly watch: Pick<IngestWatch, "refused">,
  ) {
    this.keys = new IntegrationKeys(dependencies.keys);
    this.rates = new TokenBuckets(dependencies.rate ?? { perSecond: 1000, burst: 20_000 }, 10_000);
    this.strangers = new TokenBuckets(dependencies.strangerRate ?? { perSecond: 1, burst: 30 }, 1000);
  }

  /** A known key is never held up by strangers' wrong guesses from the same address. False: already answered. */
  admit(request: FastifyRequest, reply: FastifyReply, key: string): boolean {
    const now = this.dependencies.clock.now();
    const integration = this.keys.find(key);
    request.integration = integration ?? null;
    const waitSeconds =
      integration === undefined ? this.strangers.take(request.ip, now) : this.rates.take(integration.id, now);
    if (waitSeconds > 0) {
      const texts = ["too many requests; come back later"];
      this.refuse(request, reply, { reason: "rate-limited", texts, retryAfterSeconds: waitSeconds });
    } else if (integration === undefined) {
      const texts = ["no integration in the team file has this key"];
      this.refuse(request, reply, { reason: "unknown-key", texts });
    }
    return integration !== undefined && waitSeconds === 0;
  }

  /** `kept`: of the same request all the same. */
  refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    refusal: Refusal,
    kept: Kept = nothingKept,
  ): FastifyReply {
    this.note(request, refusal, kept);
    const dialect = dialectOf(request);
    const status = dialect.statusOf(refusal);
    const retryAfterSeconds = refusal.retryAfterSeconds ?? retryAfterSecondsOf(refusal.reason);
    if (retryAfterSeconds !== undefined) reply.header("retry-after", String(retryAfterSeconds));
    return reply.code(status).type(jsonType).send(dialect.bodyOf(refusal, status));
  }

  /** A refusal, or a part of a batch that was refused although the batch was taken: one line, one count, one word. */
  note(request: FastifyRequest, refusal: Refusal, kept: Kept = nothingKept): void {
    const dialect = dialectOf(request);
    const status = dialect.statusOf(refusal);
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
    const refused = { count: refusal.count ?? 1, text: refusal.texts.slice(0, 3).join("; ") };
    const isPart = kept.signals > 0;
    this.tell(request, isPart ? "partly-accepted" : refusal.reason, kept, refused);
    this.watch.refused({
      integration: request.integration?.id ?? null,
      remote: request.ip,
      reason: refusal.reason,
      ...refused,
      isPart,
    });
  }

  accepted(request: FastifyRequest, kept: Kept): void {
    this.tell(request, "accepted", kept);
  }

  /** What Fastify found wrong before a route saw the request, or what a route threw. */
  async failed(
    error: Error & { statusCode?: number; code?: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const status = error.statusCode ?? 500;
    if (status === 413) {
      const texts = [
        `the body is too large; at most ${(request.routeOptions.bodyLimit ?? 0) / 1024 / 1024} MiB`,
      ];
      await hearOut(request.raw);
      return this.refuse(request, reply, { reason: "too-large", texts });
    }
    if (status < 500) {
      const isCut = error.code === "ECONNRESET";
      const text = isCut ? "the connection ended before the whole message had come" : error.message;
      return this.refuse(request, reply, { reason: "malformed", texts: [text] });
    }
    this.dependencies.log.error({ err: error }, "an ingest request failed");
    this.tell(request, "internal", nothingKept, { count: 1, text: "an internal error" });
    const refusal: Refusal = { reason: "internal", texts: ["internal error; try again"] };
    this.watch.refused({
      integration: request.integration?.id ?? null,
      remote: request.ip,
      reason: "internal",
      text: "an internal error",
      count: 1,
      isPart: false,
    });
    return reply
      .code(503)
      .header("retry-after", "5")
      .type(jsonType)
      .send(dialectOf(request).bodyOf(refusal, 503));
  }

  private tell(
    request: FastifyRequest,
    result: Received["result"],
    { signals, ignored }: Kept,
    refused?: Received["refused"],
  ): void {
    const { protocol } = dialectOf(request);
    this.dependencies.onReceived?.({
      integration: request.integration?.id ?? null,
      protocol,
      result,
      signals,
      ...(ignored > 0 && { ignored }),
      ...(refused !== undefined && { refused }),
    });
  }
}

function dialectOf(request: FastifyRequest): Dialect {
  return request.routeOptions.config.dialect ?? jsonDialect;
}
