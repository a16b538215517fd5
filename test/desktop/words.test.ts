import { expect, test } from "vitest";
import type { AlertJson } from "#wire/alert-json";
import { readRoute } from "../../src/desktop/renderer/console/route.ts";
import {
  ago,
  duration,
  escalationLine,
  namesOf,
  statusLine,
  zonedTime,
} from "../../src/desktop/renderer/shared/words.ts";

const minuteMs = 60_000;
const now = Date.parse("2026-03-01T12:00:00Z");
const team = {
  name: "t",
  timeZone: "UTC",
  revision: "1",
  people: [
    { id: "ana", name: "Ana Ruiz" },
    { id: "ben", name: "Ben Ode" },
  ],
  policies: [{ id: "default", steps: 2 }],
  integrations: [],
  schedules: [],
};
const alert = { status: "triggered", addressed: ["ana"], policy: "default", step: 0 } as unknown as AlertJson;

test.each([
  [-5, "0:00"],
  [42_000, "0:42"],
  [12 * minuteMs + 7000, "12:07"],
  [192 * minuteMs, "3 h 12 min"],
  [52 * 60 * minuteMs, "2 d 4 h"],
])("%d ms is %s", (ms, text) => expect(duration(ms)).toBe(text));

test.each([
  [-1, "just now"],
  [42_000, "42 s ago"],
  [12 * minuteMs, "12 min ago"],
  [192 * minuteMs, "3 h 12 min ago"],
])("%d ms ago is %s", (ms, text) => expect(ago(ms)).toBe(text));

test("people by name, many of them by number", () => {
  expect(namesOf([], team)).toBe("nobody");
  expect(namesOf(["ana", "ben"], team)).toBe("Ana Ruiz and Ben Ode");
  expect(namesOf(["ana", "x", "y"], team)).toBe("Ana Ruiz and 2 others");
});

test("where it stands, and what comes next", () => {
  const next = { ...alert, nextEscalationAt: "2026-03-01T12:04:32Z" };
  expect(statusLine(next, team, now)).toBe("Waiting for Ana Ruiz");
  expect(escalationLine(next, team, now)).toBe("Step 2 of 2 is asked in 4:32");
  expect(escalationLine({ ...next, step: 1 }, team, now)).toBe("The policy goes on in 4:32");
  expect(escalationLine({ ...next, nextEscalationAt: "2026-03-01T11:59:00Z" }, team, now)).toBe(
    "Step 2 of 2 is asked now",
  );
  expect(escalationLine(alert, team, now)).toBeNull();
  expect(statusLine({ ...alert, status: "snoozed", snoozedUntil: "2026-03-01T12:15:00Z" }, team, now)).toBe(
    "Snoozed, back in 15:00",
  );
});

test("addresses lead to their pages, the mails' short one too; anything else to the board", () => {
  expect(readRoute("#/alerts/a%2Fb")).toEqual({ page: "alert", id: "a/b" });
  expect(readRoute("#alert=abc")).toEqual({ page: "alert", id: "abc" });
  expect(readRoute("#/alerts/%zz")).toEqual({ page: "alert", id: "%zz" });
  expect(readRoute("#/settings")).toEqual({ page: "settings" });
  expect(readRoute("#/resolved")).toEqual({ page: "board", resolved: true });
  expect(readRoute("#/../../etc")).toEqual({ page: "board", resolved: false });
});

test("a time that others may read too names its zone, and its day when it is not today", () => {
  const at = new Date("2026-03-01T03:12:45Z");
  const zone = at.toLocaleTimeString("en-GB", { timeZoneName: "short" }).split(" ").slice(1).join(" ");
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  expect(zonedTime(at.toISOString(), at)).toBe(`${clock} ${zone}`);
  expect(zonedTime(at.toISOString(), new Date(at.getTime() + 3 * 86_400_000))).toBe(`1 Mar ${clock} ${zone}`);
});
