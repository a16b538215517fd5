/** Random teams with policies, for what the reports say about them: `randomTeam`'s schedule, and all there is to climb. */
import * as fc from "fast-check";
import type { EpochMs, GroupId, PersonId, PolicyId, TeamRevision } from "#domain/ids";
import type { NotifyRule, Person, Policy, Route, Step, Target, Team } from "#domain/team";
import { severities } from "#domain/severity";
import { randomTeam } from "../oncall/random-team.ts";
import { scheduleId } from "../oncall/team-builder.ts";

const ids = ["ana", "ben", "chi", "dia"] as PersonId[];
const minutes = (most: number) => fc.integer({ min: 1, max: most }).map((count) => count * 60_000);

const notify: fc.Arbitrary<NotifyRule> = fc.record({
  via: fc.constantFrom("desktop", "email"),
  afterMs: fc.oneof(fc.constant(0), minutes(12)),
});

const person = (id: PersonId): fc.Arbitrary<Person> =>
  fc
    .record({
      hasEmail: fc.boolean(),
      timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland"),
      notify: fc.array(notify, { minLength: 1, maxLength: 3 }),
    })
    .map(({ hasEmail, ...rest }) => ({
      id,
      name: id,
      ...(hasEmail ? { email: `${id}@tocsin.test` } : {}),
      ...rest,
      notify: rest.notify.toSorted((a, b) => a.afterMs - b.afterMs),
    }));

const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Target>({ kind: "schedule", id: scheduleId }) },
  { weight: 2, arbitrary: fc.constantFrom(...ids).map((id): Target => ({ kind: "person", id })) },
  { weight: 1, arbitrary: fc.constant<Target>({ kind: "group", id: "some" as GroupId }) },
  { weight: 1, arbitrary: fc.constant<Target>({ kind: "everyone" }) },
);

const step: fc.Arbitrary<Step> = fc.record(
  {
    notify: fc.array(target, { minLength: 1, maxLength: 3 }),
    withinMs: minutes(20),
    minSeverity: fc.constantFrom(...severities),
  },
  { requiredKeys: ["notify", "withinMs"] },
);

const policy = (id: string): fc.Arbitrary<Policy> =>
  fc.record({
    id: fc.constant(id as PolicyId),
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
    repeat: fc.nat(2),
  });

const routes: fc.Arbitrary<Route[]> = fc.subarray([...severities], { minLength: 1 }).map((severity) => [
  { match: { severity }, policy: "first" as PolicyId },
  { match: {}, policy: "second" as PolicyId },
]);

export interface RandomPolicies {
  readonly team: Team;
  /** The stretch in which something happens. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export const randomPolicies: fc.Arbitrary<RandomPolicies> = fc
  .record({
    plan: randomTeam,
    people: fc.tuple(...ids.map(person)),
    group: fc.subarray(ids),
    policies: fc.tuple(policy("first"), policy("second")),
    routes,
    canEmail: fc.boolean(),
  })
  .map(({ plan, group, ...rest }) => ({
    ...plan,
    team: {
      ...plan.team,
      ...rest,
      revision: "random" as TeamRevision,
      groups: [{ id: "some" as GroupId, people: group }],
    },
  }));

/** An instant of the stretch, on a whole second. */
export function instantIn(
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
  part: number,
): EpochMs {
  return from + Math.floor((part * (to - from)) / 1000) * 1000;
}
