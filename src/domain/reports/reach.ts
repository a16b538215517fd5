/**
 * Who could be told, and when a policy's target would reach nobody. Used by `coverage-proof` and `policy-coverage`.
 *
 * Whether a desktop is attached is known only at the time, so here every desktop counts as attached; the rules' own
 * `canReach` knows better once an alert is open.
 */
import { peopleOf } from "../crew.ts";
import type { EpochMs, PersonId } from "../ids.ts";
import { finalSchedule } from "../oncall/on-call.ts";
import { intersect, union } from "../oncall/timeline.ts";
import type { Span } from "../oncall/timeline.ts";
import type { Target, Team } from "../team.ts";

/** The stretches of `[from, to)` in which a target reaches nobody: ascending, apart. */
export type SilenceOf = (target: Target) => readonly Span[];

/** Answers for one team and interval; each schedule is walked once. */
export function silences(team: Team, from: EpochMs, to: EpochMs): SilenceOf {
  const reachable = peopleWithChannel(team);
  const always: readonly Span[] = from < to ? [{ start: from, end: to }] : [];
  const bySchedule = new Map<string, readonly Span[]>();
  const unless = (someone: boolean): readonly Span[] => (someone ? [] : always);

  /** Asked as members of something, people are not asked while they are away (contract §3). */
  const silenceOfAll = (people: readonly PersonId[]): readonly Span[] => {
    const members = people.filter((person) => reachable.has(person));
    if (members.length === 0) return always;
    return bothIn(always, commonStretches(members.map((person) => awayStretches(team, person))));
  };

  return (target) => {
    switch (target.kind) {
      case "person":
        return unless(reachable.has(target.id));
      case "everyone":
        return silenceOfAll(team.people.map(({ id }) => id));
      case "group": {
        const group = team.groups.find(({ id }) => id === target.id);
        return silenceOfAll(group?.people ?? []);
      }
      case "schedule": {
        let silence = bySchedule.get(target.id);
        if (silence === undefined) {
          const silent = finalSchedule(team, target.id, from, to)
            .filter((segment) => !peopleOf(segment).some((person) => reachable.has(person)))
            .map(({ start, end }) => ({ start, end }));
          silence = union(silent);
          bySchedule.set(target.id, silence);
        }
        return silence;
      }
    }
  };
}

/** When somebody is away: ascending, apart. */
export function awayStretches({ absences }: Team, person: PersonId): Span[] {
  return union(absences.filter((absence) => absence.person === person));
}

/** Everyone with a desktop rule, or with an e-mail rule that has an address and a mail server. */
export function peopleWithChannel(team: Team): ReadonlySet<PersonId> {
  const reachable = team.people.filter((person) =>
    person.notify.some(({ via }) => via !== "email" || (person.email !== undefined && team.canEmail)),
  );
  return new Set(reachable.map(({ id }) => id));
}

/** What all lists have in common; an empty list of lists has nothing. */
export function commonStretches(lists: readonly (readonly Span[])[]): readonly Span[] {
  const [first = [], ...others] = lists;
  return others.reduce<readonly Span[]>((common, list) => bothIn(common, list), first);
}

export function bothIn(left: readonly Span[], right: readonly Span[]): Span[] {
  const claims = left.map(({ start, end }) => ({ start, end, owner: null }));
  return intersect(claims, right).map(({ start, end }) => ({ start, end }));
}
