/** `tocsin oncall --at TIME --explain`: why this person, layer by shift by handoff; times in the schedule's zone. */
import { onDuty, peopleOf, type OnDuty } from "#domain/crew";
import type { EpochMs, ScheduleId } from "#domain/ids";
import {
  explainOnCall,
  finalSchedule,
  type LayerExplanation,
  type OnCallExplanation,
} from "#domain/oncall/on-call";
import type { Team } from "#domain/team";
import { visible } from "./alert-text.ts";
import type { Output } from "./outcome.ts";
import { dayMs } from "./team-argument.ts";
import { nameOf, namesOf, zonedIso, zonedText } from "./zoned-time.ts";

/** How far ahead the next change is looked for. */
const changeHorizonMs = 366 * dayMs;

export function printExplanations(
  team: Team,
  schedules: readonly ScheduleId[],
  at: EpochMs,
  asJson: boolean,
  output: Output,
): void {
  const explained = schedules.map((id) => explain(team, id, at));
  if (asJson) output.out(JSON.stringify(Object.fromEntries(explained.map((one) => [one.id, jsonOf(one)]))));
  else output.out(explained.flatMap((one) => linesOf(team, one)).join("\n") || "The team has no schedules.");
}

interface Explained {
  readonly id: ScheduleId;
  readonly timeZone: string;
  readonly why: OnCallExplanation;
  /** When somebody else is on call, and who; null: not within a year. */
  readonly next: ({ readonly at: EpochMs } & OnDuty) | null;
}

function explain(team: Team, id: ScheduleId, at: EpochMs): Explained {
  const { timeZone } = team.schedules.find((schedule) => schedule.id === id)!;
  const [, after] = finalSchedule(team, id, at, at + changeHorizonMs);
  const next = after === undefined ? null : { at: after.start, ...onDuty(peopleOf(after)) };
  return { id, timeZone, why: explainOnCall(team, id, at), next };
}

function jsonOf({ timeZone, why, next }: Explained) {
  const time = (at: EpochMs) => zonedIso(timeZone, at);
  const span = <Item extends { readonly start: EpochMs; readonly end: EpochMs }>(item: Item | null) =>
    item === null ? null : { ...item, start: time(item.start), end: time(item.end) };
  const { override, layer, ...rest } = why;
  return {
    ...rest,
    timeZone,
    override: span(override),
    layer:
      layer === null
        ? null
        : {
            ...layer,
            shiftStart: time(layer.shiftStart),
            shiftEnd: layer.shiftEnd === null ? null : time(layer.shiftEnd),
            window: span(layer.window),
            absence: span(layer.absence),
            ...(layer.absences !== undefined && { absences: layer.absences.map(span) }),
          },
    next: next === null ? null : { ...next, at: time(next.at) },
  };
}

function linesOf(team: Team, { id, timeZone, why, next }: Explained): string[] {
  const { override, layer } = why;
  const time = (at: EpochMs) => zonedText(timeZone, at);
  const line = (name: string, text: string) => `  ${name.padEnd(10)}${text}`;
  return [
    `${id}  ${namesOf(team, peopleOf(why))}`,
    `  ${visible(why.text)}`,
    ...(override === null
      ? []
      : [
          line(
            "override",
            `no. ${override.index + 1} of the list, ${time(override.start)} to ${time(override.end)}`,
          ),
        ]),
    ...(layer === null
      ? []
      : [
          line("layer", `${visible(layer.id)}${override === null ? "" : " (what the override beats)"}`),
          line(
            "shift",
            `no. ${layer.shift}, the turn of ${namesOf(team, layer.participants ?? [layer.participant])}`,
          ),
          line("began", time(layer.shiftStart)),
          line("ends", layer.shiftEnd === null ? "never" : time(layer.shiftEnd)),
        ]),
    ...(layer === null || layer.window === null
      ? []
      : [line("window", `${time(layer.window.start)} to ${time(layer.window.end)}`)]),
    ...(layer === null ? [] : absencesOf(layer)).map(({ person, start, end, substitute, replacedBy }) => {
      const away = `${nameOf(team, person)} is away ${time(start)} to ${time(end)}`;
      if (replacedBy === "others") return line("absence", `${away}; the others of the turn go on`);
      const comes = replacedBy === "substitute" ? [substitute!] : peopleOf(layer!);
      const stand = comes.length === 1 ? "stands" : "stand";
      return line("absence", `${away}; ${namesOf(team, comes)}, ${standIns[replacedBy]}, ${stand} in`);
    }),
    ...(layer?.shadow === undefined ? [] : [line("shadow", namesOf(team, layer.shadow))]),
    line(
      "next",
      next === null ? "no change within a year" : `${namesOf(team, peopleOf(next))} from ${time(next.at)}`,
    ),
  ];
}

function absencesOf({ absence, absences }: LayerExplanation): NonNullable<LayerExplanation["absences"]> {
  return absences ?? (absence === null ? [] : [absence]);
}

const standIns = { substitute: "the substitute", "next-participant": "next in the rotation" } as const;
