/** Simulations for a terminal and as JSON. Used by `tocsin simulate`. */
import type { Asked } from "#domain/alert";
import type { NoticeChange } from "#domain/reports/compare-simulations";
import type { Simulation } from "#domain/reports/simulate";
import { entriesOf, type SimulatedEntry } from "#domain/reports/simulated-timeline";
import type { Team, Via } from "#domain/team";
import { tableLines } from "./table.ts";
import { iso } from "./team-argument.ts";
import { counted, lengthText, nameOf, zonedText } from "./zoned-time.ts";

/** Times in UTC, as in every JSON; `step` counts from 0, as in an alert's. */
export function simulationJson(simulation: Simulation) {
  const { plan, policy, until, ended } = simulation;
  const { at, severity, source, labels, integration, desktops } = plan;
  return {
    at: iso(at),
    severity,
    source,
    labels,
    integration,
    desktops,
    policy,
    timeline: entriesOf(simulation).map((entry) => ({ ...entry, at: iso(entry.at) })),
    until: iso(until),
    ended,
  };
}

export function comparisonJson(before: Simulation, after: Simulation, changes: readonly NoticeChange[]) {
  return { before: simulationJson(before), after: simulationJson(after), changes };
}

export function simulationLines(team: Team, simulation: Simulation): string[] {
  const { plan, policy, until, ended } = simulation;
  const time = (at: number) => zonedText(team.timeZone, at);
  const entries = entriesOf(simulation);
  const rows = runsOf(entries).flatMap(({ shown, again }) => [
    ...shown.map((entry) => [after(entry.afterMs), time(entry.at), textOf(team, entry)]),
    ...(again.length === 0 ? [] : [againRow(again, time)]),
  ]);
  const nobody = entries.some(({ kind }) => kind === "notified") ? [] : ["  Nobody is told."];
  return [
    `${plan.severity} alert at ${time(plan.at)} (${team.timeZone}): policy ${policy}`,
    ...tableLines(rows, 2),
    ...nobody,
    endings[ended](time(until)),
  ];
}

function againRow(again: readonly SimulatedEntry[], time: (at: number) => string): string[] {
  const [first, last] = [again[0]!, again.at(-1)!];
  const until = again.length === 1 ? "" : `, ${counted(again.length, "time")} until ${time(last.at)}`;
  return [after(first.afterMs), time(first.at), `the same again${until}`];
}

/** A run of the policy (or of its last step), and the beginnings of the next ones that are just like it. */
interface PolicyRun {
  readonly shown: SimulatedEntry[];
  readonly again: SimulatedEntry[];
}

function runsOf(entries: readonly SimulatedEntry[]): PolicyRun[] {
  const all: SimulatedEntry[][] = [];
  let lastStep = Infinity;
  for (const entry of entries) {
    const isStep = entry.kind === "step" || entry.kind === "skipped";
    if (isStep && entry.step <= lastStep) all.push([entry]);
    else all.at(-1)!.push(entry);
    if (isStep) lastStep = entry.step;
  }
  const runs: PolicyRun[] = [];
  for (const shown of all) {
    const last = runs.at(-1);
    if (last !== undefined && likeness(last.shown) === likeness(shown)) last.again.push(shown[0]!);
    else runs.push({ shown, again: [] });
  }
  return runs;
}

/** What two runs have in common that differ only in when they begin. */
function likeness(entries: readonly SimulatedEntry[]): string {
  const start = entries[0]!.at;
  return JSON.stringify(
    entries.map((entry) => ({
      ...entry,
      at: entry.at - start,
      afterMs: 0,
      repeat: 0,
      reason: entry.kind === "step" ? "" : "reason" in entry && entry.reason,
    })),
  );
}

/** What the edit changes, told by person; then what it leaves as it is, in one line. */
export function changeLines(
  team: Team,
  newTeam: Team,
  before: Simulation,
  after: Simulation,
  changes: readonly NoticeChange[],
): string[] {
  const lines =
    before.policy === after.policy ? [] : [`  policy ${after.policy} instead of ${before.policy}`];
  const changed = changes.filter(({ change }) => change !== "same");
  for (const change of changed) {
    const inTeam = newTeam.people.some(({ id }) => id === change.person) ? newTeam : team;
    lines.push(`  ${nameOf(inTeam, change.person)}: ${changeText(change)}`);
  }
  if (lines.length === 0) return ["  None: the same people, by the same channels, at the same times."];
  const same = changes.length - changed.length;
  return same === 0 ? lines : [...lines, `  the rest (${counted(same, "first notice")}) as before`];
}

function changeText({ via, change, beforeMs, afterMs }: NoticeChange): string {
  const [was, is] = [after(beforeMs ?? 0), after(afterMs ?? 0)];
  switch (change) {
    case "no-longer":
      return `no longer told by ${viaTexts[via]} (was ${was})`;
    case "newly":
      return `newly told by ${viaTexts[via]}, ${is}`;
    case "earlier":
    case "later":
      return `told ${change} by ${viaTexts[via]}, ${is} instead of ${was}`;
    case "same":
      return `told by ${viaTexts[via]} as before, ${is}`;
  }
}

function textOf(team: Team, entry: SimulatedEntry): string {
  const round = entry.repeat > 0 ? `, repeat ${entry.repeat}` : "";
  const step = `step ${entry.step + 1}${round}`;
  switch (entry.kind) {
    case "step": {
      const asked = entry.asked.map((one) => `${nameOf(team, one.person)} (${becauseText(one)})`).join(", ");
      if (entry.reason === "nobody-reachable")
        return `nobody the policy names can be reached; asks every desktop: ${asked || "there is none"}`;
      return `${step} asks ${asked}`;
    }
    case "skipped":
      return `${step} is skipped at once: ${skipTexts[entry.reason]}`;
    case "notified":
      return `  ${viaTexts[entry.via]} to ${nameOf(team, entry.person)}`;
    case "not-notified":
      return `  no ${viaTexts[entry.via]} to ${nameOf(team, entry.person)}: ${entry.reason.replaceAll("-", " ")}`;
  }
}

function becauseText({ because, of }: Asked): string {
  switch (because) {
    case "schedule":
      return `on call in ${of}`;
    case "group":
      return `group ${of}`;
    case "person":
      return "named";
    case "everyone":
      return "everyone";
    case "last-resort":
      return "last resort";
  }
}

const after = (ms: number) => (ms === 0 ? "at once" : `+${lengthText(ms)}`);
const viaTexts: Readonly<Record<Via, string>> = { desktop: "desktop alert", email: "e-mail" };
const skipTexts = {
  "below-min-severity": "the alert is below its severity",
  "nobody-on-call": "nobody in it is on call, or everybody is away",
  "nobody-reachable": "nobody in it can be reached",
} as const;
const endings: Readonly<Record<Simulation["ended"], (until: string) => string>> = {
  settled: (until) => `From ${until} on the last of these steps repeats, for whoever is on call then.`,
  horizon: (until) => `Looked at until ${until}; --for sets how long.`,
  "too-long": (until) => `Stopped at ${until}: too much happens to go on.`,
};
