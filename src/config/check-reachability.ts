/**
 * Whom a team that is well-formed would fail to reach: the warnings. Used by `load-team`. Lists of the team are in the
 * file's order, so an index here is an index there.
 */
import type { PolicyId } from "#domain/ids";
import { isAtLeast, severities, type Severity } from "#domain/severity";
import type { Person, Policy, Target, Team } from "#domain/team";
import { matchesEverything } from "./check-consistency.ts";
import { printPath, quote, type Report } from "./fault.ts";
import { peopleMeant } from "./people-meant.ts";

export function checkReachability(team: Team, warn: Report): void {
  team.people.forEach((person, index) => checkPerson(team, person, index, warn));
  checkEmail(team, warn);
  team.policies.forEach((policy, index) => {
    if (!policy.steps.some((step) => step.notify.some((target) => reachesSomebody(team, target)))) {
      warn(["policies", index], "can reach nobody; name a person who has a way to be notified");
    }
  });
  checkRoutes(team, warn);
}

function isReachable(team: Team, person: Person): boolean {
  return person.notify.some(({ via }) => via !== "email" || (person.email !== undefined && team.canEmail));
}

function checkPerson(team: Team, person: Person, index: number, warn: Report): void {
  const viaEmail = person.notify.some(({ via }) => via === "email");
  if (!isReachable(team, person)) {
    const lacking = person.email === undefined ? "e-mail address" : "email section in this file";
    warn(
      ["people", index],
      `${quote(person.id)} cannot be reached: only e-mail is to be used, and there is no ${lacking}; add it, or { via: desktop, after: 0s }`,
    );
  } else if (viaEmail && person.email === undefined) {
    warn(
      ["people", index, "notify"],
      `${quote(person.id)} is to be notified by e-mail but has no address; add email, or take the rule away`,
    );
  }
}

function checkEmail(team: Team, warn: Report): void {
  const mailed = team.people.filter(
    (person) => person.email !== undefined && person.notify.some(({ via }) => via === "email"),
  );
  if (team.canEmail && mailed.length === 0)
    warn(["email"], "nobody is notified by e-mail; give people an address, or leave this section out", "key");
  if (!team.canEmail && mailed.length > 0) {
    const names = mailed
      .slice(0, 3)
      .map(({ id }) => id)
      .join(", ");
    const rest = mailed.length > 3 ? ` and ${mailed.length - 3} more` : "";
    warn(
      ["people"],
      `${names}${rest} would be notified by e-mail, but there is no email section; add it with host, port and from`,
      "key",
    );
  }
}

function reachesSomebody(team: Team, target: Target): boolean {
  const ids = new Set(peopleMeant(team, target));
  return team.people.some((person) => ids.has(person.id) && isReachable(team, person));
}

/** Routes that nothing gets to, and policies without a step for an alert that can get to them. */
function checkRoutes(team: Team, warn: Report): void {
  const taken = new Set<Severity>();
  const complained = new Set<PolicyId>();
  for (const [index, { match, policy: id }] of team.routes.entries()) {
    const left = (match.severity ?? severities).filter((severity) => !taken.has(severity));
    if (left.length === 0) {
      warn(["routes", index], "never used: the routes before it take everything it would match");
      continue;
    }
    const position = team.policies.findIndex((policy) => policy.id === id);
    const unanswered = left.filter((severity) => !answers(team.policies[position]!, severity));
    if (unanswered.length > 0 && !complained.has(id)) {
      complained.add(id);
      warn(
        ["policies", position],
        `no step for ${unanswered.join(", ")} alerts, which ${printPath(["routes", index])} sends here; give it a step without minSeverity`,
      );
    }
    const { severity: _, ...others } = match;
    if (matchesEverything(others)) left.forEach((severity) => taken.add(severity));
  }
}

function answers(policy: Policy, severity: Severity): boolean {
  return policy.steps.some(
    ({ minSeverity }) => minSeverity === undefined || isAtLeast(severity, minSeverity),
  );
}
