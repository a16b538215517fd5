/** A clock that is set back an hour holds up no news, not even what waited for its turn at that moment. Virtual time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ClientHub } from "#api/client-hub";
import type { PersonId } from "#domain/ids";
import { SystemClock } from "#system/system-clock";
import type { EngineMessage } from "#wire/client-contract";
import { CountingRandom, FakeEngine, alertOf } from "../support/fake-engine.ts";
import { FakeMachines, machinesOfThree } from "../support/fake-machines.ts";
import { noon, signal } from "./api-server.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(noon);
});
afterEach(() => {
  vi.useRealTimers();
});

function startHub(onPeople: (people: readonly string[]) => void = () => {}) {
  const engine = new FakeEngine();
  const machines = new FakeMachines();
  const clock = new SystemClock({
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    uptimeMs: () => performance.now(),
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    soon: (callback) => void setImmediate(callback),
  });
  const hub = new ClientHub({
    engine,
    random: new CountingRandom(),
    clock,
    engineVersion: "1",
    url: () => "",
    person: () => "ana" as PersonId,
    schedules: () => null,
    machines,
    peopleChanged: (people) => onPeople(people),
    log: { warn: () => {}, error: () => {} },
  });
  const heard: EngineMessage[] = [];
  hub.attach({
    send: (message) => heard.push(message),
    onMessage: (listener) =>
      listener({ type: "hello", version: 1, client: "desktop", person: "ana", available: true }),
    onClose: () => {},
    close: () => {},
  });
  const countOf = (type: EngineMessage["type"]) => heard.filter((message) => message.type === type).length;
  return { hub, engine, machines, countOf };
}

test.each(["alerts", "machines"] as const)("%s", (type) => {
  const { engine, machines, countOf } = startHub();
  const change = {
    alerts: (key: string) => engine.commit({ alerts: [alertOf(signal(key))] }),
    machines: () => machines.become(machinesOfThree()),
  }[type];
  change("first");
  change("second");
  expect(countOf(type)).toBe(1);
  vi.setSystemTime(noon - 3_600_000);
  vi.advanceTimersByTime(100);
  expect(countOf(type)).toBe(2);
});

test("a desktop that is expected for a while is expected no longer", () => {
  let present: readonly string[] = [];
  const { hub } = startHub((people) => (present = people));
  hub.expectDesktop("ben" as PersonId, Date.now() + 20_000);
  expect(present).toContain("ben");
  vi.setSystemTime(noon - 3_600_000);
  vi.advanceTimersByTime(21_000);
  expect(present).not.toContain("ben");
});
