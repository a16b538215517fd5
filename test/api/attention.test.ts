/** Who sits at the desktops, and how far a popup has come with them: from the client contract to the engine's inputs. */
import { describe, expect, test, vi } from "vitest";
import { ClientHub } from "#api/client-hub";
import type { HubDependencies } from "#api/client-hub";
import type { ActionId, PersonId } from "#domain/ids";
import type { Notice } from "#engine/ports";
import { engineMessage } from "#wire/client-contract";
import { CountingRandom, FakeEngine, StandingClock, alertOf } from "../support/fake-engine.ts";
import { noon, signal, team } from "./api-server.ts";

function start(dependencies: Partial<HubDependencies> = {}) {
  const engine = new FakeEngine();
  engine.state.team = team;
  const clock = new StandingClock(noon);
  const hub = new ClientHub({
    engine,
    random: new CountingRandom(),
    clock,
    engineVersion: "1",
    url: () => "",
    person: () => null,
    schedules: () => null,
    log: { warn: () => {}, error: () => {} } as never,
    ...dependencies,
  });
  const told = () =>
    engine.inputs.flatMap((input) =>
      input.kind === "desktops-changed" ? [[input.people, input.away] as const] : [],
    );
  const climbed = () =>
    engine.inputs.flatMap((input) =>
      input.kind === "attention" ? [`${input.alertId} ${input.actionId} ${input.rung}`] : [],
    );
  return { engine, clock, hub, told, climbed, connect: () => connect(hub) };
}

function connect(hub: ClientHub, desk?: { person(): PersonId | null }) {
  let say: (message: unknown) => void = () => {};
  let hangUp = () => {};
  const asked: string[] = [];
  hub.attach({
    ...(desk !== undefined && { desk }),
    send: (message) => {
      const parsed = engineMessage.parse(structuredClone(message));
      if (parsed.type === "present") asked.push(parsed.actionId);
    },
    onMessage: (listener) => (say = listener),
    onClose: (listener) => (hangUp = listener),
    close: () => hangUp(),
  });
  return {
    asked,
    say: (message: unknown) => say(message),
    hangUp: () => hangUp(),
    hello: (person: string | null, presence?: string, client = "desktop") =>
      say({ type: "hello", version: 1, client, person, available: true, ...(presence && { presence }) }),
    is: (presence: string) => say({ type: "presence", presence }),
    climbs: (actionId: string, rung: string) => say({ type: "attention", actionId, rung }),
  };
}

/** The hub asks the desktops at the end of the engine's turn. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

const away = (person: string, presence: string) => ({ person, presence });

describe("who is there", () => {
  test("the best of each person's desktops; who is not active is away", () => {
    const { connect, told, hub } = start();
    const [laptop, tower, ben] = [connect(), connect(), connect()];
    laptop.hello("ana", "locked");
    tower.hello("ana");
    ben.hello("ben", "idle");
    expect(hub.desktops.people()).toEqual([away("ana", "active"), away("ben", "idle")]);
    tower.is("muted");
    tower.is("muted");
    ben.is("active");
    tower.hangUp();
    laptop.say({ type: "availability", available: false, person: "ana" });
    expect(told()).toEqual([
      [["ana"], [away("ana", "locked")]],
      [["ana"], []],
      [["ana", "ben"], [away("ben", "idle")]],
      [
        ["ana", "ben"],
        [away("ana", "muted"), away("ben", "idle")],
      ],
      [["ana", "ben"], [away("ana", "muted")]],
      [["ana", "ben"], [away("ana", "locked")]],
      [["ben"], []],
    ]);
  });

  test("a desktop that is expected is taken to be active until it says otherwise", () => {
    const { connect, told, hub } = start();
    hub.expectDesktop("ana" as PersonId, noon + 10_000);
    connect().hello("ana", "idle");
    expect(told()).toEqual([
      [["ana"], []],
      [["ana"], [away("ana", "idle")]],
    ]);
  });

  test("a browser is no desktop, and what sleeps or is offline cannot say so", () => {
    const { connect, told } = start();
    const [browser, liar] = [connect(), connect()];
    browser.hello("ana", "idle", "browser");
    browser.is("active");
    liar.hello("ana");
    liar.is("asleep");
    expect(told()).toEqual([
      [["ana"], []],
      [[], []],
    ]);
  });

  test("whoever gathers the people of several machines is told in the engine's place, and can ask and listen", () => {
    const heard: unknown[] = [];
    const { connect, told, hub } = start({
      peopleChanged: (people, whoIsAway) => heard.push([people, whoIsAway]),
    });
    let changes = 0;
    const stop = hub.desktops.onPeopleChanged(() => (changes += 1));
    const desktop = connect();
    desktop.hello("ana");
    desktop.is("locked");
    stop();
    desktop.hangUp();
    expect(heard).toEqual([
      [["ana"], []],
      [["ana"], [away("ana", "locked")]],
      [[], []],
    ]);
    expect(changes).toBe(2);
    expect(told()).toEqual([]);
  });

  test("a desk is the desktop of the person whom the team's record names, whatever it says of itself", () => {
    const { hub, told } = start();
    const desk = connect(hub, { person: () => "ben" as PersonId });
    desk.hello("ana", "idle", "browser");
    desk.say({ type: "availability", available: true, person: "ana" });
    expect(told()).toEqual([[["ben"], [away("ben", "idle")]]]);
  });
});

describe("how far a popup has come", () => {
  const notice = (person = "ana", actionId = "a1.1.ana.desktop"): Notice => ({
    actionId: actionId as ActionId,
    attempt: 1,
    alert: alertOf(signal("a1")),
    person: { id: person as PersonId, name: person, timeZone: "UTC", notify: [] },
    why: "You are on call.",
    stillWanted: () => true,
  });
  const never = new AbortController().signal;

  test("each rung once, by whichever desktop is first; drawn is said by `presented`", async () => {
    const { hub, connect, climbed } = start();
    const [laptop, tower] = [connect(), connect()];
    laptop.hello("ana");
    tower.hello("ana");
    const shown = hub.present(notice(), never);
    await settle();
    const [actionId] = laptop.asked as [string];
    laptop.climbs(actionId, "received");
    tower.climbs(actionId, "received");
    tower.say({ type: "presented", actionId, shown: false });
    laptop.say({ type: "presented", actionId, shown: true });
    tower.say({ type: "presented", actionId, shown: true });
    tower.climbs(actionId, "sounding");
    laptop.climbs(actionId, "sounding");
    laptop.climbs(actionId, "human");
    expect(await shown).toBe("shown");
    // The engine asks once more after a failure elsewhere: it has come that far already.
    void hub.present({ ...notice(), attempt: 2 }, never);
    await settle();
    laptop.climbs(actionId, "human");
    expect(climbed()).toEqual(
      ["received", "drawn", "sounding", "human"].map((rung) => `a1 ${actionId} ${rung}`),
    );
  });

  test("a desktop speaks only of what it was asked to show", async () => {
    const { hub, connect, climbed } = start();
    const [ana, ben, browser] = [connect(), connect(), connect()];
    ana.hello("ana");
    ben.hello("ben");
    browser.hello("ana", undefined, "browser");
    void hub.present(notice(), never);
    await settle();
    ben.climbs("a1.1.ana.desktop", "human");
    ben.say({ type: "presented", actionId: "a1.1.ana.desktop", shown: true });
    browser.climbs("a1.1.ana.desktop", "human");
    ana.climbs("another", "human");
    expect(climbed()).toEqual([]);
    ana.climbs("a1.1.ana.desktop", "drawn");
    expect(climbed(), "and not of what only `presented` says").toEqual([]);
  });
});

describe("five hundred desks", () => {
  test("what everybody hears is written once, and each hears it", () => {
    const { engine, clock, hub } = start();
    engine.open(signal("a0"));
    const heard: string[][] = [];
    for (let i = 0; i < 500; i += 1) {
      const texts: string[] = [];
      heard.push(texts);
      let say: (message: unknown) => void = () => {};
      hub.attach({
        send: (message) => void texts.push(message.type),
        sendText: (text) => void texts.push(text),
        onMessage: (listener) => (say = listener),
        onClose: () => {},
        close: () => {},
      });
      say({ type: "hello", version: 1, client: "desktop", person: `p${i}`, available: true });
    }
    const writing = vi.spyOn(JSON, "stringify");
    engine.commit({ alerts: [alertOf(signal("a1"))] });
    expect(writing).toHaveBeenCalledTimes(1);
    writing.mockRestore();
    clock.pass(50);
    engine.commit({ alerts: [alertOf(signal("a2"))] });
    for (const texts of heard) {
      expect(texts.map((text) => engineMessage.parse(JSON.parse(text)))).toMatchObject([
        { type: "welcome", alerts: [{ id: "a0", title: alertOf(signal("a0")).title }] },
        { type: "alerts", alerts: [{ id: "a1" }] },
        { type: "alerts", alerts: [{ id: "a2" }] },
      ]);
    }
  });
});
