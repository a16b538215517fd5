/**
 * Several on duty together: who serves a turn of several, of whom some are away, against contract §3 read literally; and
 * what reports, explanations and handoffs make of it. Times on the right are UTC.
 */
import { isSameCrew, peopleOf } from "#domain/crew";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EpochMs, PersonId, ScheduleId } from "#domain/ids";
import { nextHandoffs } from "#domain/oncall/next-handoff";
import {
  crewAt,
  explainOnCall,
  finalSchedule,
  gapsOf,
  onCallAt,
  onCallJson,
  shadowsJson,
} from "#domain/oncall/on-call";
import { compareSchedules } from "#domain/reports/compare-schedules";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { dutyOf } from "#domain/reports/duty";
import { fairnessOf } from "#domain/reports/fairness";
import { layerWarnings } from "#domain/reports/layer-warnings";
import type { Absence, Layer } from "#domain/team";
import { randomCrews } from "./random-team.ts";
import { Reference } from "./reference.ts";
import { ana, at, ben, chi, dia, scheduleId, teamOf, type TeamPlan } from "./team-builder.ts";

type Turns = readonly (readonly PersonId[])[];

/** A weekly layer from Monday 2026-01-05 09:00 in Berlin. */
function weekly(turns: Turns, more: Partial<Layer> = {}): Partial<Layer> {
  return { turns, participants: turns.map((turn) => turn[0] ?? ana), ...more };
}

/** `2026-01-05T08:00Z ana+ben`; the last line is the end. */
function schedule(plan: TeamPlan, from: string, to: string): string[] {
  const segments = finalSchedule(teamOf(plan), scheduleId, at(from), at(to));
  const text = (instant: EpochMs): string => new Date(instant).toISOString().replace(/:00.000Z$/, "Z");
  return [
    ...segments.map((segment) => `${text(segment.start)} ${peopleOf(segment).join("+") || "-"}`),
    text(segments.at(-1)!.end),
  ];
}

function away(person: PersonId, start: string, end: string, substitute?: PersonId): Absence {
  return { person, start: at(start), end: at(end), ...(substitute !== undefined && { substitute }) };
}

const january = ["2026-01-05T08:00Z", "2026-01-26T08:00Z"] as const;
const pairThenChi = [weekly([[ana, ben], [chi], []])];

test("shift k belongs to turn k mod n; all of a turn are on call, `person` is the first of them", () => {
  expect(schedule({ layers: pairThenChi }, "2026-01-05T08:00Z", "2026-02-02T08:00Z")).toEqual([
    "2026-01-05T08:00Z ana+ben",
    "2026-01-12T08:00Z chi",
    "2026-01-19T08:00Z -",
    "2026-01-26T08:00Z ana+ben",
    "2026-02-02T08:00Z",
  ]);
  const team = teamOf({ layers: pairThenChi });
  const [first, second, third] = finalSchedule(team, scheduleId, at(january[0]), at(january[1]));
  expect(first).toEqual({ start: at(january[0]), end: second!.start, person: ana, persons: [ana, ben] });
  expect(second).toEqual({ start: first!.end, end: third!.start, person: chi });
  expect([at(january[0]), second!.start, third!.start].map((when) => onCallJson(team, when))).toEqual([
    { primary: [ana, ben] },
    { primary: chi },
    { primary: null },
  ]);
  expect(onCallAt(team, scheduleId, at(january[0]))).toBe(ana);
});

describe("absence", () => {
  const oneWeek = (absences: readonly Absence[], turns: Turns = [[ana, ben], [chi, dia], []]): string =>
    schedule({ layers: [weekly(turns)], absences }, "2026-01-05T08:00Z", "2026-01-12T08:00Z")[0]!.slice(18);
  const whole = ["2026-01-01T00:00Z", "2026-02-01T00:00Z"] as const;

  test.each<[string, readonly Absence[], string]>([
    ["the substitute takes the place of who is away", [away(ana, ...whole, chi)], "chi+ben"],
    ["without one the others go on", [away(ben, ...whole)], "ana"],
    ["a substitute who is away comes not", [away(ana, ...whole, chi), away(chi, ...whole)], "ben"],
    ["a substitute who is in the turn already is not there twice", [away(ana, ...whole, ben)], "ben"],
    ["one substitute of two is there once", [away(ana, ...whole, chi), away(ben, ...whole, chi)], "chi"],
    ["a whole turn away falls to the next one", [away(ana, ...whole), away(ben, ...whole)], "chi+dia"],
    ["of which those serve who are there", [ana, ben, chi].map((person) => away(person, ...whole)), "dia"],
    ["nobody is left", [ana, ben, chi, dia].map((person) => away(person, ...whole)), "-"],
  ])("%s", (_, absences, expected) => expect(oneWeek(absences)).toBe(expected));

  test("a whole turn that is away does not fall to a turn with nobody", () => {
    const absences = [away(ana, ...whole), away(ben, ...whole)];
    expect(oneWeek(absences, [[ana, ben], [], [chi]])).toBe("chi");
  });

  test("a turn with nobody is not filled, and lower layers show through it", () => {
    const layers = [weekly([[dia]], { id: "base" }), weekly([[], [ana, ben]], { id: "upper" })];
    expect(schedule({ layers }, ...january)).toEqual([
      "2026-01-05T08:00Z dia",
      "2026-01-12T08:00Z ana+ben",
      "2026-01-19T08:00Z dia",
      "2026-01-26T08:00Z",
    ]);
  });

  test("somebody who comes back in the middle is there from then on", () => {
    const absences = [away(ben, "2026-01-07T00:00Z", "2026-01-09T00:00Z")];
    expect(schedule({ layers: pairThenChi, absences }, ...january).slice(0, 4)).toEqual([
      "2026-01-05T08:00Z ana+ben",
      "2026-01-07T00:00Z ana",
      "2026-01-09T00:00Z ana+ben",
      "2026-01-12T08:00Z chi",
    ]);
  });
});

test("an override is one person's and takes the whole time", () => {
  const overrides = [{ start: at("2026-01-06T00:00Z"), end: at("2026-01-07T00:00Z"), person: dia }];
  const plan = { layers: pairThenChi, overrides };
  expect(schedule(plan, ...january).slice(0, 4)).toEqual([
    "2026-01-05T08:00Z ana+ben",
    "2026-01-06T00:00Z dia",
    "2026-01-07T00:00Z ana+ben",
    "2026-01-12T08:00Z chi",
  ]);
  const { person, persons, text } = explainOnCall(teamOf(plan), scheduleId, at("2026-01-06T12:00Z"));
  expect([person, persons]).toEqual([dia, undefined]);
  expect(text).toContain("DIA is on call by an override");
  expect(text).toContain("without it ANA and BEN are on call: shift 0 of layer layer-0");
});

test("random teams: everybody on call is who the contract says, read literally, everywhere it is asked", () => {
  let [pairs, brought] = [0, 0];
  fc.assert(
    fc.property(randomCrews, ({ team, from, to }) => {
      const reference = new Reference(team, to + 40 * 86_400_000);
      const expectAt = (when: EpochMs): void => {
        const [found, expected] = [crewAt(team, scheduleId, when), reference.crewAt(when)];
        if (!isSameCrew(found, expected))
          expect.fail(`at ${when}: ${found.join()} instead of ${expected.join()}`);
        if (found.length > 1) pairs += 1;
      };
      const segments = finalSchedule(team, scheduleId, from, to);
      for (const [index, segment] of segments.entries()) {
        if (index % Math.ceil(segments.length / 200) > 0) continue;
        [segment.start - 1, segment.start].forEach(expectAt);
        const people = peopleOf(segment);
        expect(new Set(people).size).toBe(people.length);
        expect(crewAt(team, scheduleId, segment.start)).toEqual(people);
        expect(segments[index + 1]?.start ?? segment.end).toBe(segment.end);
        const next = segments[index + 1];
        if (next !== undefined) expect(peopleOf(next)).not.toEqual(people);
        if (index > 40) continue;
        const why = explainOnCall(team, scheduleId, segment.start);
        expect(peopleOf(why)).toEqual(people);
        expect(why.gap === null).toBe(people.length > 0);
        if (why.layer?.absence?.replacedBy !== undefined) brought += 1;
      }
      for (let when = from; when < to; when += 41 * 3_600_000 + 1_000) expectAt(when);
      expect(gapsOf(team, scheduleId, from, to)).toHaveLength(
        segments.filter((segment) => peopleOf(segment).length === 0).length,
      );
    }),
    { numRuns: Number(process.env["TOCSIN_ONCALL_RUNS"] ?? 60) },
  );
  expect(Math.min(pairs, brought)).toBeGreaterThan(0);
}, 600_000);

describe("handoffs", () => {
  const handoffs = (plan: TeamPlan) =>
    nextHandoffs(teamOf(plan), at("2026-01-05T09:00Z"), at("2026-01-20T00:00Z"));

  test("name everybody before and after where several are on duty together", () => {
    expect(handoffs({ layers: [weekly([[ana, ben], [ben, chi], [dia]])] })).toEqual([
      ...[{ from: ana, to: ben, before: [ana, ben], after: [ben, chi] }].map((who) => ({
        schedule: scheduleId,
        ...who,
        handoffAt: at("2026-01-12T08:00Z"),
      })),
      ...[{ from: ben, to: dia, before: [ben, chi], after: [dia] }].map((who) => ({
        schedule: scheduleId,
        ...who,
        handoffAt: at("2026-01-19T08:00Z"),
      })),
    ]);
  });

  test("are none where the same people go on in another order", () => {
    expect(
      handoffs({
        layers: [
          weekly([
            [ana, ben],
            [ben, ana],
          ]),
        ],
      }),
    ).toEqual([]);
  });
});

describe("explanations", () => {
  const why = (
    absences: readonly Absence[],
    turns: Turns = [
      [ana, ben],
      [chi, dia],
    ],
    more = {},
  ) =>
    explainOnCall(teamOf({ layers: [weekly(turns, more)], absences }), scheduleId, at("2026-01-06T00:00Z"));
  const until = ["2026-01-01T00:00Z", "2026-01-20T00:00Z"] as const;
  const shift = "shift 0 of layer layer-0, 2026-01-05 09:00 to 2026-01-12 09:00. (Europe/Berlin)";

  test("name all, whoever is away, and who comes", () => {
    expect(why([]).text).toBe(`ANA and BEN are on call: ${shift}`);
    expect(why([away(ana, ...until, dia)]).text).toBe(
      `DIA and BEN are on call, DIA for ANA, who is away until 2026-01-20 01:00: ${shift}`,
    );
    expect(why([away(ben, ...until)]).text).toBe(
      `ANA is on call, without BEN, who is away until 2026-01-20 01:00: ${shift}`,
    );
    expect(why([away(ana, ...until), away(ben, ...until)]).text).toBe(
      `CHI and DIA, next in the rotation, are on call for ANA and BEN, who are away until 2026-01-20 01:00: ${shift}`,
    );
  });

  test("as data: whose turn it is, who serves it, and what each absence came to", () => {
    const { layer } = why([away(ana, ...until, dia), away(ben, ...until)], [[ana, ben, chi]]);
    expect(layer).toMatchObject({
      participants: [ana, ben, chi],
      persons: [dia, chi],
      absence: { person: ana },
    });
    expect(layer!.absences!.map(({ person, replacedBy }) => [person, replacedBy])).toEqual([
      [ana, "substitute"],
      [ben, "others"],
    ]);
  });

  test("a turn with nobody is a reason of its own", () => {
    expect(why([], [[], [ana]])).toMatchObject({ gap: "turn-of-nobody", person: null });
  });

  test("shadows are named and are never on call", () => {
    const explained = why([], [[ana, ben]], { shadow: [dia] });
    expect(explained).toMatchObject({ persons: [ana, ben], layer: { shadow: [dia] } });
    expect(explained.text).toContain("Shadow: DIA.");
    const paired = teamOf({ layers: [weekly([[ana, ben], []], { shadow: [dia] })] });
    expect(shadowsJson(paired, at(january[0]))).toEqual({ primary: [dia] });
    expect(shadowsJson(paired, at("2026-01-13T00:00Z"))).toEqual({ primary: [] });
    const everybody = why([away(ana, ...until), away(ben, ...until)], [[ana, ben]], { shadow: [dia] });
    expect(everybody).toMatchObject({ person: null, gap: "everyone-away" });
  });

  test("one person alone has none of the words and fields of several", () => {
    const alone = explainOnCall(teamOf({ layers: [{}] }), scheduleId, at("2026-01-06T00:00Z"));
    expect(Object.keys(alone)).toEqual(["person", "override", "layer", "gap", "text"]);
    expect(Object.keys(alone.layer!)).toEqual([
      "id",
      "shift",
      "shiftStart",
      "shiftEnd",
      "participant",
      "person",
      "window",
      "absence",
    ]);
  });
});

describe("reports", () => {
  const [from, to] = [at("2026-01-05T08:00Z"), at("2026-01-26T08:00Z")];
  const week = 7 * 86_400_000;

  test("each of a pair carries the whole, and nobody is covered twice", () => {
    const { schedules, total } = fairnessOf(teamOf({ layers: pairThenChi }), from, to, new Set());
    expect(schedules[0]).toMatchObject({ coveredMs: 2 * week, uncoveredMs: week });
    expect(total.map(({ person, dutyMs }) => [person, dutyMs])).toEqual([
      [ana, week],
      [ben, week],
      [chi, week],
    ]);
  });

  test("a turn of duty goes on while others come and go beside", () => {
    const team = teamOf({ layers: [weekly([[ana, ben], [ana, chi], [dia]])] });
    const { turns } = dutyOf(team, team.people[0]!, from, to);
    expect(turns.map(({ start, end }) => [start, end])).toEqual([[from, from + 2 * week]]);
  });

  test("coverage has a gap only where nobody is, names who of a pair cannot be reached, and who is missed unasked", () => {
    const absences = [
      away(ana, "2026-01-01T00:00Z", "2026-02-01T00:00Z"),
      away(chi, "2026-01-01T00:00Z", "2026-02-01T00:00Z"),
    ];
    const team = teamOf({ layers: pairThenChi, absences });
    const mute = {
      ...team,
      people: team.people.map((one) => (one.id === ben ? { ...one, notify: [] } : one)),
    };
    const proof = proveCoverage(mute, from, to);
    expect(proof.schedules[0]!.gaps).toEqual([{ start: from + 2 * week, end: to, reason: "turn-of-nobody" }]);
    expect(proof.unreachable.map(({ person }) => person)).toEqual([ben]);
    // Ana's turn goes on with Ben, as it was meant; Chi's falls to Ben alone, whom nobody has asked.
    expect(proof.unsubstituted.map(({ participant, standIns }) => [participant, standIns])).toEqual([
      [chi, [ben]],
    ]);
  });

  test("a policy reaches somebody as long as one of a pair can be", () => {
    const policies = [
      {
        id: "p" as never,
        repeat: 0,
        steps: [{ withinMs: 1, notify: [{ kind: "schedule", id: scheduleId }] }],
      },
    ] as const;
    const team = { ...teamOf({ layers: [weekly([[ana, ben]])] }), policies };
    const mute = (...ids: PersonId[]) => ({
      ...team,
      people: team.people.map((one) => (ids.includes(one.id) ? { ...one, notify: [] } : one)),
    });
    expect(proveCoverage(mute(ana), from, to).policies[0]!.holes).toEqual([]);
    expect(proveCoverage(mute(ana, ben), from, to).policies[0]!.holes).toHaveLength(1);
  });

  test("two files that differ in one of a pair differ, in their order they do not", () => {
    const team = teamOf({ layers: [weekly([[ana, ben]])] });
    const other = (turn: readonly PersonId[]) => teamOf({ layers: [weekly([turn])] });
    expect(compareSchedules(team, other([ben, ana]), from, to)).toEqual([]);
    expect(compareSchedules(team, other([ana, chi]), from, to)).toEqual([
      {
        schedule: scheduleId as ScheduleId,
        start: from,
        end: to,
        before: ana,
        after: ana,
        allBefore: [ana, ben],
        allAfter: [ana, chi],
      },
    ]);
  });

  test("a rule that is over names all who stay on call", () => {
    const layers = [
      weekly(
        [
          [ana, ben],
          [chi, dia],
        ],
        { handoff: "FREQ=WEEKLY;BYDAY=MO;COUNT=2" },
      ),
    ];
    expect(layerWarnings(teamOf({ layers }), at("2026-03-01T00:00Z")).map(({ text }) => text)).toEqual([
      expect.stringContaining("so chi and dia are on call by this layer for ever"),
    ]);
  });
});
