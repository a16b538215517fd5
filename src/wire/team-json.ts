/**
 * A team as it travels in the fact `team-adopted`. Used by `fact-json`.
 *
 * Generous in sizes and open to new keys, since a newer Tocsin may have made it; strict in what the fold and the rules
 * rely on: nothing in it may be missing, and nothing may be named that is not there.
 */
import { severities } from "#domain/severity";
import { channelKinds, type Team } from "#domain/team";
import { z } from "zod";
import { flag, id, instant, list, longText, optional, shortText, wordMap, type JsonOf } from "./fact-leaf.ts";

const waitMs = z
  .number()
  .min(0)
  .max(10 * 366 * 86_400_000);
const severity = z.enum(severities);
const atLeastOne = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(10_000);

const target = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("schedule"), id }),
  z.object({ kind: z.literal("group"), id }),
  z.object({ kind: z.literal("person"), id }),
  z.object({ kind: z.literal("everyone") }),
]);

const schedule = z.object({
  id,
  timeZone: shortText,
  layers: list(
    z.object({
      id,
      participants: atLeastOne(id),
      turns: optional(atLeastOne(list(id))),
      shadow: optional(list(id)),
      start: shortText,
      handoff: longText,
      end: optional(shortText),
      windows: optional(atLeastOne(z.object({ rrule: longText, from: shortText, to: shortText }))),
    }),
  ),
  overrides: list(z.object({ start: instant, end: instant, person: id })),
  handoffNoticeMs: optional(waitMs.nullable()),
});

const shape = {
  revision: id,
  name: shortText,
  timeZone: shortText,
  people: list(
    z.object({
      id,
      name: shortText,
      email: optional(shortText),
      phone: optional(shortText),
      timeZone: shortText,
      notify: atLeastOne(z.object({ via: z.enum(channelKinds), afterMs: waitMs })),
    }),
  ),
  groups: list(z.object({ id, people: list(id) })),
  schedules: list(schedule),
  absences: list(z.object({ person: id, start: instant, end: instant, substitute: optional(id) })),
  policies: list(
    z.object({
      id,
      steps: atLeastOne(
        z.object({ notify: atLeastOne(target), withinMs: waitMs, minSeverity: optional(severity) }),
      ),
      repeat: z.int().min(0).max(1_000_000),
      ackTimeoutMs: optional(waitMs),
      presence: optional(z.enum(["ignore"])),
    }),
  ),
  routes: list(
    z.object({
      match: z.object({
        severity: optional(list(severity)),
        labels: optional(wordMap),
        integration: optional(id),
        source: optional(shortText),
      }),
      policy: id,
    }),
  ),
  integrations: list(z.object({ id, type: z.enum(["alertmanager", "events"]) })),
  canEmail: flag,
} satisfies { [Key in keyof Team]: z.ZodType<JsonOf<Team[Key]>> };

export const teamJson = z.object(shape).refine(namesOnlyWhatIsThere, "names what is not there");

/** A rule that looks up a policy or a person may take for granted that it is there; `config` has seen to it. */
function namesOnlyWhatIsThere(team: z.infer<z.ZodObject<typeof shape>>): boolean {
  const people = new Set(team.people.map((person) => person.id));
  const groups = new Set(team.groups.map((group) => group.id));
  const schedules = new Set(team.schedules.map((one) => one.id));
  const policies = new Set(team.policies.map((policy) => policy.id));
  const isThere = (one: z.infer<typeof target>): boolean => {
    switch (one.kind) {
      case "schedule":
        return schedules.has(one.id);
      case "group":
        return groups.has(one.id);
      case "person":
        return people.has(one.id);
      case "everyone":
        return true;
    }
  };
  return (
    team.groups.every((group) => group.people.every((person) => people.has(person))) &&
    team.schedules.every(
      ({ layers, overrides }) =>
        layers.every(({ participants, turns = [], shadow = [] }) =>
          [participants, ...turns, shadow].flat().every((person) => people.has(person)),
        ) && overrides.every(({ person }) => people.has(person)),
    ) &&
    team.absences.every(
      ({ person, substitute }) => people.has(person) && (substitute === undefined || people.has(substitute)),
    ) &&
    team.policies.every(({ steps }) => steps.every(({ notify }) => notify.every(isThere))) &&
    team.routes.every(({ policy }) => policies.has(policy))
  );
}
