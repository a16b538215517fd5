/** Quiet words reach the desktops of their person, nobody else, and wait for one that is not there yet. */
import { expect, test } from "vitest";
import { ClientHub } from "#api/client-hub";
import type { Tell } from "#domain/command";
import type { PersonId } from "#domain/ids";
import { engineMessage } from "#wire/client-contract";
import { CountingRandom, FakeEngine, StandingClock } from "../support/fake-engine.ts";
import { noon, team } from "./api-server.ts";

const word = (person: string, title = "On call"): Tell => ({
  kind: "tell",
  person: person as PersonId,
  title,
  text: "Ben hands over to you.",
  until: noon + 3_600_000,
});

function start() {
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
  });
  /** A client that has said hello; what it hears of notices. */
  const connect = (client: "desktop" | "browser", person: string | null, available = true) => {
    const heard: string[] = [];
    let say: (message: unknown) => void = () => {};
    let hangUp = () => {};
    hub.attach({
      send: (message) => {
        const parsed = engineMessage.parse(structuredClone(message));
        if (parsed.type === "notice") heard.push(`${parsed.title}: ${parsed.text}`);
      },
      onMessage: (listener) => (say = listener),
      onClose: (listener) => (hangUp = listener),
      close: () => hangUp(),
    });
    say({ type: "hello", version: 1, client, person, available });
    return { heard, say, hangUp };
  };
  return { hub, clock, connect };
}

test("every desktop of the person hears it, also a paused one; others and browsers do not", () => {
  const { hub, connect } = start();
  const [one, paused] = [connect("desktop", "ana"), connect("desktop", "ana", false)];
  const [other, browser] = [connect("desktop", "ben"), connect("browser", "ana")];
  hub.tell(word("ana"));
  const said = ["On call: Ben hands over to you."];
  expect([one, paused, other, browser].map(({ heard }) => heard)).toEqual([said, said, [], []]);
});

test("it waits for a desktop that comes later, and is said once", () => {
  const { hub, connect } = start();
  const gone = connect("desktop", "ana");
  gone.hangUp();
  hub.tell(word("ana"));
  const later = connect("desktop", "ana");
  expect(later.heard).toHaveLength(1);
  expect(connect("desktop", "ana").heard).toEqual([]);
  expect(gone.heard).toEqual([]);
});

test("it waits for a desktop that learns only now whose it is", () => {
  const { hub, connect } = start();
  const nobody = connect("desktop", null);
  hub.tell(word("ana"));
  expect(nobody.heard).toEqual([]);
  nobody.say({ type: "availability", available: true, person: "ana" });
  expect(nobody.heard).toHaveLength(1);
});

test("what is no news any more is not said, and only the latest are kept", () => {
  const { hub, clock, connect } = start();
  hub.tell(word("ana"));
  clock.pass(3_600_000);
  expect(connect("desktop", "ana").heard).toEqual([]);
  for (let i = 0; i < 30; i += 1) hub.tell({ ...word("ben", `word ${i}`), until: Infinity });
  const { heard } = connect("desktop", "ben");
  expect(heard).toHaveLength(20);
  expect(heard.at(-1)).toMatch(/^word 29/);
});
