import { expect, test } from "vitest";
import { attentionOf, type Attention } from "../../src/desktop/main/attention.ts";
import {
  clockTime,
  iconNameOf,
  menuOf,
  tooltipOf,
  type MenuLine,
  type TrayView,
} from "../../src/desktop/main/tray-texts.ts";
import { machineAlone, machinesOfThree } from "../support/fake-machines.ts";

const calm: Attention = attentionOf({
  open: new Map(),
  health: { ready: true, trusted: true, problems: [] },
  person: "ana",
  paused: false,
  silenced: new Set(),
  volumes: { critical: 100, error: 85, warning: 60, info: 40 },
});
const waiting = (count: number): Attention => ({
  ...calm,
  tray: "unacknowledged",
  pending: Array.from({ length: count }, () => ({}) as never),
});

function view(attention: Attention, change: Partial<TrayView> = {}): TrayView {
  return {
    attention,
    person: "ana",
    problem: null,
    pausedUntil: null,
    sounding: false,
    machines: null,
    autostart: { supported: true, enabled: false },
    ...change,
  };
}
const labels = (lines: readonly MenuLine[]) =>
  lines.map(({ label }) => label).filter((label) => label !== "");

test("one icon for each count up to nine, one for more", () => {
  expect([1, 9, 10, 4000].map((count) => iconNameOf(waiting(count)))).toEqual([
    "tray-unacknowledged-1",
    "tray-unacknowledged-9",
    "tray-unacknowledged-9plus",
    "tray-unacknowledged-9plus",
  ]);
  expect(iconNameOf({ ...calm, tray: "not-trusted" })).toBe("tray-not-trusted");
});

test("the tooltip says the state, why, and what waits all the same", () => {
  expect(tooltipOf(view(calm))).toBe("Tocsin: quiet, watching");
  expect(tooltipOf(view({ ...calm, others: 3 }))).toBe("Tocsin: nothing for you, 3 open in the team");
  expect(tooltipOf(view(waiting(1)))).toBe("Tocsin: 1 alert waits for you");
  expect(tooltipOf(view({ ...waiting(2), tray: "not-trusted" }, { problem: "The disk is full." }))).toBe(
    "Tocsin: not to be trusted. The disk is full. 2 alerts wait for you.",
  );
});

test("a long reason is cut at a word: the menu is one line, and the console has the whole", () => {
  const problem = `E-mail cannot be sent: Mail server 127.0.0.1:9 cannot be reached (connect ECONNREFUSED 127.0.0.1:9): ${"check that it runs ".repeat(20)}`;
  const [line] = menuOf(view({ ...waiting(2), tray: "not-trusted" }, { problem }));
  expect(line!.label).toBe(
    "Tocsin: not to be trusted. E-mail cannot be sent: Mail server 127.0.0.1:9 cannot be reached (connect ECONNREFUSED 127.0.0.1:9): check… 2 alerts wait for you.",
  );
  expect(tooltipOf(view({ ...waiting(2), tray: "not-trusted" }, { problem })).length).toBeLessThan(200);
});

test("there is no pause while something waits, and only a way back while paused", () => {
  const pauseLines = (one: TrayView) => menuOf(one).filter(({ label }) => /^(Pause|Resume)/.test(label));
  expect(pauseLines(view(waiting(1)))).toEqual([
    { label: "Pause on this machine (acknowledge first)", enabled: false },
  ]);
  expect(pauseLines(view(calm))[0]?.below?.filter(({ action }) => action !== undefined)).toHaveLength(3);
  const until = new Date();
  until.setHours(23, 59);
  expect(labels(pauseLines(view({ ...calm, tray: "paused" }, { pausedUntil: until.toISOString() })))).toEqual(
    ["Resume (paused until 23:59)"],
  );
});

test("silence is offered while there is sound, start at login where it can be had", () => {
  const find = (one: TrayView, label: string) => menuOf(one).find((line) => line.label === label);
  expect(find(view(calm), "Silence sound")?.enabled).toBe(false);
  expect(find(view(waiting(1), { sounding: true }), "Silence sound")?.enabled).toBe(true);
  expect(
    find(view(calm, { autostart: { supported: false, enabled: false } }), "Start at login"),
  ).toBeUndefined();
});

test("a time on another day carries the day", () => {
  const now = new Date(2026, 2, 1, 22, 0);
  expect(clockTime(new Date(2026, 2, 1, 23, 5).toISOString(), now)).toBe("23:05");
  expect(clockTime(new Date(2026, 2, 2, 8, 0).toISOString(), now)).toBe("Monday 08:00");
});

test("says which machine coordinates and how many are there, or that this one is cut off", () => {
  const machines = machinesOfThree();
  const menu = labels(menuOf(view(calm, { machines })));
  expect(menu.slice(0, 2)).toEqual([
    "Tocsin: quiet, watching",
    "Ana's laptop coordinates · 2 of 3 machines connected",
  ]);
  expect(tooltipOf(view(calm, { machines }))).toBe(
    "Tocsin: quiet, watching. Ana's laptop coordinates · 2 of 3 machines connected",
  );
  const isolatedSince = new Date();
  isolatedSince.setHours(3, 12);
  expect(
    tooltipOf(view(calm, { machines: machinesOfThree({ isolatedSince: isolatedSince.toISOString() }) })),
  ).toBe("Tocsin: quiet, watching. ISOLATED since 03:12: Ana's laptop carries on alone");
  expect(
    tooltipOf(view(calm, { machines: machinesOfThree({ coordinator: null, settling: true }) })),
  ).toContain("Catching up with the team · 2 of 3");
});

test("a machine that is alone says nothing of machines; a revoked one is not counted", () => {
  expect(tooltipOf(view(calm, { machines: machineAlone() }))).toBe("Tocsin: quiet, watching");
  const { machines } = machinesOfThree();
  const gone = { ...machines[2]!, revokedAt: "2026-02-02T00:00:00.000Z" };
  expect(
    labels(
      menuOf(view(calm, { machines: machinesOfThree({ machines: [machines[0]!, machines[1]!, gone] }) })),
    )[1],
  ).toBe("Ana's laptop coordinates · 2 of 2 machines connected");
});
