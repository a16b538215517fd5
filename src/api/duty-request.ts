/** What requests about overrides and swaps may say, checked against the team. Used by `override-routes`. */
import { z } from "zod";
import type { TeamEditor } from "#config/team-editor";
import type { Duty } from "#domain/duty-command";
import type { EpochMs, PersonId, ScheduleId } from "#domain/ids";
import type { Team } from "#domain/team";
import { faultsOf } from "./command-body.ts";

/** Where the person is; the command line and the pages say so, a script need not. */
const origin = z.enum(["api", "command-line", "console", "window"]).default("api");
const id = z.string().min(1).max(63);

const dutyFields = z.object({
  origin,
  schedule: id,
  person: id,
  /** As in the team file: wall clock of the schedule, or with an offset. */
  from: z.string(),
  to: z.string(),
  askedBy: id.optional(),
  agreedBy: id.optional(),
});
const answerFields = z.object({ origin, by: id.optional() });

export interface DutyRequest {
  readonly duty: Duty;
  readonly origin: z.infer<typeof origin>;
  readonly askedBy: PersonId | null;
  readonly agreedBy: PersonId | null;
}

export interface SwapAnswer {
  readonly origin: z.infer<typeof origin>;
  /** Who answers, when it is not the person of this machine. */
  readonly by: PersonId | null;
}

/** `text` is one sentence for each fault. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly text: string };

export function readDuty(body: unknown, team: Team, editor: TeamEditor): Read<DutyRequest> {
  const parsed = dutyFields.safeParse(body);
  if (!parsed.success) return { ok: false, text: faultsOf(parsed.error) };
  const { schedule, person, askedBy, agreedBy, from, to } = parsed.data;
  const unknown =
    unknownOf(
      "schedule",
      schedule,
      team.schedules.map((known) => known.id),
    ) ?? unknownPeople(team, [person, askedBy, agreedBy]);
  if (unknown !== null) return { ok: false, text: unknown };
  const [start, end] = [from, to].map((text) => editor.timeOf(text, schedule as ScheduleId));
  if (!start!.ok) return { ok: false, text: `from: ${start!.text}` };
  if (!end!.ok) return { ok: false, text: `to: ${end!.text}` };
  if (end!.value <= start!.value) return { ok: false, text: "to: must be later than from" };
  const duty: Duty = {
    schedule: schedule as ScheduleId,
    person: person as PersonId,
    start: start!.value,
    end: end!.value,
  };
  return {
    ok: true,
    value: {
      duty,
      origin: parsed.data.origin,
      askedBy: (askedBy ?? null) as PersonId | null,
      agreedBy: (agreedBy ?? null) as PersonId | null,
    },
  };
}

export function readAnswer(body: unknown, team: Team): Read<SwapAnswer> {
  const parsed = answerFields.safeParse(body);
  if (!parsed.success) return { ok: false, text: faultsOf(parsed.error) };
  const unknown = unknownPeople(team, [parsed.data.by]);
  if (unknown !== null) return { ok: false, text: unknown };
  return { ok: true, value: { origin: parsed.data.origin, by: (parsed.data.by ?? null) as PersonId | null } };
}

/** Null when that time is still to come, or going on. */
export function whyOver({ end }: Duty, now: EpochMs): string | null {
  return end <= now ? "to: that time is over; give one that is still to come" : null;
}

function unknownPeople(team: Team, people: readonly (string | undefined)[]): string | null {
  const known = team.people.map((person) => person.id);
  const texts = people.map((person) => (person === undefined ? null : unknownOf("person", person, known)));
  return texts.find((text) => text !== null) ?? null;
}

function unknownOf(noun: string, wanted: string, known: readonly string[]): string | null {
  if (known.includes(wanted)) return null;
  return `${noun}: there is no ${noun} ${JSON.stringify(wanted)}; the team has: ${known.join(", ") || "none"}`;
}
