/** Who is asked by a tier, and whether they can be reached at all. */
import { membersOf } from "../crew.ts";
import type { Alert } from "../alert.ts";
import type { SkipReason } from "../fact.ts";
import type { Asked } from "../alert.ts";
import type { EpochMs, PersonId, ScheduleId } from "../ids.ts";
import { isAway } from "../oncall/absence.ts";
import { crewAt, scheduleFault } from "../oncall/on-call.ts";
import { isAtLeast } from "../severity.ts";
import type { State } from "../state.ts";
import type { Person, Policy, Step, Target, Team, Via } from "../team.ts";

/** The people of a tier now, each once, or the reason why the tier costs no waiting time. */
export function ask(state: State, alert: Alert, step: Step, now: EpochMs): Asked[] | SkipReason {
  if (step.minSeverity !== undefined && !isAtLeast(alert.severity, step.minSeverity))
    return "below-min-severity";
  const team = teamOf(state, alert);
  const asked = new Map<PersonId, Asked>();
  for (const target of step.notify) {
    for (const found of peopleOf(team, target, now)) {
      if (!asked.has(found.person)) asked.set(found.person, found);
    }
  }
  if (asked.size === 0) return "nobody-on-call";
  const reachable = [...asked.values()].some(({ person }) => {
    const found = personOf(team, person);
    return found?.notify.some((rule) => canReach(state, found, rule.via)) ?? false;
  });
  return reachable ? [...asked.values()] : "nobody-reachable";
}

/** Whether an attempt by this channel has any prospect now. */
export function canReach(state: State, person: Person, via: Via): boolean {
  switch (via) {
    case "desktop":
      return state.desktops.has(person.id);
    case "email":
      return person.email !== undefined && (state.team?.canEmail ?? false);
  }
}

/**
 * The team that the alert is frozen to; when this machine does not have it (yet: another one opened the alert under it),
 * the current one, since somebody must be told. @throws when there is no team at all.
 */
export function teamOf(state: State, alert: Alert): Team {
  const team = state.teams.get(alert.teamRevision) ?? state.team;
  if (team === null) throw new Error(`invariant: there is no team for alert ${alert.id}`);
  return team;
}

/** The alert's policy; should the team that stands in for its own not have it, the first one. @throws without any. */
export function policyOf(state: State, alert: Alert): Policy {
  const { policies } = teamOf(state, alert);
  const policy = policies.find((candidate) => candidate.id === alert.policy) ?? policies[0];
  if (policy === undefined) throw new Error(`invariant: policy ${alert.policy} of alert ${alert.id} is gone`);
  return policy;
}

export function personOf(team: Team, id: PersonId): Person | undefined {
  return team.people.find((person) => person.id === id);
}

/** Those who are not away (contract §3): whoever is on holiday is asked by name, or not at all. */
export function present(people: readonly PersonId[], { absences }: Team, now: EpochMs): PersonId[] {
  return people.filter((person) => !isAway(person, absences, now));
}

/**
 * Whoever is on call, all at once where several are. Where that cannot be worked out: everybody who ever is, since one of
 * them must hear of it.
 */
function scheduled(team: Team, id: ScheduleId, now: EpochMs): readonly PersonId[] {
  const crew = crewAt(team, id, now);
  if (crew.length > 0) return crew;
  if (scheduleFault(team, id, now, now + 1) === null) return [];
  const { layers, overrides } = team.schedules.find((schedule) => schedule.id === id)!;
  const participants = layers.flatMap(membersOf);
  const here = present(participants, team, now);
  return [
    ...(here.length === 0 ? participants : here),
    ...overrides.filter(({ start, end }) => start <= now && now < end).map((override) => override.person),
  ];
}

function peopleOf(team: Team, target: Target, now: EpochMs): Asked[] {
  switch (target.kind) {
    case "person":
      return [{ person: target.id, because: "person" }];
    case "everyone":
      return present(
        team.people.map(({ id }) => id),
        team,
        now,
      ).map((person) => ({ person, because: "everyone" }));
    case "group": {
      const group = team.groups.find((candidate) => candidate.id === target.id);
      return present(group?.people ?? [], team, now).map((person) => ({
        person,
        because: "group",
        of: target.id,
      }));
    }
    case "schedule": {
      const asked = scheduled(team, target.id, now);
      return asked.map((person) => ({ person, because: "schedule", of: target.id }));
    }
  }
}
