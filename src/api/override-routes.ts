/**
 * Overrides and swaps over HTTP: `/api/v1/overrides`, `/api/v1/swaps`. Registered by `compose`.
 *
 * The team file stays the one place that says who is on call, so it is changed first; then the engine records who asked
 * and who agreed. When it cannot, the file is put back and nothing has happened.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { TeamEditor } from "#config/team-editor";
import type { Answer } from "#domain/command";
import type { Duty, DutyCommand } from "#domain/duty-command";
import type { CommandOrigin } from "#domain/fact";
import type { EpochMs, PersonId, ScheduleId, SwapId } from "#domain/ids";
import type { Segment } from "#domain/oncall/on-call";
import type { Swap } from "#domain/swap";
import type { Override, Team } from "#domain/team";
import type { Clock, Engine, Random } from "#engine/ports";
import type { BearerToken } from "./bearer-token.ts";
import { clientsOnly, nothingWhenRevoked, readBody, refuse } from "./client-requests.ts";
import { noDuty, notAlone, partsOf, sentHomeBy } from "./duty-parts.ts";
import { readAnswer, readDuty, whyOver, type DutyRequest, type Read } from "./duty-request.ts";
import { errorBody } from "./http-server.ts";

export interface OverrideDependencies {
  readonly engine: Engine;
  readonly random: Random;
  readonly clock: Clock;
  readonly token: BearerToken;
  /** Whose machine this is; null while nobody has been chosen. */
  readonly person: () => PersonId | null;
  readonly editor: TeamEditor;
  /** The final schedule (contract §3). */
  readonly segmentsOf: (schedule: ScheduleId, from: EpochMs, to: EpochMs) => readonly Segment[];
}

export function overrideRoutes(dependencies: OverrideDependencies): (app: FastifyInstance) => Promise<void> {
  return async (app) => new OverrideRoutes(dependencies).register(app);
}

/** A swap is of a shift or a few; what is longer is a new rotation. */
const longestSwapMs = 92 * 86_400_000;

class OverrideRoutes {
  constructor(private readonly dependencies: OverrideDependencies) {}

  register(app: FastifyInstance): void {
    clientsOnly(app, this.dependencies.token);
    nothingWhenRevoked(app, this.dependencies.engine);
    const { editor } = this.dependencies;
    const oneByOne =
      (handle: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
      (request: FastifyRequest, reply: FastifyReply) =>
        editor.serially(() => handle(request, reply));
    app.get("/api/v1/overrides", (request, reply) => this.list(request, reply));
    app.post(
      "/api/v1/overrides",
      oneByOne((request, reply) => this.add(request, reply)),
    );
    app.delete(
      "/api/v1/overrides",
      oneByOne((request, reply) => this.remove(request, reply)),
    );
    app.get("/api/v1/swaps", (_request, reply) => this.listSwaps(reply));
    app.post(
      "/api/v1/swaps",
      oneByOne((request, reply) => this.ask(request, reply)),
    );
    app.post(
      "/api/v1/swaps/:id/agree",
      oneByOne((request, reply) => this.answer("agree", request, reply)),
    );
    app.post(
      "/api/v1/swaps/:id/decline",
      oneByOne((request, reply) => this.answer("decline", request, reply)),
    );
  }

  /** Those that are not over, or with `?all=true` every one, in the file's order: the last one listed wins. */
  private async list(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { all } = request.query as { all?: string };
    const { engine, clock } = this.dependencies;
    const now = clock.now();
    const overrides = (engine.state.team?.schedules ?? []).flatMap(({ id, overrides: listed }) =>
      listed.map((override) => ({ schedule: id, ...override })),
    );
    return reply.send(overrides.filter(({ end }) => all === "true" || end > now).map(dutyJson));
  }

  private async add(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const read = this.readDuty(request, reply);
    if (read === null) return reply;
    const { duty, origin, askedBy, agreedBy } = read;
    const over = whyOver(duty, this.dependencies.clock.now());
    if (over !== null) return invalid(reply, over);
    if (this.overridesOf(duty.schedule).some((listed) => isSame(listed, duty)))
      return reply.code(409).send(errorBody("already-there", "This override is in the team file already."));
    const { schedule, start, end } = duty;
    const insteadOf = sentHomeBy(this.dependencies.segmentsOf(schedule, start, end), duty.person);
    const command: DutyCommand = { kind: "override-added", ...duty, askedBy, agreedBy };
    const done = await this.change(reply, "add", [duty], command, origin);
    return done
      ? reply.send({ ...dutyJson(duty), askedBy, agreedBy, ...(insteadOf.length > 0 && { insteadOf }) })
      : reply;
  }

  /** By its exact words: `?schedule=…&person=…&from=…&to=…`. */
  private async remove(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const read = this.readDuty(request, reply, request.query);
    if (read === null) return reply;
    const { duty, origin } = read;
    if (!this.overridesOf(duty.schedule).some((listed) => isSame(listed, duty)))
      return notFound(reply, `There is no such override; "tocsin override list" shows them.`);
    const done = await this.change(reply, "remove", [duty], { kind: "override-removed", ...duty }, origin);
    return done ? reply.send(dutyJson(duty)) : reply;
  }

  private async listSwaps(reply: FastifyReply): Promise<FastifyReply> {
    const now = this.dependencies.clock.now();
    const swaps = [...this.dependencies.engine.state.swaps.values()].filter(({ end }) => end > now);
    return reply.send(swaps.map(swapJson));
  }

  private async ask(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const read = this.readDuty(request, reply);
    if (read === null) return reply;
    const { duty, origin, agreedBy } = read;
    const { clock, random, person } = this.dependencies;
    const askedBy = read.askedBy ?? person();
    const fault = whyNoSwap(read, askedBy) ?? whyOver(duty, clock.now());
    if (fault !== null || askedBy === null) return invalid(reply, fault ?? "");
    const { parts, beside } = this.partsOf(duty, askedBy);
    if (beside.length > 0) return invalid(reply, notAlone(askedBy, beside, duty));
    if (parts.length === 0) return invalid(reply, noDuty(askedBy, duty));
    const swap = random.alertId() as string as SwapId;
    const asked = await this.submit({ kind: "ask-swap", ...duty, swap, askedBy }, origin);
    if (!asked.ok) return refuse(reply, asked);
    return agreedBy === null ? this.sendSwap(reply, swap, []) : this.agree(reply, swap, agreedBy, origin);
  }

  private async answer(
    answer: "agree" | "decline",
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const read = this.read(request, reply, (body, team) => readAnswer(body, team));
    if (read === null) return reply;
    const by = read.by ?? this.dependencies.person();
    if (by === null)
      return invalid(reply, "by: say who answers; nobody is chosen as the person of this machine");
    const swap = (request.params as { id: string }).id as SwapId;
    if (answer === "agree") return this.agree(reply, swap, by, read.origin);
    const declined = await this.submit({ kind: "decline-swap", swap, declinedBy: by }, read.origin);
    return declined.ok ? this.sendSwap(reply, swap, []) : refuse(reply, declined);
  }

  private async agree(
    reply: FastifyReply,
    id: SwapId,
    agreedBy: PersonId,
    origin: CommandOrigin,
  ): Promise<FastifyReply> {
    const { engine, clock } = this.dependencies;
    const swap = engine.state.swaps.get(id);
    const canBe = swap?.status === "asked" && swap.person === agreedBy && swap.end > clock.now();
    const { parts: duties, beside } =
      swap === undefined || !canBe ? { parts: [], beside: [] } : this.partsOf(swap, swap.askedBy);
    const command: DutyCommand = { kind: "agree-swap", swap: id, agreedBy, duties };
    if (!canBe) {
      // The engine knows the reason, and refuses.
      const refused = await this.submit(command, origin);
      return refused.ok ? this.sendSwap(reply, id, []) : refuse(reply, refused);
    }
    if (beside.length > 0)
      return reply.code(409).send(errorBody("not-alone", notAlone(swap.askedBy, beside, swap)));
    if (duties.length === 0) return reply.code(409).send(errorBody("no-duty", noDuty(swap.askedBy, swap)));
    const done = await this.change(reply, "add", duties, command, origin);
    return done ? this.sendSwap(reply, id, duties) : reply;
  }

  /** From now on. */
  private partsOf(duty: Duty, askedBy: PersonId): ReturnType<typeof partsOf> {
    const now = Math.floor(this.dependencies.clock.now() / 1000) * 1000;
    const start = Math.max(duty.start, now);
    return partsOf(this.dependencies.segmentsOf(duty.schedule, start, duty.end), duty, askedBy);
  }

  /** The file, then the record of it. @returns false when it has been answered with a refusal; then nothing has changed. */
  private async change(
    reply: FastifyReply,
    what: "add" | "remove",
    duties: readonly Duty[],
    command: DutyCommand,
    origin: CommandOrigin,
  ): Promise<boolean> {
    const changed = await this.dependencies.editor.change(what, duties);
    if (!changed.ok) {
      void reply
        .code(changed.reason === "not-written" ? 503 : 409)
        .send(errorBody(changed.reason, changed.text));
      return false;
    }
    const answer = await this.submit(command, origin);
    if (answer.ok) {
      await changed.keep();
      return true;
    }
    await changed.undo();
    void refuse(reply, answer);
    return false;
  }

  private submit(command: DutyCommand, origin: CommandOrigin): Promise<Answer> {
    const { engine, person } = this.dependencies;
    return engine.submit({ kind: "duty", by: person(), origin, command });
  }

  private sendSwap(reply: FastifyReply, id: SwapId, duties: readonly Duty[]): FastifyReply {
    const swap = this.dependencies.engine.state.swaps.get(id);
    return reply.send(swap === undefined ? null : { ...swapJson(swap), overrides: duties.map(dutyJson) });
  }

  private readDuty(request: FastifyRequest, reply: FastifyReply, given?: unknown): DutyRequest | null {
    return this.read(request, reply, (body, team) => readDuty(given ?? body, team, this.dependencies.editor));
  }

  /** @returns null when it has been answered with what is wrong. */
  private read<Value>(
    request: FastifyRequest,
    reply: FastifyReply,
    interpret: (body: unknown, team: Team) => Read<Value>,
  ): Value | null {
    const { team } = this.dependencies.engine.state;
    const body = readBody(request);
    if (team === null) void reply.code(409).send(errorBody("no-team", "No team file has been read yet."));
    else if (!body.ok) void reply.code(400).send(errorBody("malformed", body.text));
    else {
      const read = interpret(body.value, team);
      if (read.ok) return read.value;
      invalid(reply, read.text);
    }
    return null;
  }

  private overridesOf(id: ScheduleId): readonly Override[] {
    const { team } = this.dependencies.engine.state;
    return team?.schedules.find((schedule) => schedule.id === id)?.overrides ?? [];
  }
}

function whyNoSwap({ duty, agreedBy }: DutyRequest, askedBy: PersonId | null): string | null {
  if (askedBy === null) return "askedBy: say who asks; nobody is chosen as the person of this machine";
  if (askedBy === duty.person) return "person: nobody swaps with themselves; name who is to take over";
  if (agreedBy !== null && agreedBy !== duty.person) return `agreedBy: only ${duty.person} can agree to it`;
  return duty.end - duty.start > longestSwapMs ? "to: a swap is of at most 92 days" : null;
}

function isSame(listed: Override, { person, start, end }: Duty): boolean {
  return listed.person === person && listed.start === start && listed.end === end;
}

function dutyJson({ schedule, start, end, person }: Duty) {
  return { schedule, start: new Date(start).toISOString(), end: new Date(end).toISOString(), person };
}

function swapJson({ id, askedBy, status, askedAt, answeredAt, ...duty }: Swap) {
  return {
    id,
    ...dutyJson(duty),
    askedBy,
    status,
    askedAt: new Date(askedAt).toISOString(),
    ...(answeredAt !== null && { answeredAt: new Date(answeredAt).toISOString() }),
  };
}

function invalid(reply: FastifyReply, text: string): FastifyReply {
  return reply.code(422).send(errorBody("invalid", text));
}

function notFound(reply: FastifyReply, text: string): FastifyReply {
  return reply.code(404).send(errorBody("not-found", text));
}
