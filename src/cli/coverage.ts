/** `tocsin coverage`: the proof that somebody can always be told, or every stretch in which nobody can. Exit 0 covered, 1 not. */
import type { EpochMs } from "#domain/ids";
import { gapWords } from "#domain/gap-words";
import type { Gap } from "#domain/oncall/on-call";
import { isCovered, proveCoverage, type CoverageProof } from "#domain/reports/coverage-proof";
import type { PolicyCoverage } from "#domain/reports/policy-coverage";
import type { Team } from "#domain/team";
import { visible } from "./alert-text.ts";
import { exitCodes, wrongUsage, type Output } from "./outcome.ts";
import { tableLines } from "./table.ts";
import { intervalOf, iso, longestDays, teamOf } from "./team-argument.ts";
import type { Given } from "./usage.ts";
import { counted, lengthText, nameOf, zonedText } from "./zoned-time.ts";

export async function coverage(given: Given, output: Output): Promise<number> {
  const days = daysOf(given.text("days") ?? "366");
  const team = await teamOf(given, output);
  const { from, to } = intervalOf(given, team, days);
  const proof = proveCoverage(team, from, to);
  const covered = isCovered(proof);
  output.out(given.flag("json") ? JSON.stringify(jsonOf(proof)) : linesOf(team, proof).join("\n"));
  return covered ? exitCodes.done : exitCodes.refused;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (!/^\d{1,4}$/.test(text) || days < 1 || days > longestDays)
    throw wrongUsage(`--days takes a number from 1 to ${longestDays}, not "${text}".`);
  return days;
}

interface Stretch {
  readonly start: EpochMs;
  readonly end: EpochMs;
}

const stretchJson = <Item extends Stretch>(item: Item) => ({
  ...item,
  start: iso(item.start),
  end: iso(item.end),
});

function jsonOf(proof: CoverageProof) {
  const { from, to, schedules, policies, unreachable, unsubstituted } = proof;
  return {
    from: iso(from),
    to: iso(to),
    covered: isCovered(proof),
    schedules: schedules.map(({ schedule, gaps }) => ({
      schedule,
      covered: gaps.length === 0,
      gaps: gaps.map(stretchJson),
    })),
    policies: policies.map(({ policy, steps, holes }) => ({
      policy,
      covered: holes.length === 0,
      holes: holes.map((hole) => ({ ...hole, stretches: hole.stretches.map(stretchJson) })),
      steps: steps.map((stretches, step) => ({ step, reachesNobody: stretches.map(stretchJson) })),
    })),
    unreachable: unreachable.map((duty) => ({ ...duty, stretches: duty.stretches.map(stretchJson) })),
    unsubstituted: unsubstituted.map(stretchJson),
  };
}

function linesOf(team: Team, proof: CoverageProof): string[] {
  const { from, to, schedules, policies, unreachable, unsubstituted } = proof;
  const zoneOf = (id: string) => team.schedules.find((schedule) => schedule.id === id)!.timeZone;
  const lines = [
    `From ${zonedText(team.timeZone, from)} to ${zonedText(team.timeZone, to)} (${team.timeZone}), every instant:`,
  ];

  for (const { schedule, gaps } of schedules) {
    if (gaps.length === 0) lines.push(`schedule ${schedule}: covered`);
    else lines.push(`schedule ${schedule}: ${counted(gaps.length, "gap")}, ${total(gaps)} without anybody`);
    lines.push(...stretchLines(zoneOf(schedule), gaps, (gap: Gap) => gapWords[gap.reason]));
  }
  for (const policy of policies) lines.push(...policyLines(team, policy));
  for (const { schedule, person, stretches } of unreachable) {
    lines.push(
      `person ${person}: on call in ${schedule} with no way to be reached, ${counted(stretches.length, "time")}, ${total(stretches)}`,
      ...stretchLines(zoneOf(schedule), stretches),
    );
  }
  for (const shift of unsubstituted) {
    const time = (at: EpochMs) => zonedText(zoneOf(shift.schedule), at);
    const standIns = shift.standIns.map((person) => nameOf(team, person)).join(", ");
    lines.push(
      `note: ${nameOf(team, shift.participant)} is away for all of shift ${shift.shift} of ${shift.schedule} (layer ${visible(shift.layer)}), ` +
        `${time(shift.start)} to ${time(shift.end)}, without a substitute; unasked comes ${standIns}`,
    );
  }
  lines.push(isCovered(proof) ? "Covered: somebody can be told at any time." : "Not covered: see above.");
  return lines;
}

function policyLines(team: Team, { policy, steps, holes }: PolicyCoverage): string[] {
  const skipped = steps.flatMap((stretches, step) =>
    stretches.length === 0
      ? []
      : [
          `  step ${step + 1} is skipped ${counted(stretches.length, "time")}, ${total(stretches)}; the others cover it`,
        ],
  );
  if (holes.length === 0) return [`policy ${policy}: always reaches somebody`, ...skipped];
  return holes.flatMap(({ severities, stretches }) => [
    `policy ${policy}: reaches nobody for ${severities.join(", ")} alerts, ${counted(stretches.length, "time")}, ${total(stretches)}`,
    ...stretchLines(team.timeZone, stretches),
  ]);
}

function stretchLines<Item extends Stretch>(
  timeZone: string,
  stretches: readonly Item[],
  words: (item: Item) => string = () => "",
): string[] {
  const rows = stretches.map((item) => [
    zonedText(timeZone, item.start),
    "to",
    zonedText(timeZone, item.end),
    lengthText(item.end - item.start),
    words(item),
  ]);
  return tableLines(rows, 2);
}

const total = (stretches: readonly Stretch[]) =>
  lengthText(stretches.reduce((sum, { start, end }) => sum + end - start, 0));
