/** How long what goes wrong with ingest is told, and how often: in virtual time. */
import { expect, test } from "vitest";
import { IngestWatch, type Notices } from "#ingest/ingest-watch";
import type { Skew } from "#ingest/sender-times";
import { StandingClock } from "../support/fake-engine.ts";
import { minutes, seconds } from "../support/team-builder.ts";

function start() {
  const clock = new StandingClock(Date.parse("2026-03-02T08:00:00Z"));
  const problems: (string | null)[] = [];
  const alarms: string[] = [];
  const lines: object[] = [];
  let skews: readonly Skew[] = [];
  const notices: Notices = {
    problem: (_kind, text) => void problems.push(text),
    alarm: (key, severity, title) => void alarms.push(`${key} ${severity}: ${title}`),
  };
  const log = { info: (fields: object) => void lines.push(fields) } as never;
  const watch = new IngestWatch(clock, log, notices, () => skews);
  const refused = (count: number, reason: "too-large" | "invalid" = "too-large", integration = "zabbix") =>
    watch.refused({ integration, remote: "10.0.0.5", reason, text: "it is too large", count, isPart: false });
  return { clock, watch, problems, alarms, lines, refused, say: (said: readonly Skew[]) => (skews = said) };
}

test("a flood of refusals is one problem and one alert, worded anew once a minute, over after five quiet minutes", () => {
  const { clock, problems, alarms, refused } = start();
  for (let second = 0; second < 120; second += 1) {
    for (let i = 0; i < 100; i += 1) refused(1);
    clock.pass(seconds(1));
  }
  expect(alarms).toEqual([
    "refused-zabbix error: 1 message of zabbix was refused: it is too large",
    "refused-zabbix error: 6000 messages of zabbix were refused: it is too large",
    "refused-zabbix error: 12000 messages of zabbix were refused: it is too large",
  ]);
  expect(problems.length).toBeLessThanOrEqual(14);
  clock.pass(minutes(4));
  expect(problems.at(-1)).toMatch(/^12000 messages of zabbix were refused: /);
  clock.pass(minutes(1.5));
  expect(problems.at(-1)).toBeNull();
  expect(alarms).toHaveLength(3);
});

test("each integration has its own sentence, and none is kept from being told by another's flood", () => {
  const { problems, alarms, refused } = start();
  refused(500);
  refused(2, "invalid", "shop");
  expect(problems.at(-1)).not.toContain("shop");
  refused(1, "invalid", "shop");
  expect(problems.at(-1)).toMatch(/zabbix .*3 messages of shop were refused/);
  refused(9, "invalid", "shop");
  expect(alarms.at(-1)).toBe("refused-shop warning: 12 messages of shop were refused: it is too large");
});

test("what ends nothing is one line a minute, with how many", () => {
  const { clock, watch, lines } = start();
  for (let i = 0; i < 200; i += 1) {
    watch.changedNothing("prometheus", 3);
    clock.pass(seconds(1));
  }
  expect(lines.length).toBeGreaterThanOrEqual(3);
  expect(lines.length).toBeLessThanOrEqual(4);
});

test("a clock is told of while it is wrong", () => {
  const { clock, watch, problems, say } = start();
  say([{ words: "10.0.0.5 (integration prometheus)", aheadMs: -minutes(5) }]);
  watch.heard();
  expect(problems).toEqual([expect.stringContaining("is about 5 min behind this machine's")]);
  clock.pass(minutes(10));
  expect(problems).toHaveLength(1);
  say([]);
  clock.pass(seconds(10));
  expect(problems.at(-1)).toBeNull();
});
