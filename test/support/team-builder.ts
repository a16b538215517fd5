/** Teams for tests, in a few words: `teamOf({ policies: [policyOf({ steps: [step(person("ana"))] })] })`. */
import type { GroupId, PersonId, PolicyId, ScheduleId, TeamRevision } from "#domain/ids";
import type { NotifyRule, Person, Policy, Step, Target, Team } from "#domain/team";

export const minutes = (count: number) => count * 60_000;
export const seconds = (count: number) => count * 1_000;

export const everyChannel: readonly NotifyRule[] = [
  { via: "desktop", afterMs: 0 },
  { via: "email", afterMs: minutes(1) },
];

export function person(id: string, change: Partial<Omit<Person, "id">> = {}): Person {
  return {
    id: id as PersonId,
    name: id[0]!.toUpperCase() + id.slice(1),
    email: `${id}@tocsin.test`,
    timeZone: "UTC",
    notify: everyChannel,
    ...change,
  };
}

export function withoutEmail(id: string): Person {
  const { email: _, ...rest } = person(id);
  return { ...rest, notify: [{ via: "desktop", afterMs: 0 }] };
}

export const toPerson = (id: string): Target => ({ kind: "person", id: id as PersonId });
export const toSchedule = (id: string): Target => ({ kind: "schedule", id: id as ScheduleId });
export const toGroup = (id: string): Target => ({ kind: "group", id: id as GroupId });
export const toEveryone: Target = { kind: "everyone" };

export function step(notify: Target | Target[], change: Partial<Omit<Step, "notify">> = {}): Step {
  return { notify: Array.isArray(notify) ? notify : [notify], withinMs: minutes(5), ...change };
}

export function policy(
  id: string,
  steps: Step[],
  change: Partial<Omit<Policy, "id" | "steps">> = {},
): Policy {
  return { id: id as PolicyId, steps, repeat: 0, ...change };
}

/** Ana, then Ben, then everyone, five minutes each, unless told otherwise. */
export function team(change: Partial<Team> = {}): Team {
  const base: Team = {
    revision: "rev-1" as TeamRevision,
    name: "Test",
    timeZone: "UTC",
    people: [person("ana"), person("ben"), person("chi")],
    groups: [],
    schedules: [],
    absences: [],
    policies: [policy("default", [step(toPerson("ana")), step(toPerson("ben")), step(toEveryone)])],
    routes: [{ match: {}, policy: "default" as PolicyId }],
    integrations: [],
    canEmail: true,
  };
  return { ...base, ...change };
}
