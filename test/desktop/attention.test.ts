import { expect, test } from "vitest";
import type { AlertJson } from "#wire/alert-json";
import { attentionOf, type Situation } from "../../src/desktop/main/attention.ts";

const allHeard = { critical: 100, error: 85, warning: 60, info: 40 };
const well = { ready: true, trusted: true, problems: [] };

function alert(id: string, change: Partial<AlertJson> = {}): AlertJson {
  return {
    id,
    status: "triggered",
    severity: "error",
    title: id,
    source: "test",
    dedupKey: id,
    labels: {},
    details: {},
    links: [],
    policy: "default",
    step: 0,
    repeat: 0,
    openedAt: "2026-03-01T12:00:00Z",
    occurrences: 1,
    addressed: ["ana"],
    ...change,
  };
}

function attention(alerts: readonly AlertJson[], change: Partial<Situation> = {}) {
  const open = new Map(alerts.map((one) => [one.id, one]));
  return attentionOf({
    open,
    health: well,
    person: "ana",
    paused: false,
    silenced: new Set(),
    volumes: allHeard,
    ...change,
  });
}

test("only what is unacknowledged and addressed to this person waits for them", () => {
  const { pending, others } = attention([
    alert("mine"),
    alert("ben's", { addressed: ["ben"] }),
    alert("in hand", { status: "acknowledged", acknowledgedBy: "ana" }),
    alert("later", { status: "snoozed" }),
  ]);
  expect(pending.map(({ id }) => id)).toEqual(["mine"]);
  expect(others).toBe(3);
});

test("the worst comes first, among equals the first-out", () => {
  const { pending, sound } = attention([
    alert("warning, early", { severity: "warning", openedAt: "2026-03-01T11:00:00Z" }),
    alert("critical, late", { severity: "critical", openedAt: "2026-03-01T12:00:01Z" }),
    alert("critical, early", { severity: "critical" }),
  ]);
  expect(pending.map(({ id }) => id)).toEqual(["critical, early", "critical, late", "warning, early"]);
  expect(sound).toBe("critical");
});

test("silence is for the alerts that were there: another one sounds, at its own severity", () => {
  const alerts = [alert("old", { severity: "critical" }), alert("new", { severity: "warning" })];
  expect(attention(alerts, { silenced: new Set(["old"]) }).sound).toBe("warning");
  expect(attention(alerts, { silenced: new Set(["old", "new"]) })).toMatchObject({
    sound: null,
    tray: "unacknowledged",
  });
});

test("a pause shows and plays nothing, and still knows what waits", () => {
  const paused = attention([alert("mine")], { paused: true });
  expect(paused).toMatchObject({ shown: [], sound: null, tray: "paused" });
  expect(paused.pending).toHaveLength(1);
});

test.each([
  ["the engine is not ready", { health: { ...well, ready: false } }],
  ["the engine has a problem", { health: { ...well, trusted: false } }],
  ["nobody has been chosen", { person: null }],
  ["paused and not ready", { paused: true, health: { ...well, ready: false } }],
])("not to be trusted beats every other state: %s", (_, change) => {
  expect(attention([], change).tray).toBe("not-trusted");
  expect(attention([alert("mine")], change).tray).toBe("not-trusted");
});

test("an alert waits for this person even while the engine is away", () => {
  const away = attention([alert("mine")], { health: { ready: false, trusted: false, problems: [] } });
  expect(away).toMatchObject({ sound: "error" });
  expect(away.shown).toHaveLength(1);
});

test("acknowledged: mine in hand, or asked of me; quiet: nothing, or somebody else's", () => {
  expect(attention([alert("a", { status: "acknowledged", acknowledgedBy: "ben" })]).tray).toBe(
    "acknowledged",
  );
  expect(
    attention([alert("a", { status: "acknowledged", acknowledgedBy: "ana", addressed: ["ben"] })]).tray,
  ).toBe("acknowledged");
  expect(attention([alert("a", { addressed: ["ben"] })]).tray).toBe("quiet");
  expect(attention([]).tray).toBe("quiet");
});

test("a severity at volume 0 does not take the sound of lower ones away; alone it says that nothing is heard", () => {
  const volumes = { ...allHeard, critical: 0 };
  const both = [alert("a", { severity: "critical" }), alert("b", { severity: "warning" })];
  expect(attention(both, { volumes }).sound).toBe("warning");
  expect(attention(both.slice(0, 1), { volumes }).sound).toBe("critical");
  expect(attention(both, { volumes, silenced: new Set(["b"]) }).sound).toBe("critical");
});
