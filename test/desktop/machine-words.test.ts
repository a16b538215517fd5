import * as fc from "fast-check";
import { expect, test } from "vitest";
import { qrCodeOf } from "#api/qr-code";
import {
  connectionWords,
  coordinatorLine,
  countLine,
  differenceWords,
  machineWarnings,
  peopleWords,
  presentMachines,
  qrPath,
  revokedMachines,
  timeLeft,
} from "../../src/desktop/renderer/console/machine-words.ts";
import { machine, machineAlone, machinesOfThree } from "../support/fake-machines.ts";

const gone = (id: string, revokedAt: string) => machine(id, { revokedAt });

test("this machine comes first, then the coordinator, then those that are there; revoked ones are apart", () => {
  const machines = machinesOfThree({
    self: { id: "here", name: "Here", role: "engine" },
    coordinator: "boss",
    machines: [
      machine("off", { connected: false }),
      machine("b"),
      machine("a"),
      machine("boss"),
      gone("x", "2026-02-01T00:00:00.000Z"),
      gone("y", "2026-02-02T00:00:00.000Z"),
      machine("here"),
    ],
  });
  expect(presentMachines(machines).map(({ id }) => id)).toEqual(["here", "boss", "a", "b", "off"]);
  expect(revokedMachines(machines).map(({ id }) => id)).toEqual(["y", "x"]);
  expect(countLine(machines)).toBe("4 of 5 machines are connected, 2 engines are awake.");
});

test("says who coordinates, also when nobody does", () => {
  expect(coordinatorLine(machinesOfThree())).toMatch(/^Ana's laptop coordinates since .*\.$/);
  expect(coordinatorLine(machinesOfThree({ coordinator: null }))).toBe("No machine in sight coordinates.");
});

test("warns of one engine awake and of being cut off, never a machine that is alone", () => {
  expect(machineWarnings(machinesOfThree())).toEqual([]);
  expect(machineWarnings(machinesOfThree({ awake: 1 }))).toEqual([expect.stringMatching(/^Only one engine/)]);
  expect(machineWarnings(machinesOfThree({ awake: 0 }))).toEqual([expect.stringMatching(/^No engine/)]);
  const isolated = machinesOfThree({ awake: 1, isolatedSince: "2026-03-01T03:12:00.000Z", settling: true });
  expect(machineWarnings(isolated)).toEqual([
    expect.stringMatching(/^ISOLATED since .*: Ana's laptop reaches none .* and carries on alone/),
    expect.stringMatching(/catches up/),
  ]);
  expect(machineWarnings(machineAlone())).toEqual([]);
});

test("a connection is in words, with since when", () => {
  const at = "2026-03-01T09:00:00.000Z";
  expect(connectionWords(machine("a", { since: at }))).toMatch(/^Connected since /);
  expect(connectionWords(machine("a", { connected: false, since: at }))).toMatch(/^Not connected since /);
  expect(connectionWords(machine("a", { connected: false, since: null }))).toBe(
    "Not seen since this machine started",
  );
});

test("people are there by name and presence", () => {
  const team = { people: [{ id: "ana", name: "Ana Ruiz" }] } as never;
  const people = [
    { person: "ana", presence: "active" },
    { person: "ben", presence: "locked" },
  ] as const;
  expect(peopleWords(machine("a", { people: [...people] }), team)).toEqual([
    "Ana Ruiz: active here",
    "ben: locked",
  ]);
});

test("differences of clocks, tables and journals are said, small ones of clocks are not", () => {
  expect(differenceWords(machine("a", { clockDifferenceMs: 1900 }))).toEqual([]);
  expect(
    differenceWords(
      machine("a", {
        clockDifferenceMs: -61_000,
        differences: ["Its tables are 2025a."],
        behind: 3,
        acts: false,
      }),
    ),
  ).toEqual([
    expect.stringMatching(/does not act/),
    expect.stringMatching(/^Its clock is 61 s behind/),
    "Its tables are 2025a.",
    expect.stringMatching(/^It lacks 3 /),
  ]);
});

test("an invite counts down to nothing", () => {
  const end = "2026-03-01T12:15:00.000Z";
  const at = (seconds: number) => timeLeft(end, Date.parse(end) - seconds * 1000);
  expect([at(900), at(61), at(0.5), at(0), at(-5)]).toEqual(["15:00", "1:01", "0:01", null, null]);
  expect(timeLeft("nonsense", 0)).toBeNull();
});

test("a QR code's path fills exactly the dark modules", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200 }), (text) => {
      const rows = qrCodeOf(text);
      const drawn = rows.map((row) => Array.from(row, () => "0"));
      for (const [, x, y, run] of qrPath(rows).matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
        for (let i = 0; i < Number(run); i += 1) drawn[Number(y)]![Number(x) + i] = "1";
      expect(drawn.map((row) => row.join(""))).toEqual(rows);
    }),
    { numRuns: 20 },
  );
});
