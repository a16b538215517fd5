/**
 * Whether Tocsin works, for whatever watches it: `/healthz`, `/readyz`, `/metrics` (contract §4). Registered by
 * `compose`. For anyone on this machine; from elsewhere only with the token.
 */
import type { FastifyInstance } from "fastify";
import type { Engine } from "#engine/ports";
import { toHealthMessage } from "./alert-view.ts";
import type { BearerToken } from "./bearer-token.ts";
import { errorBody } from "./http-server.ts";
import type { Metrics } from "./metrics.ts";
import { isFromThisMachine } from "./own-host.ts";

export interface HealthDependencies {
  readonly engine: Engine;
  readonly token: BearerToken;
  readonly metrics: Metrics;
}

export function healthRoutes({
  engine,
  token,
  metrics,
}: HealthDependencies): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.addHook("onRequest", (request, reply, done) => {
      if (isFromThisMachine(request.raw) || token.authorizes(request.headers.authorization)) return done();
      reply.header("www-authenticate", "Bearer");
      void reply.code(401).send(errorBody("unauthorized", "Only for this machine, or with the token."));
    });

    /** Alive, and in its right mind: 503 is the sign to restart it. */
    app.get("/healthz", (_request, reply) => {
      const sane = engine.health.problems.every((problem) => problem.kind !== "invariant");
      return reply
        .code(sane ? 200 : 503)
        .send({ status: sane ? "ok" : "failing", ...toHealthMessage(engine.health) });
    });

    /** Takes alerts now: 503 is the sign to send them elsewhere. */
    app.get("/readyz", (_request, reply) => {
      const { ready } = engine.health;
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? "ok" : "not-ready", ...toHealthMessage(engine.health) });
    });

    app.get("/metrics", async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    );
  };
}
