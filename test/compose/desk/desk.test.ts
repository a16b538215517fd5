/**
 * A desk with real keys, TLS and WebSockets between it and engines that only record: what the app and the command line
 * of the desk's machine see, and what becomes of it when engines go.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PersonId } from "#domain/ids";
import { readMembership } from "#peers/identity/membership";
import { send, post } from "../../support/http-client.ts";
import { until } from "../../support/peer-machines.ts";
import { signal } from "../../api/api-server.ts";
import { attach, DeskTeam } from "./desk-team.ts";

test("the app of a desk hears what the coordinator says, and acts for the desk's person through it", async () => {
  const team = await DeskTeam.start(2);
  const [first] = team.engines;
  first!.engine.open(signal("a0"));
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("the alert is there", () => app.ofType("welcome").at(-1)?.alerts.length === 1);
  expect(app.ofType("welcome").at(-1)).toMatchObject({
    url: desk.url,
    health: { ready: true },
    machines: {
      self: { id: team.deskId, name: "Ana's new desk", role: "desk" },
      coordinator: first!.identity.id,
    },
  });
  app.say({
    type: "command",
    requestId: 7,
    alertId: "a0",
    origin: "window",
    command: { kind: "acknowledge" },
  });
  await until("it is answered", () => app.ofType("answer").length === 1);
  expect(app.ofType("answer")).toMatchObject([{ requestId: 7, ok: true }]);
  expect(first!.engine.inputs).toContainEqual(
    expect.objectContaining({ kind: "command", by: "ana", alertId: "a0" }),
  );
  app.say({ type: "invite", requestId: 8, role: "engine", person: null });
  await until("it is refused", () => app.ofType("answer").length === 2);
  expect(app.ofType("answer")[1]).toMatchObject({ requestId: 8, ok: false, reason: "not-here" });
});

test("the engine counts on the desk while its app is there, and presents on it", async () => {
  const team = await DeskTeam.start(1);
  const [{ engine, hub }] = team.engines as [DeskTeam["engines"][number]];
  const desk = await team.startDesk();
  const people = () =>
    engine.inputs.flatMap((input) => (input.kind === "desktops-changed" ? [input] : [])).at(-1);
  await until("it is connected", () => desk !== null && attachedOnce(desk));
  expect(people()?.people ?? []).toEqual([]);
  const app = attach(desk);
  await until("the app counts", () => people()?.people.includes("ana" as PersonId) === true);
  app.say({ type: "presence", presence: "locked" });
  await until("it is known to be locked", () => people()?.away?.[0]?.presence === "locked");
  engine.open(signal("a0"));
  const alert = engine.findAlert("a0" as never)!;
  engine.commit({ alerts: [alert] });
  const presented = hub.present(
    {
      actionId: "x" as never,
      attempt: 1,
      alert,
      person: { id: "ana" as PersonId } as never,
      why: "You are on call.",
      stillWanted: () => true,
    },
    new AbortController().signal,
  );
  await until("it is to be shown", () => app.ofType("present").length === 1);
  expect(app.ofType("alerts").at(-1)?.alerts[0]?.id).toBe("a0");
  app.say({ type: "presented", actionId: "x", shown: true });
  expect(await presented).toBe("shown");
  app.leave();
  await until("nobody is counted on", () => people()?.people.length === 0);
});

test("when its engine dies, the next one has it within ten seconds, and what was under way is answered", async () => {
  const team = await DeskTeam.start(2);
  const [first, second] = team.engines;
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("it is connected", () => app.ofType("welcome").at(-1)?.team !== null);
  first!.engine.answer = () => new Promise(() => {});
  second!.engine.open(signal("b0"));
  app.say({ type: "raise", requestId: 1, title: "Test", severity: "info" });
  await until("it is under way", () => first!.engine.signals.length === 1);
  const welcomes = app.ofType("welcome").length;
  const diedAt = performance.now();
  first!.die();
  await until("the second one says welcome", () => app.ofType("welcome").length > welcomes);
  expect(performance.now() - diedAt).toBeLessThan(10_000);
  expect(app.ofType("answer")).toMatchObject([{ requestId: 1, ok: false, reason: "unreachable" }]);
  expect(app.ofType("health")[0]?.health).toMatchObject({ ready: false, trusted: false });
  expect(app.ofType("welcome").at(-1)).toMatchObject({ health: { ready: true }, alerts: [{ id: "b0" }] });
  // And it counts on the app as the first one did.
  await until("the app counts", () =>
    second!.engine.inputs.some((input) => input.kind === "desktops-changed" && input.people.length === 1),
  );
});

test("with no engine it says since when, keeps what it knew, and answers at once", async () => {
  const team = await DeskTeam.start(1);
  const [{ engine, die }] = team.engines as [DeskTeam["engines"][number]];
  engine.open(signal("a0"));
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("it is connected", () => app.ofType("welcome").at(-1)?.alerts.length === 1);
  die();
  await until("it is said", () => app.ofType("health").length > 0);
  const notTrusted = {
    ready: false,
    trusted: false,
    problems: [
      {
        kind: "engine",
        text: expect.stringMatching(/^No engine of the team can be reached, .* Start Tocsin on a machine /),
        since: expect.stringMatching(/Z$/),
      },
    ],
  };
  expect(app.ofType("health").at(-1)?.health).toMatchObject(notTrusted);
  expect(app.ofType("machines").at(-1)?.machines).toMatchObject({ coordinator: null, awake: 0 });
  expect(
    app
      .ofType("machines")
      .at(-1)
      ?.machines.machines.map(({ connected }) => connected),
  ).toEqual([false, true]);
  app.say({ type: "open-alert", requestId: 3, alertId: "a0" });
  expect(app.ofType("answer")).toMatchObject([{ requestId: 3, ok: false, reason: "unreachable" }]);
  app.say({ type: "ping", requestId: 4 });
  expect(app.ofType("answer").at(-1)).toMatchObject({ requestId: 4, ok: true });
  const late = attach(desk, "browser");
  expect(late.heard).toMatchObject([{ type: "welcome", health: notTrusted, alerts: [{ id: "a0" }] }]);
  const port = Number(new URL(desk.url).port);
  const authorization = `Bearer ${token(team)}`;
  const answer = await send(port, "/api/v1/alerts", { headers: { authorization } });
  expect([answer.status, answer.json()]).toMatchObject([503, { error: { reason: "unreachable" } }]);
  expect((await send(port, "/readyz")).status).toBe(503);
  expect((await send(port, "/healthz")).status).toBe(200);
});

test("the command line's requests on a desk are answered by the engine, in the person's name, and no others", async () => {
  const team = await DeskTeam.start(1);
  const [{ engine }] = team.engines as [DeskTeam["engines"][number]];
  engine.open(signal("a0"));
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("it is connected", () => app.ofType("welcome").at(-1)?.alerts.length === 1);
  const port = Number(new URL(desk.url).port);
  const headers = { authorization: `Bearer ${token(team)}` };
  const get = (path: string) => send(port, path, { headers });
  const list = await get("/api/v1/alerts?status=open");
  expect([list.status, list.json()]).toMatchObject([200, [{ id: "a0" }]]);
  expect((await get("/api/v1/alerts/nothing")).status).toBe(404);
  const acknowledged = await post(port, "/api/v1/alerts/a0/acknowledge", "", headers);
  expect([acknowledged.status, engine.inputs.at(-1)]).toMatchObject([200, { kind: "command", by: "ana" }]);
  const noted = await post(port, "/api/v1/alerts/a0/note", { text: "looking – ü" }, headers);
  expect([noted.status, engine.inputs.at(-1)]).toMatchObject([
    200,
    { command: { kind: "note", text: "looking – ü" } },
  ]);
  expect((await get("/api/v1/oncall")).json()).toEqual({ primary: "ana" });
  expect((await get("/api/v1/team")).json()).toMatchObject({ name: "Platform" });
  expect((await get("/api/v1/machines")).json()).toMatchObject({
    awake: 1,
    self: { id: team.deskId, role: "desk" },
  });
  expect((await send(port, "/api/v1/alerts")).status).toBe(401);
  expect((await get("/api/v1/overrides")).status).toBe(404);
  expect((await post(port, "/api/v1/machines/invites", {}, headers)).status).toBe(404);
  expect(
    (await post(port, "/api/v1/alerts", { title: "x", details: { long: "x".repeat(40_000) } }, headers))
      .status,
  ).toBe(413);
  expect((await send(port, "/readyz")).status).toBe(200);
});

test("it remembers the engines that it hears of, and finds them after a restart", async () => {
  const team = await DeskTeam.start(1);
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("it is connected", () => app.ofType("welcome").at(-1)?.team !== null);
  const second = await team.addEngine();
  team.tellOfMachines(1);
  await until("it hears of it", () => app.ofType("machines").length > 0);
  const kept = readMembership(team.data);
  expect(kept.ok && kept.membership?.engines.map(({ id }) => id)).toEqual(
    team.engines.map(({ identity }) => identity.id),
  );
  await desk.stop();
  team.engines[0]!.die();
  const again = attach(await team.startDesk());
  await until("the new one says welcome", () => (again.ofType("welcome").at(-1)?.team ?? null) !== null);
  expect(second.engine.state.team).not.toBeNull();
});

test("a desk that was revoked hears why and gets nothing", async () => {
  const team = await DeskTeam.start(1);
  const [{ engine }] = team.engines as [DeskTeam["engines"][number]];
  engine.open(signal("a0"));
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("it is connected", () => app.ofType("welcome").at(-1)?.alerts.length === 1);
  team.roster.revoke(team.deskId as never);
  await until("it is cut off", () =>
    app.ofType("health").some(({ health }) => /revoked/.test(health.problems[0]?.text ?? "")),
  );
  expect(app.ofType("health").at(-1)?.health.ready).toBe(false);
  // What was on its screens is not its business any more, and it may join again.
  await until("its alerts go", () => app.ofType("welcome").at(-1)?.alerts.length === 0);
  expect(readMembership(team.data)).toMatchObject({ membership: { revoked: { machine: team.deskId } } });
});

test("a client that says nonsense is cut off, and the line is not", async () => {
  const team = await DeskTeam.start(1);
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("it is connected", () => app.ofType("welcome").at(-1)?.team !== null);
  const bad = attach(desk, "browser");
  bad.say({ type: "http", id: 1, method: "GET", path: "/api/v1/alerts", body: null });
  expect(bad.closedWith()).toMatch(/client contract/);
  app.say({ type: "list-resolved", requestId: 5, limit: 1 });
  await until("the app is answered", () => app.ofType("answer").length === 1);
});

function token(team: DeskTeam): string {
  return readFileSync(join(team.data, "token"), "utf8").trim();
}

/** Whether a browser that comes now is told by an engine. */
function attachedOnce(desk: Parameters<typeof attach>[0]): boolean {
  const browser = attach(desk, "browser");
  const isConnected = browser.ofType("welcome").at(-1)?.team !== null;
  browser.leave();
  return isConnected;
}

test("what an older engine would hang up on is not asked of it", async () => {
  const team = await DeskTeam.start(1);
  const desk = await team.startDesk();
  const app = attach(desk);
  await until("it is connected", () => app.ofType("welcome").at(-1)?.team !== null);
  app.say({ type: "integrations", requestId: 7 });
  await until("it is answered", () => app.ofType("answer").length > 0);
  expect(app.ofType("answer")).toMatchObject([
    { requestId: 7, ok: false, reason: "not-here", text: expect.stringContaining("Update Tocsin there.") },
  ]);
});
