/**
 * `tocsin simulate`: an alert that comes in at some time and that nobody answers; who would be woken when, by which
 * channel. With `--team-new` also what an edit would change.
 */
import { parseDuration } from "#config/duration";
import type { IntegrationId, PersonId } from "#domain/ids";
import { compareSimulations } from "#domain/reports/compare-simulations";
import { simulate, type SimulationPlan } from "#domain/reports/simulate";
import { severities, type Severity } from "#domain/severity";
import type { Team } from "#domain/team";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { changeLines, comparisonJson, simulationJson, simulationLines } from "./simulation-text.ts";
import { personOf, teamOf, timeOf } from "./team-argument.ts";
import { usageLine, type Given } from "./usage.ts";

export async function simulateCommand(given: Given, output: Output): Promise<number> {
  const team = await teamOf(given, output);
  const before = simulate(team, planOf(given, team));
  if (given.text("team-new") === undefined) {
    output.out(
      given.flag("json") ? JSON.stringify(simulationJson(before)) : simulationLines(team, before).join("\n"),
    );
    return exitCodes.done;
  }
  const newTeam = await teamOf(given, output, "team-new");
  // The same instant, whatever the new team's zone.
  const after = simulate(newTeam, { ...before.plan, desktops: desktopsOf(given, newTeam, [team]) });
  const changes = compareSimulations(before, after);
  if (given.flag("json")) {
    output.out(JSON.stringify(comparisonJson(before, after, changes)));
  } else {
    output.out(
      [
        "BEFORE",
        ...simulationLines(team, before),
        "",
        "AFTER",
        ...simulationLines(newTeam, after),
        "",
        "DIFFERENCE",
        ...changeLines(team, newTeam, before, after, changes),
      ].join("\n"),
    );
  }
  return exitCodes.done;
}

function planOf(given: Given, team: Team): SimulationPlan {
  const at = given.text("at");
  if (at === undefined) throw wrongUsage(usageLine("simulate"));
  return {
    at: timeOf(at, team),
    severity: severityOf(given.text("severity")),
    title: "Simulated alert",
    source: given.text("source") ?? "simulation",
    labels: Object.fromEntries([...given.texts("label"), ...given.texts("match")].map(labelOf)),
    integration: integrationOf(given.text("integration"), team),
    desktops: desktopsOf(given, team),
    forMs: forMsOf(given.text("for")),
  };
}

function severityOf(text: string | undefined): Severity {
  const found = severities.find((severity) => severity === text);
  if (found === undefined) throw wrongUsage(`--severity takes one of: ${severities.join(", ")}.`);
  return found;
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw wrongUsage(`--label (or --match) takes name=value, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Without one it is an alert that a person raises. */
function integrationOf(id: string | undefined, team: Team): IntegrationId | null {
  if (id === undefined) return null;
  const found = team.integrations.find((integration) => integration.id === id);
  if (found !== undefined) return found.id;
  const known = team.integrations.map((integration) => integration.id).join(", ");
  throw refused(`There is no integration ${id}; the team has: ${known || "none"}.`);
}

/** Everybody's, unless told otherwise. `others`: teams whose people may be named too, without being in this one. */
function desktopsOf(given: Given, team: Team, others: readonly Team[] = []): PersonId[] {
  const text = given.text("desktops");
  const everybody = team.people.map(({ id }) => id);
  if (text === undefined) return everybody;
  if (text === "none") return [];
  const named = text.split(",").map((word) => word.trim());
  const known = (id: string) => others.some(({ people }) => people.some((person) => person.id === id));
  return named.flatMap((id) =>
    known(id) ? everybody.filter((person) => person === id) : [personOf(id, team).id],
  );
}

function forMsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = parseDuration(text);
  if (!parsed.ok) throw wrongUsage(`--for ${parsed.text}, not "${text}".`);
  return parsed.value;
}
