/** Random schedules in the vendors' forms: who is on call is what the source says, over two changes of the clocks. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { trials } from "../../support/trials.ts";
import { expectSameOnCall, good, json } from "./imported.ts";
import { onCallOnCall, type OnCallShift } from "./oncall-oracle.ts";
import { opsgenieOnCall } from "./opsgenie-oracle.ts";
import { layer, people, rotation, shift, withBase, zone, zones } from "./random-sources.ts";
import { pagerDutyOnCall } from "./pagerduty-oracle.ts";

const isLong = trials(0, 1) === 1;
/** Two months with two changes of the clocks, or thirteen. */
const range = ["2026-02-10T00:00:00Z", isLong ? "2027-03-10T00:00:00Z" : "2026-04-10T00:00:00Z"] as const;
const horizon = isLong ? "2027-04-01T00:00:00" : "2026-05-01T00:00:00";
vi.setConfig({ testTimeout: trials(30_000, 1_800_000) });
const runs = { numRuns: Number(process.env["IMPORT_RUNS"] ?? trials(25, 150)) };

test("PagerDuty", () => {
  fc.assert(
    fc.property(zone, fc.array(layer, { minLength: 1, maxLength: 3 }), (time_zone, schedule_layers) => {
      // Somebody is there in any case, so that there is something to compare.
      const base = { ...schedule_layers[0]!, end: null, restrictions: [] };
      const schedule = {
        id: "P",
        name: "P",
        type: "schedule",
        time_zone,
        schedule_layers: [...schedule_layers, base],
      };
      const result = good("pagerduty", [json({ schedule }), json({ users: people })]);
      expectSameOnCall(result, "P", pagerDutyOnCall(schedule), range, [time_zone]);
    }),
    runs,
  );
});

test("Opsgenie", () => {
  let [left, paired, joined] = [0, 0, 0];
  fc.assert(
    fc.property(
      zone,
      fc.array(rotation, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (timezone, own, isPaired) => {
        // Half of them have two rotations whose turns go together.
        const rotations = isPaired ? [...own, { ...own[0]!, participants: own.at(-1)!.participants }] : own;
        if (isPaired) paired += 1;
        const always = {
          id: "r9",
          name: "always",
          startDate: "2026-01-01T12:00:00Z",
          type: "weekly" as const,
        };
        const numbered = [
          ...rotations.map((one, index) => ({ ...one, id: `r${index}` })),
          { ...always, length: 1, participants: [{ type: "user", id: "ua" }] },
        ];
        const schedule = { id: "O", name: "O", timezone, enabled: true, rotations: numbered };
        const result = good("opsgenie", [
          json({ data: [schedule] }),
          json({ users: people.map(({ id, email }) => ({ id, username: email })) }),
        ]);
        const lost = result.imported.report.filter(
          ({ outcome, what, why }) =>
            outcome === "left-out" && what !== "a rotation" && !why.includes("ends before it begins"),
        );
        if (result.imported.yaml.includes("rotation and rotation")) joined += 1;
        if (lost.length > 0) left += 1;
        else expectSameOnCall(result, "O", opsgenieOnCall(schedule), range, [timezone]);
      },
    ),
    runs,
  );
  expect(left).toBeLessThan(runs.numRuns / 4);
  expect(joined).toBeGreaterThan(paired / 3);
});

const isLost = (result: ReturnType<typeof good>): boolean =>
  result.imported.report.some(
    ({ outcome, what, why }) =>
      (outcome === "left-out" && !why.includes("ends before it begins")) ||
      what.startsWith("the time in which"),
  );

/** What random runs have found before. */
const found: [(typeof zones)[number], OnCallShift[]][] = [
  // The recurrence begins on a day that is not chosen, and `until` falls into its first event.
  [
    "Asia/Kolkata",
    [
      {
        ...{
          id: "",
          type: "recurrent_event",
          time_zone: null,
          level: 0,
          start: "2026-01-28T07:00:00",
          duration: 10_800,
        },
        ...{
          frequency: "weekly",
          interval: 3,
          week_start: "MO",
          by_day: ["MO", "TU"],
          until: "2026-02-16T04:00:00",
        },
        users: ["ua"],
      },
    ],
  ],
  // `until` falls into an event that is not the first of its group and weekday.
  [
    "Europe/Berlin",
    [
      {
        ...{
          id: "",
          type: "rolling_users",
          time_zone: null,
          level: 0,
          start: "2026-01-01T04:00:00",
          duration: 7200,
        },
        ...{ frequency: "daily", interval: 1, by_day: ["TH", "SU"], until: "2026-02-12T04:00:00" },
        ...{
          rotation_start: "2026-01-01T04:00:00",
          rolling_users: [["ua"]],
          start_rotation_from_user_index: 0,
        },
      },
    ],
  ],
];

test("Grafana OnCall, made by its API or Terraform", () => {
  let left = 0;
  fc.assert(
    fc.property(
      zone,
      fc.array(shift(fc.constant(null)), { minLength: 1, maxLength: 3 }),
      (time_zone, shifts) => {
        const numbered = withBase(shifts);
        const schedule = {
          id: "S",
          name: "S",
          type: "calendar",
          time_zone,
          shifts: numbered.map(({ id }) => id),
        };
        const result = good("oncall", [
          json({ results: numbered }),
          json({ results: [schedule] }),
          json({ users: people.map(({ id, email }) => ({ id, email, username: id })) }),
        ]);
        if (isLost(result)) left += 1;
        else
          expectSameOnCall(result, "S", onCallOnCall(numbered, time_zone, false, horizon), range, [
            time_zone,
          ]);
      },
    ),
    { ...runs, examples: found },
  );
  expect(left).toBeLessThan(runs.numRuns / 3);
});

test("Grafana OnCall, made on the web", () => {
  let left = 0;
  const rolling = shift(fc.constant("UTC")).filter(({ type }) => type === "rolling_users");
  fc.assert(
    fc.property(fc.array(rolling, { minLength: 1, maxLength: 3 }), (shifts) => {
      const numbered = withBase(shifts);
      const schedule = {
        id: "S",
        name: "S",
        type: "web",
        time_zone: "Europe/Berlin",
        shifts: numbered.map(({ id }) => id),
      };
      const result = good("oncall", [
        json({ results: numbered }),
        json({ results: [schedule] }),
        json({ users: people.map(({ id, email }) => ({ id, email, username: id })) }),
      ]);
      if (isLost(result)) left += 1;
      else expectSameOnCall(result, "S", onCallOnCall(numbered, "UTC", true, horizon), range, []);
    }),
    runs,
  );
  expect(left).toBeLessThan(runs.numRuns / 3);
});
