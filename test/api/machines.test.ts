/** Machines over the API and the client contract: what is seen, what may be done by whom, and what is refused. */
import { expect, test } from "vitest";
import { qrCodeOf } from "#api/qr-code";
import { ClientHub } from "#api/client-hub";
import type { ClientConnection } from "#api/client-hub";
import type { PersonId } from "#domain/ids";
import { engineMessage } from "#wire/client-contract";
import type { EngineMessage } from "#wire/client-contract";
import { inviteJson, machinesJson } from "#wire/machines-json";
import { CountingRandom, FakeEngine, StandingClock } from "../support/fake-engine.ts";
import { FakeMachines, machine, machinesOfThree } from "../support/fake-machines.ts";
import { send } from "../support/http-client.ts";
import { noon, startApi, team } from "./api-server.ts";

test("the picture of the machines needs the token, and is what the wire says", async () => {
  const { get, port } = await startApi();
  expect((await send(port, "/api/v1/machines")).status).toBe(401);
  const answer = await get("/api/v1/machines");
  expect([answer.status, machinesJson.parse(answer.json())]).toEqual([200, machinesOfThree()]);
});

test("an invite is a line, when it ends, and the same line as a QR code", async () => {
  const { post, machines } = await startApi();
  const answer = await post("/api/v1/machines/invites", { role: "desk", person: "ana" });
  const invite = inviteJson.parse(answer.json());
  expect(invite).toMatchObject({
    line: expect.stringMatching(/^tocsin:\/\//),
    expiresAt: "2026-03-01T12:15:00.000Z",
  });
  expect(invite.qr).toEqual(qrCodeOf(invite.line));
  expect(machines.invited).toEqual([{ role: "desk", person: "ana" }]);
});

test("an invite without a body is for an engine that is nobody's", async () => {
  const { post, machines } = await startApi();
  expect((await post("/api/v1/machines/invites")).status).toBe(200);
  expect(machines.invited).toEqual([{ role: "engine", person: null }]);
});

test("an invite that cannot be is refused with the reason", async () => {
  const { post, machines } = await startApi();
  machines.invitation = { ok: false, text: "Port 8744 is in use." };
  const answers = [
    await post("/api/v1/machines/invites", { person: "nobody" }),
    await post("/api/v1/machines/invites", { role: "boss" }),
    await post("/api/v1/machines/invites", "{"),
    await post("/api/v1/machines/invites", {}),
  ];
  expect(answers.map(({ status }) => status)).toEqual([422, 422, 400, 409]);
  expect(answers[3]!.json()).toEqual({ error: { reason: "no-invite", text: "Port 8744 is in use." } });
  expect(machines.invited).toHaveLength(1);
});

test("a machine is renamed, given to a person, revoked; hostile names are cleaned", async () => {
  const { post, machines } = await startApi();
  const answers = [
    await post("/api/v1/machines/benlaptop/rename", { name: "  Old\u202e\nlaptop " }),
    await post("/api/v1/machines/benlaptop/bind", { person: "ana" }),
    await post("/api/v1/machines/benlaptop/bind", { person: null }),
    await post("/api/v1/machines/benlaptop/revoke"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(machines.changes).toEqual([
    { kind: "machine-changed", machineId: "benlaptop", name: "Old\uFFFD laptop" },
    { kind: "machine-changed", machineId: "benlaptop", person: "ana" },
    { kind: "machine-changed", machineId: "benlaptop", person: null },
    { kind: "machine-revoked", machineId: "benlaptop", by: "ana" },
  ]);
});

test("what cannot be done to a machine changes nothing and says why", async () => {
  const { post, machines } = await startApi();
  const [ana, ben] = machinesOfThree().machines;
  machines.become({
    ...machinesOfThree(),
    machines: [ana!, { ...ben!, id: "old", revokedAt: "2026-02-02T00:00:00.000Z" }],
  });
  const refused = async (path: string, body?: unknown) => {
    const answer = await post(`/api/v1/machines/${path}`, body);
    return [answer.status, (answer.json() as { error: { reason: string } }).error.reason];
  };
  expect(await refused("nowhere/revoke")).toEqual([404, "no-such-machine"]);
  expect(await refused("old/rename", { name: "x" })).toEqual([409, "already-revoked"]);
  expect(await refused("analaptop/revoke")).toEqual([409, "own-machine"]);
  expect(await refused("analaptop/rename", { name: " \n " })).toEqual([422, "empty-name"]);
  expect(await refused("analaptop/bind", { person: "zoe" })).toEqual([422, "unknown-person"]);
  expect(await refused("analaptop/bind", {})).toEqual([422, "invalid"]);
  expect(await refused("analaptop/rename", { name: "x", role: "desk" })).toEqual([422, "invalid"]);
  expect(machines.changes).toEqual([]);
  machines.answer = { ok: false, reason: "journal-unavailable", text: "The disk is full." };
  expect(await refused("analaptop/rename", { name: "x" })).toEqual([503, "journal-unavailable"]);
});

function startHub() {
  const engine = new FakeEngine();
  engine.state.team = team;
  const machines = new FakeMachines();
  const clock = new StandingClock(noon);
  const log = { warn: () => {}, error: () => {} };
  const hub = new ClientHub({
    engine,
    random: new CountingRandom(),
    clock,
    engineVersion: "1.2.3",
    url: () => "",
    person: () => "ana" as PersonId,
    schedules: () => null,
    machines,
    log,
  });
  const connect = (desk?: ClientConnection["desk"]) => {
    const heard: EngineMessage[] = [];
    let say: (message: unknown) => void = () => {};
    hub.attach({
      send: (message) => heard.push(engineMessage.parse(structuredClone(message))),
      onMessage: (listener) => (say = listener),
      onClose: () => {},
      close: () => {},
      ...(desk && { desk }),
    });
    say({ type: "hello", version: 1, client: "desktop", person: "ben", available: true });
    return { heard, say: (message: unknown) => say(message) };
  };
  return { hub, engine, machines, clock, connect };
}

/** Answers come in a later turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a client hears of the machines with its welcome and after each change", () => {
  const { connect, machines, hub } = startHub();
  const { heard } = connect();
  expect(heard).toMatchObject([{ type: "welcome", machines: machinesOfThree() }]);
  const alone = machinesOfThree({ isolatedSince: "2026-03-01T03:12:00.000Z", awake: 1 });
  machines.become(alone);
  expect(heard.slice(1)).toEqual([{ type: "machines", machines: alone }]);
  hub.close();
  machines.become(machinesOfThree());
  expect(heard).toHaveLength(2);
});

test("a client of this machine invites and changes; a desk may not", async () => {
  const { connect, machines } = startHub();
  const requests = [
    { type: "invite", requestId: 1, role: "engine", person: null },
    { type: "machine-change", requestId: 2, machineId: "benlaptop", change: { kind: "revoke" } },
  ];
  const desk = connect({ person: () => "ana" as PersonId });
  for (const request of requests) desk.say(request);
  await turn();
  expect(desk.heard.slice(1)).toMatchObject([
    { requestId: 1, ok: false, reason: "not-here" },
    { requestId: 2, ok: false, reason: "not-here" },
  ]);
  expect([machines.invited, machines.changes]).toEqual([[], []]);
  const own = connect();
  for (const request of requests) own.say(request);
  await turn();
  expect(own.heard.slice(1)).toMatchObject([
    { requestId: 1, ok: true, invite: { line: expect.stringContaining("tocsin://") } },
    { requestId: 2, ok: true },
  ]);
  expect(machines.changes).toMatchObject([{ kind: "machine-revoked", by: "ben" }]);
});

test("a desk acts for the person of its record, whatever it says, and follows a change of it", async () => {
  const { connect, engine, machines } = startHub();
  let person: PersonId | null = "ana" as PersonId;
  const desk = connect({ person: () => person });
  const people = () =>
    engine.inputs.flatMap((input) => (input.kind === "desktops-changed" ? [input.people] : []));
  expect(people()).toEqual([["ana"]]);
  desk.say({ type: "raise", requestId: 1, title: "Test", severity: "info" });
  desk.say({ type: "availability", available: true, person: "ben" });
  await turn();
  expect(engine.signals).toMatchObject([{ by: "ana" }]);
  expect(people()).toEqual([["ana"]]);
  person = "chi" as PersonId;
  machines.become(machinesOfThree());
  expect(people()).toEqual([["ana"], ["chi"]]);
});

test("a ping is answered at once", async () => {
  const { connect } = startHub();
  const client = connect();
  client.say({ type: "ping", requestId: 9 });
  await turn();
  expect(client.heard.slice(1)).toEqual([{ type: "answer", requestId: 9, ok: true }]);
});

test("many changes in a moment are one message, and the last one counts", () => {
  const { connect, machines, clock } = startHub();
  const { heard } = connect();
  const awake = () =>
    heard.flatMap((message) => (message.type === "machines" ? [message.machines.awake] : []));
  for (const count of [1, 2, 3, 4]) machines.become(machinesOfThree({ awake: count }));
  expect(awake()).toEqual([1]);
  clock.pass(100);
  expect(awake()).toEqual([1, 4]);
  clock.pass(10_000);
  expect(awake()).toEqual([1, 4]);
});

test("a desk of a large team hears of the engines and of what is its person's; others hear of all", () => {
  const { connect, machines } = startHub();
  const desks = Array.from({ length: 500 }, (_, i) => machine(`desk${i}`, { role: "desk", person: `p${i}` }));
  machines.become(machinesOfThree({ machines: [...machinesOfThree().machines, ...desks] }));
  const ids = ({ heard }: { heard: EngineMessage[] }) =>
    heard.flatMap((message) =>
      message.type === "welcome" ? [message.machines?.machines.map(({ id }) => id)] : [],
    )[0];
  expect(ids(connect({ person: () => "p7" as PersonId }))).toEqual(["analaptop", "benlaptop", "desk7"]);
  expect(ids(connect())).toHaveLength(503);
});
