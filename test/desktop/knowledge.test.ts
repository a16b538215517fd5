/** What main makes of what the engine says. */
import { expect, test } from "vitest";
import type { AlertJson } from "#wire/alert-json";
import type { EngineMessage } from "#wire/client-contract";
import { Knowledge } from "../../src/desktop/main/knowledge.ts";
import type { Doubt } from "../../src/desktop/main/health.ts";
import { distrustNotice, pendingNotice } from "../../src/desktop/main/spoken-notices.ts";

const at = "2026-03-01T12:00:00Z";
const people = [
  { id: "ana", name: "Ana" },
  { id: "ben", name: "Ben" },
];
const team = {
  name: "t",
  timeZone: "UTC",
  revision: "1",
  people,
  policies: [],
  integrations: [],
  schedules: [],
};

function alert(id: string, change: Partial<AlertJson> = {}): AlertJson {
  return {
    id,
    status: "triggered",
    severity: "critical",
    title: id,
    source: "test",
    dedupKey: id,
    labels: {},
    details: {},
    links: [],
    policy: "default",
    step: 0,
    repeat: 0,
    openedAt: at,
    occurrences: 1,
    addressed: ["ana"],
    ...change,
  };
}

const welcome = (alerts: AlertJson[]): EngineMessage => ({
  type: "welcome",
  version: 1,
  engineVersion: "1",
  url: "",
  team,
  health: { ready: true, trusted: true, problems: [] },
  alerts,
});
const present = (alertId: string): EngineMessage => ({
  type: "present",
  actionId: `${alertId}.1`,
  alertId,
  why: "You are on call.",
});

function knowledge(preference: string | null = "ana") {
  const world = { preference, doubt: null as Doubt | null, paused: false };
  const sources = {
    flag: null,
    preference: () => world.preference,
    doubt: () => world.doubt,
    paused: () => world.paused,
    volumes: () => ({ critical: 100, error: 85, warning: 60, info: 40 }),
  };
  return { world, known: new Knowledge(sources, at) };
}

test("before the first welcome nothing is to be trusted", () => {
  const { known } = knowledge();
  expect(known.attention()).toMatchObject({ tray: "not-trusted", shown: [], sound: null });
});

test("an alert that is asked for anew is heard again, though it was silenced", () => {
  const { known } = knowledge();
  known.hear(welcome([alert("a")]));
  expect(known.attention().sound).toBe("critical");
  known.silence();
  known.hear({ type: "alerts", alerts: [alert("a", { occurrences: 2 })] });
  expect(known.attention().sound).toBeNull();
  known.hear(present("a"));
  expect(known.attention().sound).toBe("critical");
  expect(known.whys()).toEqual({ a: "You are on call." });
});

test.each<[string, EngineMessage]>([
  ["acknowledged", { type: "alerts", alerts: [alert("a", { status: "acknowledged" })] }],
  ["resolved", { type: "alerts", alerts: [alert("a", { status: "resolved" })] }],
  ["gone", welcome([])],
])("a silence ends with its round: %s, then triggered anew", (_, ended) => {
  const { known } = knowledge();
  known.hear(welcome([alert("a"), alert("b")]));
  known.silence();
  known.hear(welcome([alert("a"), alert("b")]));
  expect(known.attention().sound).toBeNull();
  known.hear(ended);
  known.hear({ type: "alerts", alerts: [alert("a")] });
  expect(known.attention().sound).toBe("critical");
});

test("what waits stays on the screen while the engine is away, and so does its reason; both go with the alert", () => {
  const { known, world } = knowledge();
  known.hear(welcome([alert("a")]));
  known.hear(present("a"));
  world.doubt = { text: "The engine hung.", since: at };
  expect(known.attention()).toMatchObject({ tray: "not-trusted", sound: "critical" });
  expect(known.shown().health.problems).toEqual([{ kind: "engine", text: "The engine hung.", since: at }]);
  world.doubt = null;
  known.hear(welcome([alert("a", { status: "resolved" })]));
  expect(known.attention()).toMatchObject({ tray: "quiet", shown: [] });
  expect(known.whys()).toEqual({});
});

test("a remembered person who has left the team is nobody", () => {
  const { known } = knowledge("gone");
  expect(known.identity().person).toBe("gone");
  known.hear(welcome([alert("a", { addressed: ["gone"] })]));
  expect(known.identity().person).toBeNull();
  expect(known.attention()).toMatchObject({ tray: "not-trusted", shown: [] });
});

test("the machine stays awake while somebody's alert escalates", () => {
  const { known } = knowledge();
  known.hear(welcome([alert("a", { addressed: ["ben"], nextEscalationAt: at })]));
  expect(known.isEscalating()).toBe(true);
  known.hear({ type: "alerts", alerts: [alert("a", { status: "acknowledged" })] });
  expect(known.isEscalating()).toBe(false);
});

test("notices name the worst and count the rest; a paused machine gets none", () => {
  const { known, world } = knowledge();
  known.hear(welcome([alert("a", { severity: "info" }), alert("b"), alert("c", { severity: "info" })]));
  expect(pendingNotice(known.attention(), "why")).toEqual({
    key: "pending",
    title: "CRITICAL: b and 2 more",
    body: "why",
  });
  world.paused = true;
  expect(pendingNotice(known.attention(), "why")).toBeNull();
  expect(distrustNotice({ ready: false, trusted: false, problems: [] }).body).toBe(
    "The engine is not ready.",
  );
});
