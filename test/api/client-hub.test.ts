/** The engine's end of the client contract: what clients are told, what they may ask, which desktops count. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presentedWithinMs } from "#api/attached-desktops";
import { ClientHub } from "#api/client-hub";
import { SchedulesView } from "#api/schedules-view";
import type { ActionId, AlertId, PersonId } from "#domain/ids";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { schedulesOverview } from "#domain/reports/schedules-overview";
import type { Notice } from "#engine/ports";
import { clientMessage, engineMessage } from "#wire/client-contract";
import type { EngineMessage } from "#wire/client-contract";
import { CountingRandom, FakeEngine, StandingClock, alertOf } from "../support/fake-engine.ts";
import { noon, signal, team } from "./api-server.ts";

const comings = {
  since: "2026-03-01T11:00:00.000Z",
  integrations: [{ id: "nagios", type: "events", taken: 3, changedNothing: 2, refused: 1 }],
  strangers: { taken: 0, changedNothing: 0, refused: 0 },
};

function startHub() {
  const engine = new FakeEngine();
  engine.state.team = team;
  const clock = new StandingClock(noon);
  const lines: string[] = [];
  const line = (_fields: object, text: string) => void lines.push(text);
  const view = new SchedulesView({ proveCoverage, schedulesOverview });
  const hub = new ClientHub({
    engine,
    random: new CountingRandom(),
    clock,
    engineVersion: "1.2.3",
    url: () => "http://127.0.0.1:8743",
    person: () => "ana" as PersonId,
    schedules: () => view.at(engine.state.team, clock.now()),
    integrations: () => comings,
    log: { warn: line, error: line } as never,
  });
  const desktopsTold = () =>
    engine.inputs.flatMap((input) => (input.kind === "desktops-changed" ? [input.people] : []));
  return { engine, clock, hub, lines, desktopsTold, connect: () => connect(hub) };
}

/** A client's end, without a transport. Everything it hears must be what the contract says. */
function connect(hub: ClientHub) {
  const heard: EngineMessage[] = [];
  let say: (message: unknown) => void = () => {};
  let hangUp = () => {};
  let closedWith: string | null = null;
  hub.attach({
    send: (message) => {
      expect(closedWith).toBeNull();
      heard.push(engineMessage.parse(structuredClone(message)));
    },
    onMessage: (listener) => (say = listener),
    onClose: (listener) => (hangUp = listener),
    close: (reason) => {
      closedWith = reason;
      hangUp();
    },
  });
  const ofType = <Type extends EngineMessage["type"]>(type: Type) =>
    heard.filter((message): message is Extract<EngineMessage, { type: Type }> => message.type === type);
  return {
    heard,
    ofType,
    say: (message: unknown) => say(message),
    hangUp: () => hangUp(),
    hello: (client: "desktop" | "browser" = "browser", person: string | null = null, available = true) =>
      say({ type: "hello", version: 1, client, person, available }),
    get closedWith() {
      return closedWith;
    },
  };
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe("what a client hears", () => {
  test("everything once, then only what changed", () => {
    const { engine, hub, clock, connect } = startHub();
    engine.open(signal("a1"));
    const client = connect();
    client.hello();
    expect(client.heard).toMatchObject([
      {
        type: "welcome",
        version: 1,
        engineVersion: "1.2.3",
        url: "http://127.0.0.1:8743",
        team: { name: "Platform" },
        alerts: [{ id: "a1" }],
      },
    ]);
    engine.commit({ alerts: [alertOf(signal("a2"))] });
    expect(client.ofType("alerts")).toMatchObject([{ alerts: [{ id: "a2" }] }]);
    engine.health = { ready: true, trusted: false, problems: [] };
    engine.commit({});
    engine.commit({});
    expect(client.ofType("health")).toMatchObject([{ health: { trusted: false } }]);
    engine.commit({ facts: [{ kind: "team-adopted", at: clock.now(), team }] });
    expect(client.ofType("team")).toHaveLength(1);
    hub.close();
    expect(client.closedWith).toContain("stopping");
    engine.commit({ alerts: [alertOf(signal("a3"))] });
  });

  test("what monitoring tools have sent, when it asks; that it may ask is said in the welcome", async () => {
    const client = startHub().connect();
    client.hello();
    expect(client.ofType("welcome")[0]!.answers).toEqual(["integrations"]);
    client.say({ type: "integrations", requestId: 4 });
    await settle();
    expect(client.ofType("answer")).toEqual([
      { type: "answer", requestId: 4, ok: true, integrations: comings },
    ]);
  });

  test("a storm is told every 50 ms, each alert once in its latest state", () => {
    const { engine, clock, connect } = startHub();
    const client = connect();
    client.hello();
    for (let commit = 1; commit <= 100; commit += 1) {
      engine.commit({
        alerts: [alertOf(signal("a1"), { occurrences: commit }), alertOf(signal(`b${commit}`))],
      });
    }
    expect(client.ofType("alerts")).toHaveLength(1);
    clock.pass(50);
    const [first, second, ...others] = client.ofType("alerts");
    expect(others).toEqual([]);
    expect(first!.alerts.map((alert) => alert.id)).toEqual(["a1", "b1"]);
    expect(second!.alerts).toHaveLength(100);
    expect(second!.alerts.find((alert) => alert.id === "a1")!.occurrences).toBe(100);
  });

  test("nothing before its hello", () => {
    const { engine, connect } = startHub();
    const client = connect();
    engine.commit({ alerts: [alertOf(signal("a1"))] });
    expect(client.heard).toEqual([]);
  });
});

describe("what a client asks", () => {
  test("a command is done in the name of the desktop's person, or of the machine's for a browser", async () => {
    const { engine, connect } = startHub();
    engine.open(signal("a1"));
    const [desktop, browser] = [connect(), connect()];
    desktop.hello("desktop", "ben");
    browser.hello();
    const command = (requestId: number, kind: string) => ({
      type: "command",
      requestId,
      alertId: "a1",
      origin: "console",
      command: { kind },
    });
    desktop.say(command(1, "acknowledge"));
    browser.say(command(2, "resolve"));
    await settle();
    expect(engine.inputs.filter((input) => input.kind === "command")).toMatchObject([
      { by: "ben", origin: "console", command: { kind: "acknowledge" } },
      { by: "ana", command: { kind: "resolve" } },
    ]);
    expect(desktop.ofType("answer")).toMatchObject([
      { requestId: 1, ok: true, alerts: [{ id: "a1", timeline: [] }] },
    ]);
    expect(browser.ofType("answer")).toMatchObject([{ requestId: 2, ok: true }]);
  });

  test("refusals and errors are answers", async () => {
    const { engine, connect, lines } = startHub();
    const client = connect();
    client.hello();
    engine.answer = () => ({ ok: false, reason: "already-resolved", text: "It is over." });
    client.say({
      type: "command",
      requestId: 1,
      alertId: "a1",
      origin: "window",
      command: { kind: "acknowledge" },
    });
    await settle();
    client.say({ type: "open-alert", requestId: 2, alertId: "nobody" });
    await settle();
    engine.listResolved = () => {
      throw new Error("the journal is unreadable");
    };
    client.say({ type: "list-resolved", requestId: 3, limit: 10 });
    await settle();
    expect(client.ofType("answer")).toMatchObject([
      { requestId: 1, ok: false, reason: "already-resolved", text: "It is over." },
      { requestId: 2, ok: false, reason: "not-found" },
      { requestId: 3, ok: false, reason: "internal" },
    ]);
    expect(lines).toHaveLength(1);
    expect(client.closedWith).toBeNull();
  });

  test("raising an alert answers it", async () => {
    const { engine, connect } = startHub();
    const client = connect();
    client.hello();
    client.say({ type: "raise", requestId: 1, title: "Test\nalert", severity: "critical" });
    await settle();
    expect(engine.signals[0]).toMatchObject({
      by: "ana",
      integration: null,
      content: { title: "Test alert", severity: "critical" },
    });
    expect(client.ofType("answer")).toMatchObject([{ ok: true, alerts: [{ title: "Test alert" }] }]);
  });

  test.each<[string, unknown[], string]>([
    ["no object", ["hello"], "contract"],
    ["no such type", [{ type: "shout" }], "contract"],
    [
      "a field too many",
      [{ type: "hello", version: 1, client: "browser", person: null, available: true, admin: true }],
      "contract",
    ],
    ["something before hello", [{ type: "availability", available: true, person: null }], "hello"],
    [
      "another version",
      [{ type: "hello", version: 2, client: "browser", person: null, available: true }],
      "version 2",
    ],
    [
      "a second hello",
      [
        { type: "hello", version: 1, client: "browser", person: null, available: true },
        { type: "hello", version: 1, client: "desktop", person: "ana", available: true },
      ],
      "second hello",
    ],
  ])("%s ends the conversation with one line in the log", (_name, messages, reason) => {
    const { connect, lines, desktopsTold } = startHub();
    const client = connect();
    for (const message of messages) client.say(message);
    expect(client.closedWith).toContain(reason);
    client.say({ type: "hello", version: 1, client: "desktop", person: "ana", available: true });
    expect(lines).toHaveLength(1);
    expect(desktopsTold()).toEqual([]);
  });

  test("whatever is said, nothing is thrown, and at most one line is logged for a client", async () => {
    const word = fc.constantFrom(
      "hello",
      "availability",
      "command",
      "raise",
      "open-alert",
      "list-resolved",
      "presented",
      "acknowledge",
      "snooze",
      "note",
      "a1",
      "ana",
      "browser",
      "desktop",
      "console",
      "window",
      "critical",
    );
    const leaf = fc.oneof(
      word,
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const shaped = fc.record(
      {
        type: word,
        version: fc.oneof(fc.constant(1), leaf),
        client: word,
        person: leaf,
        available: leaf,
        requestId: fc.oneof(fc.nat(), leaf),
        alertId: leaf,
        origin: word,
        command: fc.oneof(
          leaf,
          fc.record({ kind: word, forMs: leaf, text: leaf, policy: leaf }, { requiredKeys: ["kind"] }),
        ),
        title: leaf,
        severity: word,
        limit: leaf,
        actionId: leaf,
        shown: leaf,
      },
      { requiredKeys: ["type"] },
    );
    const valid = fc.constantFrom<unknown>(
      { type: "hello", version: 1, client: "desktop", person: "ana", available: true },
      { type: "availability", available: false, person: "ben" },
      { type: "presented", actionId: "x", shown: true },
      {
        type: "command",
        requestId: 1,
        alertId: "a1",
        origin: "console",
        command: { kind: "snooze", forMs: 1000 },
      },
      { type: "list-resolved", requestId: 2, limit: 5 },
    );
    let understood = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(valid, shaped, fc.anything()), { maxLength: 8 }),
        async (messages) => {
          const { connect, lines } = startHub();
          const [client, witness] = [connect(), connect()];
          witness.hello();
          for (const message of messages) {
            if (clientMessage.safeParse(message).success) understood += 1;
            client.say(message);
          }
          await settle();
          expect(lines.length).toBeLessThanOrEqual(1);
          expect(client.closedWith === null).toBe(lines.length === 0);
          expect(witness.closedWith).toBeNull();
        },
      ),
      { numRuns: 200 },
    );
    expect(understood).toBeGreaterThan(50);
  }, 60_000);
});

describe("which desktops count", () => {
  test("those attached, available, and somebody's", () => {
    const { connect, desktopsTold } = startHub();
    const [ana, ben, nobody, browser] = [connect(), connect(), connect(), connect()];
    browser.hello("browser", "eve");
    nobody.hello("desktop", null);
    expect(desktopsTold()).toEqual([]);
    ana.hello("desktop", "ana");
    ben.hello("desktop", "ben", false);
    ben.say({ type: "availability", available: true, person: "ben" });
    ben.say({ type: "availability", available: true, person: "ben" });
    ana.say({ type: "availability", available: false, person: "ana" });
    ben.hangUp();
    expect(desktopsTold()).toEqual([["ana"], ["ana", "ben"], ["ben"], []]);
  });

  test("one that is expected counts until it attaches or the grace is over", () => {
    const { hub, clock, connect, desktopsTold } = startHub();
    hub.expectDesktop("ana" as PersonId, noon + 10_000);
    expect(desktopsTold()).toEqual([["ana"]]);
    clock.pass(9999);
    expect(desktopsTold()).toEqual([["ana"]]);
    clock.pass(1);
    expect(desktopsTold()).toEqual([["ana"], []]);
    hub.expectDesktop("ana" as PersonId, noon + 30_000);
    const desktop = connect();
    desktop.hello("desktop", "ana");
    clock.pass(60_000);
    desktop.hangUp();
    expect(desktopsTold()).toEqual([["ana"], [], ["ana"], []]);
  });
});

describe("presenting", () => {
  function notice(person = "ana", wanted = () => true): Notice {
    return {
      actionId: "a1.1.ana.desktop" as ActionId,
      attempt: 1,
      alert: alertOf(signal("a1")),
      person: { id: person as PersonId, name: person, timeZone: "UTC", notify: [] },
      why: "You are on call.",
      stillWanted: wanted,
    };
  }
  const never = new AbortController().signal;
  const receipt = (shown: boolean) => ({ type: "presented", actionId: "a1.1.ana.desktop", shown });

  test("shown once a desktop says so; its person's alone are asked, and they know the alert by then", async () => {
    const { engine, hub, connect } = startHub();
    const [ana, ben, browser] = [connect(), connect(), connect()];
    ana.hello("desktop", "ana");
    ben.hello("desktop", "ben");
    browser.hello("browser", "ana");
    engine.commit({ alerts: [alertOf(signal("a0"))] });
    engine.commit({ alerts: [alertOf(signal("a1"))] });
    const result = hub.present(notice(), never);
    await settle();
    expect(ana.heard.slice(-2)).toMatchObject([
      { type: "alerts", alerts: [{ id: "a1" }] },
      { type: "present", actionId: "a1.1.ana.desktop", alertId: "a1", why: "You are on call." },
    ]);
    expect([...ben.ofType("present"), ...browser.ofType("present")]).toEqual([]);
    ben.say(receipt(true));
    ana.say({ type: "presented", actionId: "another", shown: true });
    ana.say(receipt(true));
    expect(await result).toBe("shown");
  });

  test("asked before the engine tells of its commit: an alert is told before it is shown, and once", async () => {
    const { engine, hub, connect } = startHub();
    const ana = connect();
    ana.hello("desktop", "ana");
    const asked = notice();
    void hub.present(asked, never);
    void hub.present({ ...asked, actionId: "b" as ActionId, alert: alertOf(signal("b")) }, never);
    engine.commit({ alerts: [asked.alert] });
    await settle();
    expect(ana.heard.map(({ type }) => type)).toEqual(["welcome", "alerts", "present", "alerts", "present"]);
  });

  test("nobody there", async () => {
    const { hub, connect } = startHub();
    expect(await hub.present(notice(), never)).toBe("none-attached");
    const paused = connect();
    paused.hello("desktop", "ana", false);
    expect(await hub.present(notice(), never)).toBe("none-attached");
    expect(paused.ofType("present")).toEqual([]);
  });

  test("one of two windows is enough; none is not shown", async () => {
    const { hub, connect } = startHub();
    const [laptop, tower] = [connect(), connect()];
    laptop.hello("desktop", "ana");
    tower.hello("desktop", "ana");
    const first = hub.present(notice(), never);
    await settle();
    laptop.say(receipt(false));
    tower.say(receipt(true));
    expect(await first).toBe("shown");
    const second = hub.present(notice(), never);
    await settle();
    laptop.say(receipt(false));
    tower.say(receipt(false));
    expect(await second).toBe("not-shown");
  });

  test("a desktop that says nothing has five seconds", async () => {
    const { hub, clock, connect } = startHub();
    connect().hello("desktop", "ana");
    const result = hub.present(notice(), never);
    await settle();
    let ended = false;
    void result.then(() => (ended = true));
    clock.pass(presentedWithinMs - 1);
    await settle();
    expect(ended).toBe(false);
    clock.pass(1);
    expect(await result).toBe("not-shown");
  });

  test("a desktop that goes away is not there; one that comes meanwhile is asked", async () => {
    const { hub, connect } = startHub();
    const first = connect();
    first.hello("desktop", "ana");
    const gone = hub.present(notice(), never);
    await settle();
    first.hangUp();
    expect(await gone).toBe("none-attached");

    const [second, third] = [connect(), connect()];
    second.hello("desktop", "ana");
    const result = hub.present(notice(), never);
    await settle();
    third.hello("desktop", "ana");
    second.hangUp();
    expect(third.ofType("present")).toHaveLength(1);
    third.say(receipt(true));
    expect(await result).toBe("shown");
  });

  test("an expected desktop is waited for", async () => {
    const { hub, clock, connect } = startHub();
    hub.expectDesktop("ana" as PersonId, noon + 20_000);
    const result = hub.present(notice(), never);
    await settle();
    clock.pass(15_000);
    const desktop = connect();
    desktop.hello("desktop", "ana");
    expect(desktop.heard.map((message) => message.type)).toEqual(["welcome", "present"]);
    desktop.say(receipt(true));
    expect(await result).toBe("shown");

    hub.expectDesktop("ben" as PersonId, clock.now() + 1000);
    const inVain = hub.present(notice("ben"), never);
    await settle();
    clock.pass(1000);
    expect(await inVain).toBe("none-attached");
  });

  test("what was acknowledged while it waited is never shown (invariant 3)", async () => {
    const { hub, connect } = startHub();
    hub.expectDesktop("ana" as PersonId, noon + 20_000);
    let wanted = true;
    const result = hub.present(
      notice("ana", () => wanted),
      never,
    );
    await settle();
    wanted = false;
    const desktop = connect();
    desktop.hello("desktop", "ana");
    expect(await result).toBe("not-shown");
    expect(desktop.ofType("present")).toEqual([]);
  });

  test("given up by the channel", async () => {
    const { hub, connect } = startHub();
    connect().hello("desktop", "ana");
    const giveUp = new AbortController();
    const result = hub.present(notice(), giveUp.signal);
    await settle();
    giveUp.abort();
    expect(await result).toBe("not-shown");
    expect(await hub.present(notice(), giveUp.signal)).toBe("not-shown");
  });
});

test("an alert's id is text to the hub", async () => {
  const { connect } = startHub();
  const client = connect();
  client.hello();
  client.say({ type: "open-alert", requestId: 1, alertId: "../../etc" as AlertId });
  await settle();
  expect(client.ofType("answer")).toMatchObject([{ ok: false, reason: "not-found" }]);
});
