/**
 * The machines of the team over HTTP: `/api/v1/machines`. Registered by `compose`, and on the inner server that desks
 * ask (`desk-door.ts`), there to look only.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { PersonId } from "#domain/ids";
import type { Engine } from "#engine/ports";
import { inviteRequest, machineChangeRequest } from "#wire/machines-json";
import type { BearerToken } from "./bearer-token.ts";
import { clientsOnly, nothingWhenRevoked, readBody, refuse } from "./client-requests.ts";
import { faultsOf } from "./command-body.ts";
import { errorBody } from "./http-server.ts";
import {
  MachineCommands,
  type MachineRefusal,
  type MachineReply,
  type RefusedHere,
  type TeamMachines,
} from "./machine-commands.ts";

export interface MachineRouteDependencies {
  readonly engine: Pick<Engine, "state" | "health">;
  readonly token: BearerToken;
  /** Whose machine this is; null while nobody has been chosen. Machines are revoked in this person's name. */
  readonly person: () => PersonId | null;
  readonly machines: TeamMachines;
}

export function machineRoutes(
  dependencies: MachineRouteDependencies,
): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    const { engine, token, person, machines } = dependencies;
    const commands = new MachineCommands(machines, () => engine.state.team);
    clientsOnly(app, token);
    nothingWhenRevoked(app, engine);
    lookAtMachines(app, machines);
    app.post("/api/v1/machines/invites", async (request, reply) => {
      const body = read(request, reply, (value) => inviteRequest.safeParse(value));
      if (body === null) return reply;
      const answer = await commands.invite(body);
      return answer.ok ? reply.send(answer.invite) : turnDown(reply, answer);
    });
    for (const kind of ["rename", "bind", "revoke"] as const) {
      app.post(`/api/v1/machines/:id/${kind}`, async (request, reply) => {
        const body = read(request, reply, (value) =>
          machineChangeRequest.safeParse({ ...(value as object), kind }),
        );
        if (body === null) return reply;
        const { id } = request.params as { id: string };
        const answer = await commands.change(id, body, person());
        return answer.ok
          ? reply.send(machines.machines().machines.find((machine) => machine.id === id) ?? null)
          : turnDown(reply, answer);
      });
    }
  };
}

/** For those who may look and not change. The scope has its own token check. */
export function lookAtMachines(app: FastifyInstance, machines: Pick<TeamMachines, "machines">): void {
  app.get("/api/v1/machines", (_request, reply) => reply.send(machines.machines()));
}

type Parsed<Body> = { success: true; data: Body } | { success: false; error: Parameters<typeof faultsOf>[0] };

/** Null: it has been answered with a refusal. */
function read<Body>(
  request: FastifyRequest,
  reply: FastifyReply,
  parse: (value: unknown) => Parsed<Body>,
): Body | null {
  const body = readBody(request);
  if (!body.ok) {
    void reply.code(400).send(errorBody("malformed", body.text));
    return null;
  }
  const parsed = parse(body.value);
  if (parsed.success) return parsed.data;
  void reply.code(422).send(errorBody("invalid", faultsOf(parsed.error)));
  return null;
}

function turnDown(reply: FastifyReply, answer: Extract<MachineReply, { ok: false }>): FastifyReply {
  if (!isRefusedHere(answer)) return refuse(reply, answer);
  return reply.code(statusOf[answer.reason]).send(errorBody(answer.reason, answer.text));
}

function isRefusedHere(answer: Extract<MachineReply, { ok: false }>): answer is RefusedHere {
  return answer.reason in statusOf;
}

const statusOf: Readonly<Record<MachineRefusal, number>> = {
  "no-such-machine": 404,
  "already-revoked": 409,
  "own-machine": 409,
  "unknown-person": 422,
  "empty-name": 422,
  "no-invite": 409,
};
