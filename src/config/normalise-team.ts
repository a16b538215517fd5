/**
 * From the file as written to the team as the engine sees it: zones inherited, times resolved, defaults filled in,
 * secrets left behind. Used by `load-team` once there are no faults. Source: contract §2.
 */
import type { GroupId, IntegrationId, PersonId, PolicyId, ScheduleId } from "#domain/ids";
import type { Layer, NotifyRule, Person, Policy, Route, Schedule, Step, Target, Team } from "#domain/team";
import type { TeamFile } from "./team-schema.ts";
import { revisionOf } from "./team-revision.ts";
import { instantOf, wallClockOf } from "./written-time.ts";

export function normaliseTeam(file: TeamFile): Team {
  const { name, timeZone } = file.team;
  const zones = new Map(file.people.map((person) => [person.id, person.timeZone ?? timeZone]));
  const zoneOf = (person: string) => zones.get(person) ?? timeZone;
  const content: Omit<Team, "revision"> = {
    name,
    timeZone,
    people: file.people.map((person) => normalisePerson(person, timeZone)),
    groups: file.groups.map(({ id, people }) => ({ id: id as GroupId, people: people as PersonId[] })),
    schedules: file.schedules.map((schedule) => normaliseSchedule(schedule, timeZone)),
    absences: file.absences.map(({ person, start, end, substitute }) => ({
      person: person as PersonId,
      // Contract §3: somebody is away from their own midnight on.
      start: instantOf(start, zoneOf(person)),
      end: instantOf(end, zoneOf(person)),
      ...(substitute !== undefined && { substitute: substitute as PersonId }),
    })),
    policies: file.policies.map(normalisePolicy),
    routes: file.routes.map(normaliseRoute),
    integrations: file.integrations.map(({ id, type }) => ({ id: id as IntegrationId, type })),
    canEmail: file.email !== undefined,
  };
  return { revision: revisionOf(content), ...content };
}

type Element<List extends readonly unknown[]> = List[number];

function normalisePerson(person: Element<TeamFile["people"]>, teamZone: string): Person {
  const { id, name, email, phone, timeZone = teamZone, notify } = person;
  const written = notify?.map(({ via, after }): NotifyRule => ({ via, afterMs: after }));
  return {
    id: id as PersonId,
    name,
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
    timeZone,
    notify:
      written === undefined
        ? defaultNotify(email !== undefined)
        : written.sort((a, b) => a.afterMs - b.afterMs),
  };
}

/** Contract §2: the desktop at once, e-mail after a minute. */
function defaultNotify(hasEmail: boolean): readonly NotifyRule[] {
  const desktop: NotifyRule = { via: "desktop", afterMs: 0 };
  return hasEmail ? [desktop, { via: "email", afterMs: 60_000 }] : [desktop];
}

function normaliseSchedule(schedule: Element<TeamFile["schedules"]>, teamZone: string): Schedule {
  const timeZone = schedule.timeZone ?? teamZone;
  return {
    id: schedule.id as ScheduleId,
    timeZone,
    layers: schedule.layers.map(({ id, participants, start, handoff, end, windows, shadow = [] }): Layer => ({
      id,
      ...turnsAsWritten(participants),
      start: wallClockOf(start, timeZone),
      handoff,
      ...(end !== undefined && { end: wallClockOf(end, timeZone) }),
      ...(windows !== undefined && { windows }),
      ...(shadow.length > 0 && { shadow: shadow as PersonId[] }),
    })),
    overrides: schedule.overrides.map(({ start, end, person }) => ({
      start: instantOf(start, timeZone),
      end: instantOf(end, timeZone),
      person: person as PersonId,
    })),
    ...(schedule.handoffNotice !== undefined && { handoffNoticeMs: schedule.handoffNotice }),
  };
}

/** A layer in which one person follows the other is as it always was, so that its team has the same revision. */
function turnsAsWritten(
  written: readonly (string | readonly string[])[],
): Pick<Layer, "participants" | "turns"> {
  const turns = written.map((turn) => (typeof turn === "string" ? [turn] : turn) as readonly PersonId[]);
  if (turns.every((turn) => turn.length === 1)) return { participants: turns.flat() };
  // Somebody at least is named: `check-references` has seen to it.
  let last = turns.findLast((turn) => turn.length > 0)![0]!;
  return { participants: turns.map((turn) => (last = turn[0] ?? last)), turns };
}

function normalisePolicy(policy: Element<TeamFile["policies"]>): Policy {
  const { id, steps, repeat, ackTimeout, presence } = policy;
  return {
    id: id as PolicyId,
    steps: steps.map(({ notify, within, minSeverity }): Step => ({
      notify: notify.map(normaliseTarget),
      withinMs: within,
      ...(minSeverity !== undefined && { minSeverity }),
    })),
    repeat,
    ...(ackTimeout !== undefined && { ackTimeoutMs: ackTimeout }),
    // The default is left out, so that a file that says it has the same revision as one that does not.
    ...(presence === "ignore" && { presence }),
  };
}

type WrittenTarget = Element<Element<Element<TeamFile["policies"]>["steps"]>["notify"]>;

function normaliseTarget({ schedule, group, person }: WrittenTarget): Target {
  if (schedule !== undefined) return { kind: "schedule", id: schedule as ScheduleId };
  if (group !== undefined) return { kind: "group", id: group as GroupId };
  if (person !== undefined) return { kind: "person", id: person as PersonId };
  return { kind: "everyone" };
}

function normaliseRoute({ match, policy }: Element<TeamFile["routes"]>): Route {
  const { severity, labels, source, integration } = match;
  return {
    match: {
      ...(severity !== undefined && { severity }),
      ...(labels !== undefined && { labels }),
      ...(source !== undefined && { source }),
      ...(integration !== undefined && { integration: integration as IntegrationId }),
    },
    policy: policy as PolicyId,
  };
}
