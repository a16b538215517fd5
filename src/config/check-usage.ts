/**
 * What stands in a team file and is never used, or asks nobody: warnings of `load-team`. Lists of the team are in the
 * file's order, so an index here is an index there.
 */
import { severities } from "#domain/severity";
import type { Route, Step, Target, Team } from "#domain/team";
import { matchesEverything } from "./check-consistency.ts";
import { printPath, type Path, type Report } from "./fault.ts";
import { peopleMeant } from "./people-meant.ts";

export function checkUsage(team: Team, warn: Report): void {
  checkEmptySteps(team, warn);
  checkUnused(team, warn);
  checkCoveredRoutes(team, warn);
}

/** A step that can never ask anybody, and a group without people beside others. */
function checkEmptySteps(team: Team, warn: Report): void {
  team.policies.forEach(({ steps }, index) => {
    // Then the whole policy reaches nobody, which is told already.
    if (steps.every((step) => isEmpty(team, step))) return;
    steps.forEach((step, tier) => {
      const path: Path = ["policies", index, "steps", tier];
      if (isEmpty(team, step)) {
        const what = step.notify.map(nameOf).join(" and ");
        warn(
          path,
          `asks nobody, so it is skipped: nobody is in ${what}; add people there, or take the step away`,
        );
        return;
      }
      step.notify.forEach((target, place) => {
        if (peopleMeant(team, target).length === 0)
          warn([...path, "notify", place], `asks nobody: nobody is in ${nameOf(target)}; add people there`);
      });
    });
  });
}

function isEmpty(team: Team, { notify }: Step): boolean {
  return notify.every((target) => peopleMeant(team, target).length === 0);
}

function checkUnused(team: Team, warn: Report): void {
  const routed = new Set(team.routes.map(({ policy }) => policy));
  team.policies.forEach(({ id }, index) => {
    if (!routed.has(id))
      warn(
        ["policies", index],
        "no route leads here, so only a transfer by hand does; add a route, or take it away",
      );
  });
  const targets = team.policies.flatMap(({ steps }) => steps.flatMap(({ notify }) => notify));
  const named = (kind: Target["kind"]) =>
    new Set<string>(targets.flatMap((target) => (target.kind === kind && "id" in target ? [target.id] : [])));
  const [schedules, groups] = [named("schedule"), named("group")];
  team.schedules.forEach(({ id }, index) => {
    if (!schedules.has(id))
      warn(
        ["schedules", index],
        "no policy asks whoever is on call here; name it in a step, or take it away",
      );
  });
  team.groups.forEach(({ id }, index) => {
    if (!groups.has(id))
      warn(["groups", index], "no policy asks this group; name it in a step, or take it away");
  });
  checkUnasked(team, warn);
}

/** Of schedules and groups that nobody asks, that is told there; their people are not unused for that. A shadow is meant to be so. */
function checkUnasked(team: Team, warn: Report): void {
  const everywhere: Target[] = [
    ...team.policies.flatMap(({ steps }) => steps.flatMap(({ notify }) => notify)),
    ...team.schedules.map(({ id }): Target => ({ kind: "schedule", id })),
    ...team.groups.map(({ id }): Target => ({ kind: "group", id })),
  ];
  const asked = new Set(everywhere.flatMap((target) => peopleMeant(team, target)));
  const shadows = new Set(
    team.schedules.flatMap(({ layers }) => layers.flatMap(({ shadow = [] }) => shadow)),
  );
  team.people.forEach(({ id }, index) => {
    if (!asked.has(id) && !shadows.has(id))
      warn(
        ["people", index],
        "in no schedule, group or step, so never asked; add them to one, or take them away",
      );
  });
}

function nameOf(target: Target): string {
  return target.kind === "everyone" ? "the team" : `${target.kind} ${target.id}`;
}

/** Routes whose alerts an earlier one takes because it asks for less. Those behind a whole catch-all are told elsewhere. */
function checkCoveredRoutes({ routes }: Team, warn: Report): void {
  routes.forEach(({ match }, index) => {
    const earlier = routes.slice(0, index).findIndex((route) => takesAllOf(route.match, match));
    // One that asks for a severity at most: see checkRoutes in check-reachability.
    if (earlier === -1 || matchesEverything({ ...routes[earlier]!.match, severity: [...severities] })) return;
    warn(
      ["routes", index],
      `never used: ${printPath(["routes", earlier])} takes everything that it would match; list this one before it`,
    );
  });
}

function takesAllOf(earlier: Route["match"], later: Route["match"]): boolean {
  const { severity, source, integration, labels = {} } = earlier;
  const isWithin =
    severity === undefined || (later.severity?.every((one) => severity.includes(one)) ?? false);
  return (
    isWithin &&
    (source === undefined || source === later.source) &&
    (integration === undefined || integration === later.integration) &&
    Object.entries(labels).every(([name, value]) => later.labels?.[name] === value)
  );
}
