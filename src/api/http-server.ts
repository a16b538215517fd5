/**
 * The one HTTP server of the engine process: its limits, its patience, and who may speak to it at all. `compose` makes
 * it, registers ingest's and this room's routes on it, and lets it listen.
 */
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { ConnectionGuard, type GuardLimits } from "./connection-guard.ts";
import { isOwnHost } from "./own-host.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Told in words when connections of strangers crowd this server, and with null when they do not any more. */
  readonly onCrowd?: (text: string | null) => void;
  /** For tests; the defaults are for production. */
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpLimits extends GuardLimits {
  /** From a request's first byte to the end of its headers, and to the end of its body. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Longer than Go's 90 s, so that Prometheus never writes into a connection that is being closed. */
  readonly keepAliveTimeoutMs: number;
  /** How often slow requests are looked for; Node does so even while nobody is connected, so not too often. */
  readonly checkEveryMs: number;
}

const defaultLimits: HttpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 120_000,
  connections: 1000,
  // Each of them may be half-way through a body of 5 MiB.
  strangers: 100,
  patienceMs: 1_000,
  firstRequestMs: 10_000,
  tellEveryMs: 60_000,
  checkEveryMs: 15_000,
};

export type ListenResult =
  | { readonly ok: true; readonly url: string; readonly port: number }
  | {
      readonly ok: false;
      readonly reason: "port-in-use" | "no-such-address" | "not-permitted" | "failed";
      readonly text: string;
    };

export interface HttpServer {
  readonly app: FastifyInstance;
  /** Once, after all routes are registered. Never rejects. */
  listen(): Promise<ListenResult>;
  /** Answers what is in hand, at most `graceMs` long (default 3 s), then closes every connection. */
  close(graceMs?: number): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const limits = { ...defaultLimits, ...options.limits };
  const app = Fastify({
    logger: false,
    bodyLimit: 512 * 1024,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Also ends a client that asks for much and reads none of it.
    connectionTimeout: limits.keepAliveTimeoutMs + 10_000,
    // A key or an alert's id is a path parameter; nothing longer is either.
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    return503OnClosing: true,
    http: {
      maxHeaderSize: 16_384,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    },
  });
  // A few more, so that whoever comes finds somebody hung up on, and not a shut door.
  app.server.maxConnections = limits.connections + 100;
  const guard = new ConnectionGuard(limits, (crowd) => {
    if (crowd === null) return options.onCrowd?.(null);
    const { closed, remote, areStrangers } = crowd;
    options.log.warn(
      { closed, remote },
      areStrangers
        ? "too many connections without a key: hung up on those that waited longest"
        : "too many connections: hung up on those that were quiet longest",
    );
    const from = remote === "" ? "" : ` Most of them are from ${remote}.`;
    options.onCrowd?.(
      areStrangers
        ? `More than ${limits.strangers} connections without a key wait at the HTTP port: the oldest are hung up on, and whoever has a key still gets in.${from} Find out what opens them, and stop it.`
        : `More than ${limits.connections} connections are open at the HTTP port: of the key with the most of them, those that were quiet longest are hung up on.${from} Find out what opens them and closes none, and stop it.`,
    );
  });
  guard.watch(app.server);
  app.addHook("onResponse", (request, reply, done) => {
    const owner = reply.statusCode < 300 ? keyed.exec(request.url)?.[0] : undefined;
    if (owner !== undefined) guard.vouchFor(request.raw.socket, owner);
    done();
  });

  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(securityHeaders);
    if (isOwnHost(request.raw)) return done();
    options.log.warn({ remote: request.ip }, "refused a request for another host");
    void reply
      .code(421)
      .send(errorBody("wrong-host", `This is not that host. Use ${urlOf(app)} as the address.`));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(errorBody("not-found", "There is nothing at this address.")),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(errorBody(reasonOf(status), error.message));
    options.log.error({ err: error }, "a request failed");
    return reply.code(500).send(errorBody("internal", "An internal error; the log has it."));
  });

  return {
    app,
    listen: () => listen(app, options),
    async close(graceMs = 3000) {
      const force = setTimeout(() => app.server.closeAllConnections(), graceMs);
      try {
        await app.close();
      } finally {
        clearTimeout(force);
      }
    },
  };
}

/** Whoever is answered well at these addresses has shown a key or a token; of the ways in by the key, this names whose. */
const keyed = /^\/(?:in\/[^/?]+|v2\/|api\/)/;

/** Every error of the API has this shape (contract §4). */
export function errorBody(reason: string, text: string): { error: { reason: string; text: string } } {
  return { error: { reason, text } };
}

/** Pages set their own Content-Security-Policy; everything else is data, which a browser is not to render at all. */
const securityHeaders = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

function reasonOf(status: number): string {
  return status === 413 ? "too-large" : status === 415 ? "wrong-media-type" : "bad-request";
}

async function listen(app: FastifyInstance, { host, port }: HttpServerOptions): Promise<ListenResult> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    return notListening(error as NodeJS.ErrnoException, host, port);
  }
  return { ok: true, url: urlOf(app), port: (app.server.address() as AddressInfo).port };
}

function notListening(error: NodeJS.ErrnoException, host: string, port: number): ListenResult {
  switch (error.code) {
    case "EADDRINUSE":
      return {
        ok: false,
        reason: "port-in-use",
        text: `Port ${port} of ${host} is in use, perhaps by another Tocsin; stop that one or choose another port with --port.`,
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return {
        ok: false,
        reason: "no-such-address",
        text: `This machine has no address ${host}; use --host 127.0.0.1, or one that "ip address" lists.`,
      };
    case "EACCES":
      return {
        ok: false,
        reason: "not-permitted",
        text: `Port ${port} needs special rights; choose one above 1023 with --port.`,
      };
    default:
      return { ok: false, reason: "failed", text: `Cannot listen on ${host} port ${port}: ${error.message}` };
  }
}

/** What to type into a browser on this machine. */
function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  if (address === "0.0.0.0" || address === "::") return `http://127.0.0.1:${port}`;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
