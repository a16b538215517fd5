/**
 * A desk at the engine's door: it speaks the client contract, for the person of its record, and passes on what the command
 * line of its machine asks over HTTP. Built by `compose`, which gives it each connection that comes in at /client/v1.
 */
import type { FastifyInstance } from "fastify";
import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { PersonId } from "#domain/ids";
import type { EngineMessage } from "#wire/client-contract";
import { deskRequest, longestDeskAnswer, type DeskAnswer, type DeskRequest } from "#wire/desk-contract";
import { askInside } from "./ask-inside.ts";
import { BearerToken } from "./bearer-token.ts";
import type { ClientConnection } from "./client-hub.ts";
import { createHttpServer, errorBody } from "./http-server.ts";
import { lookAtMachines } from "./machine-routes.ts";
import type { TeamMachines } from "./machine-commands.ts";
import { apiRoutes, type ApiDependencies } from "./routes.ts";

/** A connection whose other end is a machine of the team, proven by its certificate. */
export interface DeskConnection extends Omit<ClientConnection, "desk" | "send"> {
  send(message: EngineMessage | DeskAnswer): void;
}

export interface DeskDoorDependencies extends Omit<ApiDependencies, "token" | "person"> {
  readonly hub: { attach(connection: ClientConnection): void };
  readonly machines: Pick<TeamMachines, "machines">;
  readonly log: Pick<Logger, "warn" | "error">;
}

/** A desk is one person at one command line. */
const requestsAtOnce = 8;

export class DeskDoor {
  constructor(private readonly dependencies: DeskDoorDependencies) {}

  /** `person`: whose the desk is by the team's record, now. */
  attach(connection: DeskConnection, person: () => PersonId | null): void {
    const requests = new DeskRequests(this.dependencies, person);
    let listener = (_message: unknown): void => {};
    connection.onMessage((message) => {
      if ((message as { type?: unknown } | null)?.type !== "http") return listener(message);
      const parsed = deskRequest.safeParse(message);
      // What is no request of ours the hub does not know either, and it ends the conversation.
      if (!parsed.success) return listener(message);
      void requests.answer(parsed.data).then((answer) => connection.send(answer));
    });
    connection.onClose(() => void requests.close());
    const { sendText } = connection;
    this.dependencies.hub.attach({
      desk: { person },
      send: (message) => connection.send(message),
      ...(sendText && { sendText: (text: string) => sendText.call(connection, text) }),
      onMessage: (hubs) => (listener = hubs),
      onClose: (closed) => connection.onClose(closed),
      close: (reason) => connection.close(reason),
    });
  }
}

/** The requests of one desk, on routes of its own that know whose it is. Made at the first one: most desks ask none. */
class DeskRequests {
  private readonly token = randomBytes(32).toString("base64url");
  private app: Promise<FastifyInstance> | null = null;
  private underWay = 0;

  constructor(
    private readonly dependencies: DeskDoorDependencies,
    private readonly person: () => PersonId | null,
  ) {}

  /** Never rejects. */
  async answer({ id, method, path, body }: DeskRequest): Promise<DeskAnswer> {
    const reply = (status: number, text: string): DeskAnswer => ({
      type: "http-answer",
      id,
      status,
      body: text,
    });
    const refuse = (status: number, reason: string, text: string) =>
      reply(status, JSON.stringify(errorBody(reason, text)));
    if (!isAllowed(path)) return refuse(404, "not-here", "A desk cannot ask this; ask it on an engine.");
    if (this.underWay >= requestsAtOnce) return refuse(503, "busy", "Too many requests at once.");
    this.underWay += 1;
    try {
      const app = await (this.app ??= this.build());
      const headers = {
        host: "localhost",
        authorization: `Bearer ${this.token}`,
        ...(body !== null && { "content-type": "application/json" }),
      };
      const { status, text } = await askInside(app.server, { method, path, headers, body });
      if (text.length > longestDeskAnswer)
        return refuse(413, "too-large", "The answer is too long for a desk; ask for less with ?limit=.");
      return reply(status, text);
    } catch (error) {
      this.dependencies.log.error({ err: error }, "a desk's request failed");
      return refuse(500, "internal", "An internal error; the engine's log has it.");
    } finally {
      this.underWay -= 1;
    }
  }

  async close(): Promise<void> {
    await (await this.app)?.close();
    this.app = null;
  }

  /** Never listens: what it is asked is put in. */
  private async build(): Promise<FastifyInstance> {
    const { dependencies, person } = this;
    const { app } = createHttpServer({ host: "127.0.0.1", port: 0, log: dependencies.log });
    await app.register(apiRoutes({ ...dependencies, token: new BearerToken(this.token), person }));
    lookAtMachines(app, dependencies.machines);
    await app.ready();
    return app;
  }
}

const allowed = /^\/api\/v1\/(alerts(\/[^/?]{1,256}){0,2}|oncall|team|schedules|machines)\/?(\?|$)/;

function isAllowed(path: string): boolean {
  return allowed.test(path);
}
