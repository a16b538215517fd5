/**
 * Team files that are odd and well-formed: whatever the check lets through, the engine starts with, asks somebody, hands
 * over, and goes on with through a restart; and every question that a person can put about it is answered.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { printFault } from "#config/fault";
import { loadTeam } from "#config/load-team";
import { fairnessOf } from "#domain/reports/fairness";
import { finalSchedule, explainOnCall } from "#domain/oncall/on-call";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { schedulesOverview } from "#domain/reports/schedules-overview";
import { OwnRuntime } from "../../src/compose/own-runtime.ts";
import { watchSchedules } from "../../src/compose/schedule-watch.ts";
import { loadOptions } from "../../src/compose/team-file.ts";
import { minutes } from "../support/team-builder.ts";
import { trials } from "../support/trials.ts";
import { World } from "../support/world.ts";

const now = Date.parse("2026-03-02T10:00:00Z");
const day = minutes(24 * 60);

const zone = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "Pacific/Apia",
      "Etc/GMT-14",
      "America/Sao_Paulo",
      "zulu",
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom("IST", "PST") },
);
const who = fc.constantFrom("ana", "ben", "chi");
const times = [
  "1970-01-01T00:00:00",
  "1970-01-01",
  "2011-12-30T12:00:00",
  "2026-03-02T10:00:00Z",
  "2026-03-29T02:30:00",
  "2026-10-25T02:30:00",
  "2062-02-28T23:59:59",
  "2099-12-31T23:59:59",
  "2099-12-31T23:59:59-12:00",
];
const time = fc.constantFrom(...times);
/** In order, so that most of them are let through. */
const stretch = fc.tuple(fc.nat(times.length - 2), fc.nat(times.length)).map(([from, length]) => ({
  start: times[from]!,
  end: times[Math.min(from + 1 + length, times.length - 1)]!,
}));
const rule = fc.constantFrom(
  "FREQ=WEEKLY;BYDAY=MO",
  "FREQ=YEARLY;INTERVAL=999999",
  "FREQ=DAILY;INTERVAL=999999",
  "FREQ=MONTHLY;BYMONTHDAY=31",
  "FREQ=MONTHLY;BYDAY=-1SU;BYSETPOS=1",
  "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
  "FREQ=YEARLY;BYYEARDAY=366",
  "FREQ=HOURLY;BYMINUTE=0,30",
  "FREQ=MINUTELY;INTERVAL=90",
  "FREQ=SECONDLY;INTERVAL=86399",
  "FREQ=DAILY;COUNT=1",
  "FREQ=DAILY;COUNT=999999999",
  "FREQ=DAILY;UNTIL=00000101",
  "FREQ=DAILY;UNTIL=99991231T235959Z",
  "FREQ=WEEKLY;WKST=SU;INTERVAL=52;BYDAY=SU",
  "FREQ=DAILY;BYHOUR=0;BYMINUTE=0;BYSECOND=0",
  "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
);
const timeOfDay = fc.constantFrom("00:00", "00:00:00", "23:59:59", "02:30", "12:00");
const wait = fc.constantFrom("10m", "366d", "PT12H");
const entry = fc.tuple(stretch, who).map(([span, person]) => ({ ...span, person }));

const teamFile = fc.record({
  version: fc.constant(1),
  team: fc.record({ name: fc.constant("Odd"), timeZone: zone }),
  people: fc.tuple(zone, zone, fc.option(zone, { nil: undefined })).map((zones) =>
    ["ana", "ben", "chi"].map((id, index) => ({
      id,
      name: id,
      ...(zones[index] && { timeZone: zones[index] }),
    })),
  ),
  groups: fc.array(who, { maxLength: 2 }).map((people) => [{ id: "some", people: [...new Set(people)] }]),
  schedules: fc
    .record(
      {
        timeZone: zone,
        layers: fc
          .array(
            fc.record(
              {
                participants: fc.array(who, { minLength: 1, maxLength: 4 }),
                start: time,
                handoff: rule,
                windows: fc.array(
                  fc.record({ rrule: rule, from: timeOfDay, to: fc.oneof(timeOfDay, fc.constant("24:00")) }),
                  { minLength: 1, maxLength: 2 },
                ),
              },
              { requiredKeys: ["participants", "start", "handoff"] },
            ),
            { maxLength: 3 },
          )
          .map((layers) => layers.map((layer, index) => ({ id: `l${index}`, ...layer }))),
        overrides: fc.array(entry, { maxLength: 3 }),
        handoffNotice: fc.constantFrom("0s", "7d", "off"),
      },
      { requiredKeys: ["layers"] },
    )
    .map((schedule) => [{ id: "primary", ...schedule }]),
  absences: fc.array(
    fc
      .tuple(entry, fc.option(who, { nil: undefined }))
      .map(([absence, substitute]) =>
        substitute === undefined || substitute === absence.person ? absence : { ...absence, substitute },
      ),
    { maxLength: 3 },
  ),
  policies: fc
    .record({
      steps: fc.array(
        fc.record(
          {
            notify: fc.array(
              fc.constantFrom(
                { schedule: "primary" },
                { group: "some" },
                { everyone: true },
                { person: "ana" },
              ),
              { minLength: 1, maxLength: 2 },
            ),
            within: wait,
            minSeverity: fc.constantFrom("critical", "info"),
          },
          { requiredKeys: ["notify", "within"] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      repeat: fc.constantFrom(0, 1000),
      ackTimeout: wait,
    })
    .map((policy) => [{ id: "default", ...policy }]),
  routes: fc.constant([{ match: {}, policy: "default" }]),
});

test("whatever the check lets through, an engine lives with; what it does not, it says where", async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(teamFile, async (written) => {
      const options = { ...loadOptions(() => now), env: {} };
      const loaded = loadTeam(JSON.stringify(written), "f", options);
      if (!loaded.ok) {
        for (const fault of loaded.faults) {
          expect(printFault(fault)).toMatch(/^f:\d+:\d+: [a-z]+\S*: \S/);
          expect(fault.text).not.toMatch(/cannot work with this file/);
        }
        return;
      }
      taken += 1;
      const { team } = loaded;
      for (const from of [now, Date.parse("2099-12-01T00:00:00Z"), 8.6e15]) {
        finalSchedule(team, team.schedules[0]!.id, from, from + 30 * day);
        explainOnCall(team, team.schedules[0]!.id, from);
      }
      fairnessOf(team, now, now + 366 * day, new Set());
      schedulesOverview(team, proveCoverage(team, now, now + 400 * day), now);
      new OwnRuntime("1").now(team, now);

      const world = await World.start({ team, start: "2026-03-02T10:00:00Z" });
      watchSchedules(world.engine, { now: () => world.time.wallMs() })();
      const id = await world.fire();
      expect(world.alert(id).asked.length).toBeGreaterThan(0);
      await world.fastForward(minutes(10));
      world.crash();
      await world.boot(null);
      expect(world.engine.state.team?.revision).toBe(team.revision);
      await world.command(id, { kind: "acknowledge" });
      await world.fastForward(2 * day);
      expect(world.timeline(id).length).toBeGreaterThan(1);
      expect([world.log, world.engine.health.problems]).toEqual([[], []]);
    }),
    { numRuns: trials(8, 300) },
  );
  expect(taken).toBeGreaterThan(trials(0, 100));
}, 600_000);
