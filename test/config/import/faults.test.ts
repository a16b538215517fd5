/** Malformed and hostile exports: clear faults with their places, within bounds, and never an exception. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printImportFault } from "#config/import/findings";
import { importTeam, vendors, type Vendor } from "#config/import/import-team";
import { maxImportBytes } from "#config/import/read-source";
import { loadTeam } from "#config/load-team";
import { fixtureFiles, json } from "./imported.ts";

function faultsOf(vendor: Vendor, value: unknown): string[] {
  const imported = importTeam(vendor, [
    typeof value === "string" ? { name: "x.json", text: value } : json(value, "x.json"),
  ]);
  return imported.ok ? [] : imported.faults.map(printImportFault);
}

const layer = {
  start: "2026-01-05T09:00:00Z",
  end: null,
  rotation_virtual_start: "2026-01-05T09:00:00Z",
  rotation_turn_length_seconds: 86_400,
  users: [{ user: { id: "U", summary: "U" } }],
  restrictions: [],
};
const schedule = (change: object, more: object = {}) => ({
  schedule: { id: "S", name: "S", time_zone: "UTC", schedule_layers: [{ ...layer, ...change }], ...more },
});

describe("a malformed value is named with its place", () => {
  test.each([
    [
      schedule({ start: "soon" }),
      'x.json: schedule.schedule_layers[0].start: "soon"; must be a time with its offset, such as 2026-01-05T08:00:00Z',
    ],
    [
      schedule({ start: "1066-10-14T09:00:00Z" }),
      'x.json: schedule.schedule_layers[0].start: "1066-10-14T09:00:00Z"; must be in the years 1970 to 2099',
    ],
    [
      schedule({ rotation_turn_length_seconds: 0 }),
      "x.json: schedule.schedule_layers[0].rotation_turn_length_seconds: 0; must be a whole number from 1 to 31622400",
    ],
    [
      schedule({ restrictions: [{ type: "monthly" }] }),
      'x.json: schedule.schedule_layers[0].restrictions[0].type: "monthly"; must be daily_restriction or weekly_restriction',
    ],
    [
      schedule({ users: [{ user: {} }] }),
      "x.json: schedule.schedule_layers[0].users[0].user.id: missing; must be an id, as the API gives it",
    ],
    [
      schedule({}, { time_zone: "Berlin" }),
      'x.json: schedule.time_zone: "Berlin"; must be an IANA time zone such as Europe/Berlin',
    ],
    [
      schedule({}, { schedule_layers: null }),
      "x.json: schedule: a schedule without its schedule_layers; save the answer of GET /schedules/{id} instead of the list",
    ],
    ["{", "x.json: not JSON"],
    ["[".repeat(1000), "x.json: nested deeper than 64 levels, which no export is"],
    ["7", "x.json: must be a map or a list, as the API answers"],
    ["{}", "x.json: empty; save the API's answer as it came"],
    [{ users: [] }, "the files name no people; add the export of the users"],
    [{ users: [5] }, "x.json: users[0]: must be a map, as the API gives users"],
  ])("%#", (value, expected) => {
    expect(faultsOf("pagerduty", value).join("\n")).toContain(expected);
  });

  test("all of them at once", () => {
    expect(faultsOf("pagerduty", schedule({ start: 1, end: 2, rotation_virtual_start: 3 }))).toHaveLength(3);
  });
});

describe("bounds", () => {
  test("ten megabytes and no more", () => {
    const text = " ".repeat(maxImportBytes);
    expect(faultsOf("oncall", `${text}{}`)[0]).toContain("larger than 10 MiB together");
  });

  test("ten megabytes of brackets, of users, of overrides and of nonsense are answered in time", () => {
    const many = (count: number, item: (index: number) => unknown): unknown[] =>
      Array.from({ length: count }, (_, index) => item(index));
    const user = { id: "U", name: "U", email: "u@example.org", type: "user" };
    const override = (index: number) => ({
      start: "2026-01-01T00:00:00Z",
      end: "2026-02-01T00:00:00Z",
      user: { id: `U${index}`, summary: "N" },
    });
    const started = performance.now();
    for (const value of [
      "[],".repeat(2_000_000),
      `[${"1,".repeat(400_000)}1]`,
      { users: many(20_000, (index) => ({ ...user, id: `U${index}` })) },
      { ...schedule({}, { overrides: many(20_000, override) }), users: [user] },
      { ...schedule({}, { schedule_layers: many(20_000, () => layer) }), users: [user] },
      { users: [user], services: many(30_000, () => ({})) },
      { users: [{ ...user, name: "x".repeat(5_000_000) }] },
    ]) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const imported = importTeam("pagerduty", [{ name: "x.json", text }]);
      if (imported.ok) expect(imported.report.length).toBeLessThan(6000);
      else expect(imported.faults.length).toBeLessThan(200);
    }
    // Not a measurement: a hang, or a cost that grows with the square of the size, takes hours.
    expect(performance.now() - started).toBeLessThan(120_000);
  }, 180_000);

  test("shifts that can never happen cost no search through the calendar", () => {
    const never = {
      name: "never",
      type: "recurrent_event",
      start: "2026-01-05T09:00:00",
      duration: 3600,
      users: ["U"],
    };
    const shifts = Array.from({ length: 900 }, (_, index) => {
      const days = { by_month: [2], by_monthday: [30 - (index % 2)] };
      return { ...never, id: `H${index}`, frequency: "monthly", interval: 1 + (index % 13), ...days };
    });
    const schedules = [{ id: "S", name: "S", type: "calendar", shifts: shifts.map(({ id }) => id) }];
    const imported = importTeam("oncall", [json({ shifts, schedules })]);
    expect(imported.ok && imported.report.filter(({ why }) => why.startsWith("no day fits")).length).toBe(
      900,
    );
  });

  test("members that JavaScript objects inherit are not read", () => {
    const text = '{"users":[{"__proto__":{"id":"U"},"constructor":{"id":"U"}}]}';
    expect(faultsOf("pagerduty", text)[0]).toContain("users[0].id: missing");
  });
});

const anything = fc.oneof(
  fc.constantFrom(
    null,
    true,
    -1,
    0,
    1e308,
    3.5,
    "",
    "none",
    "2026-02-30T00:00:00Z",
    "9999-12-31T00:00:00Z",
    "+010000-01-01T00:00Z",
    "constructor",
  ),
  fc.constantFrom(
    "UTC",
    "Asia/Kathmandu",
    "MO",
    "weekly",
    "hourly",
    "monthly",
    "time-of-day",
    604_800,
    59,
    86_400,
    [],
    {},
    [[]],
    [null],
  ),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
);

describe("fixtures with something changed in them never throw", () => {
  test.each(vendors)(
    "%s",
    (vendor) => {
      const originals = fixtureFiles(vendor);
      const change = fc.record({
        where: fc.nat(),
        kind: fc.constantFrom("set", "drop", "double"),
        to: anything,
      });
      let accepted = 0;
      fc.assert(
        fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 4 }), (which, changes) => {
          const files = originals.map(({ name, text }, index) => {
            if (index !== which % originals.length) return { name, text };
            const value = JSON.parse(text) as unknown;
            for (const { where, kind, to } of changes) {
              const places = placesIn(value);
              if (places.length === 0) continue;
              const { holder, key } = places[where % places.length]!;
              if (kind === "set") holder[key] = to;
              else if (kind === "double" && Array.isArray(holder)) holder.push(holder[Number(key)]);
              else delete holder[key];
            }
            return { name, text: JSON.stringify(value) };
          });
          const imported = importTeam(vendor, files);
          if (imported.ok) {
            accepted += 1;
            expect(loadTeam(imported.yaml, "team.yaml", { env: {} }).ok).toBe(true);
          } else {
            expect(imported.faults.length).toBeGreaterThan(0);
            // A fault without a file is a result that the team file's own check refused.
            for (const fault of imported.faults) expect(fault.text).not.toMatch(/^team file:/);
          }
        }),
        { numRuns: Number(process.env["IMPORT_RUNS"] ?? 30) },
      );
      expect(accepted).toBeGreaterThan(0);
    },
    120_000,
  );
});

type Holder = Record<string | number, unknown>;

function placesIn(value: unknown): { holder: Holder; key: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

describe("any JSON at all", () => {
  test.each(vendors)("%s", (vendor) => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const imported = importTeam(vendor, [{ name: "x.json", text }]);
        expect(imported.ok ? imported.yaml : imported.faults.length).toBeTruthy();
      }),
      { numRuns: 200 },
    );
  });
});
