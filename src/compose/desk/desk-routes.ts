/**
 * A desk's own loopback address: the API's paths are passed on to an engine of the team, and health is told of the desk
 * itself. Registered by `desk.ts`; the token rules are the engine's (contract §4).
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { BearerToken } from "#api/bearer-token";
import { clientsOnly } from "#api/client-requests";
import { errorBody } from "#api/http-server";
import { isFromThisMachine } from "#api/own-host";
import type { DeskHub } from "./desk-hub.ts";

export function deskRoutes(hub: DeskHub, token: BearerToken): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    clientsOnly(app, token);
    const nobodyThere = (reply: FastifyReply) => {
      const [problem] = hub.health.problems;
      reply.header("retry-after", "5");
      return reply.code(503).send(errorBody("unreachable", problem?.text ?? "No engine can be reached."));
    };
    // Known here, and from here it looks different: this machine is another one.
    app.get("/api/v1/machines", (_request, reply) =>
      hub.machines === null ? nobodyThere(reply) : reply.send(hub.machines),
    );
    app.route({
      method: ["GET", "POST", "DELETE"],
      url: "/api/v1/*",
      handler: async ({ method, url, body }, reply) => {
        if (method === "DELETE")
          return reply.code(404).send(errorBody("not-here", "A desk cannot do this; do it on an engine."));
        const answer = await hub.http({
          method: method === "POST" ? "POST" : "GET",
          path: url,
          body: typeof body === "string" && body !== "" ? body : null,
        });
        if (answer === null) return nobodyThere(reply);
        return reply.code(answer.status).type("application/json; charset=utf-8").send(answer.body);
      },
    });
  };
}

/** `/healthz`: the desk runs. `/readyz`: it is connected to an engine, and that one is ready. */
export function deskHealthRoutes(hub: DeskHub, token: BearerToken): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    app.addHook("onRequest", (request, reply, done) => {
      if (isFromThisMachine(request.raw) || token.authorizes(request.headers.authorization)) return done();
      reply.header("www-authenticate", "Bearer");
      void reply.code(401).send(errorBody("unauthorized", "Only for this machine, or with the token."));
    });
    app.get("/healthz", (_request, reply) => reply.send({ status: "ok", ...hub.health }));
    app.get("/readyz", (_request, reply) => {
      const { ready } = hub.health;
      return reply.code(ready ? 200 : 503).send({ status: ready ? "ok" : "not-ready", ...hub.health });
    });
  };
}
