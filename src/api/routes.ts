/**
 * The API for clients: scripts, the command line, the pages (contract §4, `/api/v1`). Registered by `compose` on the one
 * HTTP server. Everything here needs the token; a 2xx to a command is sent only after it is on disk.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Alert } from "#domain/alert";
import type { AlertId, EpochMs, PersonId } from "#domain/ids";
import type { Input } from "#domain/input";
import type { OnCallJson } from "#domain/oncall/on-call";
import type { Clock, Engine, Random } from "#engine/ports";
import { makeContent } from "#wire/alert-content";
import { cleanKey } from "#wire/hostile-text";
import type { IntegrationsJson } from "#wire/integrations-json";
import type { SchedulesJson } from "#wire/schedules-json";
import { defaultSeverity } from "#wire/severity-words";
import { toAlertJson } from "./alert-view.ts";
import type { BearerToken } from "./bearer-token.ts";
import { clientsOnly, nothingWhenRevoked, readBody, refuse } from "./client-requests.ts";
import { actionNames, faultsOf, raiseBody, readCommand } from "./command-body.ts";
import type { ActionName } from "./command-body.ts";
import { errorBody } from "./http-server.ts";

export interface ApiDependencies {
  readonly engine: Engine;
  readonly random: Random;
  readonly clock: Clock;
  readonly token: BearerToken;
  /** Whose machine this is; null while nobody has been chosen. Commands are done in this person's name. */
  readonly person: () => PersonId | null;
  /** Who is on call at that time, by schedule; null when there is no team. */
  readonly onCallAt: (at: EpochMs) => OnCallJson | null;
  /** Who looks on at that time, by schedule. Asked only when `onCallAt` has an answer. */
  readonly shadowsAt: (at: EpochMs) => Readonly<Record<string, readonly PersonId[]>>;
  /** The schedules as they are now; null when there is no team. */
  readonly schedules: () => SchedulesJson | null;
  /** What monitoring tools have sent to this engine; absent: it does not count that. */
  readonly integrations?: () => IntegrationsJson;
}

/** Of `GET /api/v1/alerts` without a `limit`. Open ones are all listed: one left out might be the one that matters. */
const resolvedByDefault = 1_000;
const longestList = 10_000;
/** The years that a team file's times may be in; a rule of months takes a second to be followed to the year 9999. */
const [firstTime, endOfTime] = [Date.UTC(1970, 0, 1), Date.UTC(2100, 0, 1)];

export function apiRoutes(dependencies: ApiDependencies): (app: FastifyInstance) => Promise<void> {
  return async (app) => new ApiRoutes(dependencies).register(app);
}

class ApiRoutes {
  constructor(private readonly dependencies: ApiDependencies) {}

  register(app: FastifyInstance): void {
    clientsOnly(app, this.dependencies.token);
    nothingWhenRevoked(app, this.dependencies.engine);
    app.get("/api/v1/alerts", (request, reply) => this.list(request, reply));
    app.post("/api/v1/alerts", (request, reply) => this.raise(request, reply));
    app.get("/api/v1/alerts/:id", (request, reply) => this.show(request, reply));
    for (const action of actionNames) {
      app.post(`/api/v1/alerts/:id/${action}`, (request, reply) => this.act(action, request, reply));
    }
    app.get("/api/v1/oncall", (request, reply) => this.onCall(request, reply));
    app.get("/api/v1/schedules", (_request, reply) => this.schedules(reply));
    const { integrations } = this.dependencies;
    if (integrations !== undefined)
      app.get("/api/v1/integrations", (_request, reply) => reply.send(integrations()));
    app.get("/api/v1/team", (_request, reply) => this.team(reply));
  }

  private async list(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { status = "open", limit } = request.query as { status?: string; limit?: string };
    if (status !== "open" && status !== "resolved" && status !== "all") {
      return reply.code(422).send(errorBody("invalid", `status must be "open", "resolved" or "all"`));
    }
    const most = limit === undefined ? undefined : Number(limit);
    if (most !== undefined && !(Number.isInteger(most) && most >= 1 && most <= longestList)) {
      return reply
        .code(422)
        .send(errorBody("invalid", `limit must be a whole number from 1 to ${longestList}`));
    }
    const { engine } = this.dependencies;
    const open =
      status === "resolved" ? [] : [...engine.state.open.values()].sort((a, b) => b.openedAt - a.openedAt);
    const resolved = status === "open" ? [] : engine.listResolved(most ?? resolvedByDefault);
    return reply.send([...open, ...resolved].slice(0, most).map((alert) => toAlertJson(alert)));
  }

  private async show(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const alert = this.dependencies.engine.findAlert(idOf(request));
    return alert === null ? notFound(reply, idOf(request)) : reply.send(this.withTimeline(alert));
  }

  private async raise(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { random } = this.dependencies;
    const body = readBody(request);
    if (!body.ok) return reply.code(400).send(errorBody("malformed", body.text));
    const parsed = raiseBody.safeParse(body.value);
    if (!parsed.success) return reply.code(422).send(errorBody("invalid", faultsOf(parsed.error)));
    const { title, source, labels, details, links, severity = defaultSeverity, dedupKey } = parsed.data;
    const freshId = random.alertId();
    return this.submit(reply, {
      kind: "signal",
      freshId,
      integration: null,
      dedupKey: cleanKey(dedupKey ?? freshId),
      status: "firing",
      content: makeContent({
        severity,
        titles: [title],
        sources: [source, "by hand"],
        labels: labels ?? {},
        details: details ?? {},
        links: (links ?? []) as { href: string; text?: string }[],
      }),
      silentAfterMs: null,
      repetition: "report",
      by: this.dependencies.person(),
    });
  }

  private async act(action: ActionName, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = readBody(request);
    if (!body.ok) return reply.code(400).send(errorBody("malformed", body.text));
    const read = readCommand(action, body.value, this.dependencies.clock.now());
    if (!read.ok) return reply.code(422).send(errorBody("invalid", read.text));
    const { command, origin } = read;
    return this.submit(reply, {
      kind: "command",
      alertId: idOf(request),
      by: this.dependencies.person(),
      origin,
      command,
    });
  }

  /** `{schedule: person}`, a list where several are on duty; with `?shadow=true` each with who looks on. */
  private async onCall(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { at, shadow } = request.query as { at?: string; shadow?: string };
    const time = at === undefined ? this.dependencies.clock.now() : Date.parse(at);
    if (!(time >= firstTime && time < endOfTime))
      return reply
        .code(422)
        .send(
          errorBody(
            "invalid",
            `at must be an ISO 8601 time, from 1970 to 2099, such as 2026-01-31T12:00:00Z`,
          ),
        );
    const onCall = this.dependencies.onCallAt(time);
    if (onCall === null) return noTeam(reply);
    if (shadow !== "true") return reply.send(onCall);
    const shadows = this.dependencies.shadowsAt(time);
    const named = Object.entries(onCall).map(([id, who]) => [id, { onCall: who, shadow: shadows[id] ?? [] }]);
    return reply.send(Object.fromEntries(named));
  }

  private async schedules(reply: FastifyReply): Promise<FastifyReply> {
    const schedules = this.dependencies.schedules();
    return schedules === null ? noTeam(reply) : reply.send(schedules);
  }

  /** The whole team as the engine has it; it holds no key and no password. */
  private async team(reply: FastifyReply): Promise<FastifyReply> {
    const { team } = this.dependencies.engine.state;
    return team === null ? noTeam(reply) : reply.send(team);
  }

  private async submit(reply: FastifyReply, input: Input): Promise<FastifyReply> {
    const answer = await this.dependencies.engine.submit(input);
    if (!answer.ok) return refuse(reply, answer);
    const alert = answer.alertId === null ? null : this.dependencies.engine.findAlert(answer.alertId);
    return reply.send(alert === null ? null : this.withTimeline(alert));
  }

  private withTimeline(alert: Alert) {
    const { engine } = this.dependencies;
    return toAlertJson(alert, engine.factsOf(alert.id), engine.state);
  }
}

function idOf(request: FastifyRequest): AlertId {
  return (request.params as { id: string }).id as AlertId;
}

function notFound(reply: FastifyReply, id: string): FastifyReply {
  return reply
    .code(404)
    .send(errorBody("not-found", `There is no alert ${id}; "tocsin list" shows those that are open.`));
}

function noTeam(reply: FastifyReply): FastifyReply {
  return reply
    .code(409)
    .send(errorBody("no-team", "No team file has been read yet; see the engine's health for the reason."));
}
