/** What all routes for clients have in common: the token, JSON bodies, the engine's refusals. Used by `routes`, `override-routes`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Answer, RefusalReason } from "#domain/command";
import type { Engine } from "#engine/ports";
import type { BearerToken } from "./bearer-token.ts";
import { errorBody } from "./http-server.ts";

/** Every route of this scope needs the token, and takes JSON, as text, or nothing. */
export function clientsOnly(app: FastifyInstance, token: BearerToken): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook("onRequest", (request, reply, done) => {
    if (token.authorizes(request.headers.authorization)) return done();
    reply.header("www-authenticate", "Bearer");
    void reply
      .code(401)
      .send(
        errorBody(
          "unauthorized",
          `Send "Authorization: Bearer TOKEN"; the token is in the file "token" of the data directory.`,
        ),
      );
  });
}

/** On a machine that was revoked one may look, and change nothing. */
export function nothingWhenRevoked(app: FastifyInstance, engine: Pick<Engine, "health">): void {
  app.addHook("onRequest", (request, reply, done) => {
    const revoked = engine.health.problems.find(({ kind }) => kind === "revoked");
    if (revoked === undefined || request.method === "GET" || request.method === "HEAD") return done();
    refuse(reply, { ok: false, reason: "revoked", text: revoked.text });
  });
}

/** The engine's refusal, as a status and its reason (contract §4). */
export function refuse(reply: FastifyReply, answer: Answer & { ok: false }): FastifyReply {
  const status = statusOf(answer.reason);
  if (status === 503) reply.header("retry-after", String(retryAfterSeconds[answer.reason] ?? 5));
  return reply.code(status).send(errorBody(answer.reason, answer.text));
}

const retryAfterSeconds: Partial<Record<RefusalReason, number>> = { busy: 1, revoked: 300 };

function statusOf(reason: (Answer & { ok: false })["reason"]): number {
  switch (reason) {
    case "not-found":
      return 404;
    case "already-resolved":
    case "already-acknowledged":
    case "no-team":
    case "swap-closed":
      return 409;
    case "unknown-policy":
      return 422;
    case "too-many-open-alerts":
    case "busy":
    case "journal-unavailable":
    case "stopping":
    case "revoked":
      return 503;
  }
}

/** The body as JSON. An action needs no body: none is an empty one. */
export function readBody({
  body,
}: FastifyRequest): { ok: true; value: unknown } | { ok: false; text: string } {
  if (body === undefined || body === null || body === "") return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(body as string) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, text: `The body is not JSON: ${error.message}` };
    throw error;
  }
}
