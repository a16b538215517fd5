/** Whatever becomes of a good file: the loader never throws, and answers with a team or with faults that have a place. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { gapsOf } from "#domain/oncall/on-call";
import { printFault } from "#config/fault";
import { loadTeam } from "#config/load-team";
import { sample, sampleEnvironment as env } from "./sample.ts";

const snippet = fc.constantFrom(
  "",
  " ",
  "\n",
  "  ",
  ":",
  "- ",
  "[",
  "]",
  "{",
  "}",
  "&a ",
  "*a",
  "!!set ",
  "? ",
  "| ",
  "> ",
  "'",
  '"',
  "#",
  "%",
  "\0",
  "\uD800",
  "\t",
  "null",
  "~",
  "0",
  "-1",
  "1e999",
  "true",
  ".nan",
  "[]",
  "{}",
  "[[]]",
  "__proto__: 1\n",
  "constructor: 1\n",
  "<<: *a\n",
  "---\n",
  "...\n",
  "2026-03-29T02:30:00",
  "9999-12-31T23:59:59Z",
  "PT0S",
  "99999999d",
  "FREQ=DAILY;COUNT=1",
  "FREQ=HOURLY;INTERVAL=2;BYHOUR=2",
  "toString",
);

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(sample.length),
  remove: fc.oneof(fc.nat(3), fc.nat(80)),
  insert: fc.oneof(snippet, fc.string({ maxLength: 5, unit: "binary" })),
});

function edited(edits: readonly Edit[]): string {
  return edits.reduce(
    (text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove),
    sample,
  );
}

function expectSound(text: string): void {
  const loaded = loadTeam(text, "team.yaml", { env });
  if (loaded.ok) {
    expect(loaded.team.revision).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(JSON.stringify(loaded.team))).toEqual(loaded.team);
    // What is accepted can be carried out.
    const year = Date.parse("2026-01-01T00:00:00Z");
    for (const { id } of loaded.team.schedules) gapsOf(loaded.team, id, year, year + 366 * 86_400_000);
    return;
  }
  expect(loaded.faults.length).toBeGreaterThan(0);
  const lines = text.split(/\n/).length;
  for (const fault of loaded.faults) {
    expect(fault.line).toBeGreaterThanOrEqual(1);
    expect(fault.line).toBeLessThanOrEqual(lines);
    expect(fault.column).toBeGreaterThanOrEqual(1);
    expect(printFault(fault)).toMatch(/^team\.yaml:\d+:\d+: \P{Cc}+$/u);
  }
}

test("characters put in, taken out and replaced", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => expectSound(edited(edits))),
    { numRuns: 200 },
  );
});

test("a value replaced by any other", { timeout: 60_000 }, () => {
  const values = [...sample.matchAll(/(?<=: )[^\s,{}[\]#][^,\n{}[\]#]*/g)].map(({ index, 0: value }) => ({
    index,
    value,
  }));
  const anything = fc.oneof(snippet, fc.json({ maxDepth: 3 }), fc.string());
  fc.assert(
    fc.property(fc.constantFrom(...values), anything, ({ index, value }, other) =>
      expectSound(sample.slice(0, index) + other + sample.slice(index + value.length)),
    ),
    { numRuns: 200 },
  );
});

test("any text at all", { timeout: 60_000 }, () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), expectSound), { numRuns: 300 });
});

test("what no check has foreseen is a fault of the file, with the reason, and nothing is thrown", () => {
  const broken = () => {
    throw new RangeError("Invalid time value.");
  };
  for (const option of ["findGaps", "findFaults", "findWarnings", "now"])
    expect(loadTeam(sample, "f", { env, [option]: broken })).toEqual({
      ok: false,
      faults: [
        {
          file: "f",
          line: 1,
          column: 1,
          path: "",
          severity: "error",
          text: "Tocsin cannot work with this file (Invalid time value); take back the last change, and report this",
        },
      ],
    });
});

test("what the calculation that is to be used cannot do is a fault at its place", () => {
  const findFaults = () => [{ path: ["schedules", 0], reason: "it occurs too often" }];
  const loaded = loadTeam(sample, "f", { env, findFaults });
  expect(loaded.ok ? [] : loaded.faults.map(printFault)).toEqual([
    "f:17:5: schedules[0]: cannot be worked out: it occurs too often; change its rules, times or time zone",
  ]);
});
