/**
 * Why a person is on call, or nobody: as data and in plain words. Used by `on-call`; shown by the console, the command
 * line and in an alert's timeline.
 *
 * It asks the layers anew instead of reading the compiled pages, so the tests can hold the one against the other.
 */
import type { EpochMs, PersonId } from "../ids.ts";
import { nameOf, together } from "../person-names.ts";
import type { Absence, Override, Team } from "../team.ts";
import { gapWords, type GapReason } from "../gap-words.ts";
import { gapReasonAt } from "./coverage.ts";
import { onDuty, peopleOf } from "../crew.ts";
import type { Crew, OnDuty } from "../crew.ts";
import type { CompiledLayer, LayerStanding } from "./layer.ts";
import { overrideAt } from "./override.ts";
import type { CompiledSchedule } from "./schedule.ts";
import type { Span } from "./timeline.ts";
import { localText } from "./wall-clock.ts";

export interface OnCallExplanation extends OnDuty {
  /** In force now; `index` is its place in the schedule's list. It beats what `layer` says. */
  readonly override: (Override & { readonly index: number }) | null;
  /** The layer that decides, or would without the override. */
  readonly layer: LayerExplanation | null;
  /** Why there is nobody; null when there is somebody. */
  readonly gap: GapReason | null;
  /** One or two sentences, in English, times in the schedule's zone. */
  readonly text: string;
}

/** `person` and `persons`: who serves the shift, which are others when its own people are away. */
export interface LayerExplanation {
  readonly id: string;
  /** Counted from 0. */
  readonly shift: number;
  /** The handoff that began the shift. */
  readonly shiftStart: EpochMs;
  /** Null: it lasts for ever. */
  readonly shiftEnd: EpochMs | null;
  /** Whose shift it is; where it is of several together, the first of them. */
  readonly participant: PersonId;
  readonly participants?: Crew;
  readonly person: PersonId;
  readonly persons?: Crew;
  /** The stretch of duty, for a layer with windows. */
  readonly window: Span | null;
  /** The first of them, when it brought somebody in. */
  readonly absence: (Absence & { readonly replacedBy: "substitute" | "next-participant" }) | null;
  /** Each that touches the shift, where it is of several; `others`: those who are there go on alone. */
  readonly absences?: readonly (Absence & {
    readonly replacedBy: "substitute" | "others" | "next-participant";
  })[];
  /** Who sees what the people on duty see, without being asked. */
  readonly shadow?: Crew;
}

export function explainAt(team: Team, compiled: CompiledSchedule, at: EpochMs): OnCallExplanation {
  const fault = compiled.faultBetween(at, at + 1);
  if (fault !== null)
    return {
      person: null,
      override: null,
      layer: null,
      gap: "cannot-be-worked-out",
      text: `Nobody knows who is on call: ${gapWords["cannot-be-worked-out"]} (${fault}).`,
    };
  const found = overrideAt(compiled.schedule.overrides, at);
  const override = found === null ? null : { ...found.override, index: found.index };
  const layer = decidingLayer(compiled, at);
  const serving = override !== null ? { person: override.person } : onDuty(layer && peopleOf(layer));
  const gap = serving.person === null ? gapReasonAt(compiled, at) : null;

  const name = (id: PersonId): string => nameOf(team, id);
  const time = (instant: EpochMs): string => localText(compiled.clock.localAt(instant));
  const words = layer === null ? "nobody would be" : layerWords(layer, name, time);
  const text =
    gap !== null
      ? `Nobody is on call: ${gapWords[gap]}.`
      : override !== null
        ? `${name(override.person)} is on call by an override, ${time(override.start)} to ${time(override.end)}; without it ${words}.`
        : `${words}.`;
  const shadows = layer?.shadow === undefined ? "" : ` Shadow: ${together(layer.shadow.map(name))}.`;
  return { ...serving, override, layer, gap, text: `${text}${shadows} (${compiled.schedule.timeZone})` };
}

/** The last layer that is on duty and has somebody. */
function decidingLayer(compiled: CompiledSchedule, at: EpochMs): LayerExplanation | null {
  for (const layer of compiled.layers.toReversed()) {
    const standing = layer.standingAt(at);
    if (standing.kind === "on-duty" && standing.crew.length > 0) return layerExplanation(layer, standing);
  }
  return null;
}

type OnDutyStanding = Extract<LayerStanding, { kind: "on-duty" }>;

function layerExplanation(
  { id, shadow }: CompiledLayer,
  { shift, window, crew, replacements }: OnDutyStanding,
): LayerExplanation {
  const { turn } = shift;
  const replaced = replacements.flatMap(({ absence, by }) =>
    by === null ? [] : [{ ...absence, replacedBy: by }],
  );
  const brought = replaced.flatMap(({ replacedBy, ...absence }) =>
    replacedBy === "others" ? [] : [{ ...absence, replacedBy }],
  );
  return {
    id,
    shift: shift.number,
    shiftStart: shift.start,
    shiftEnd: shift.end === Infinity ? null : shift.end,
    participant: turn[0]!,
    ...(turn.length > 1 && { participants: turn }),
    person: crew[0]!,
    ...(crew.length > 1 && { persons: crew }),
    window,
    absence: brought[0] ?? null,
    ...(turn.length > 1 && replaced.length > 0 && { absences: replaced }),
    ...(shadow.length > 0 && { shadow }),
  };
}

function layerWords(
  layer: LayerExplanation,
  name: (id: PersonId) => string,
  time: (at: EpochMs) => string,
): string {
  const { participant, participants = [participant], absence, absences, window } = layer;
  const crew = peopleOf(layer);
  const until = layer.shiftEnd === null ? "without end" : `to ${time(layer.shiftEnd)}`;
  const duty = window === null ? "" : `, on duty ${time(window.start)} to ${time(window.end)}`;
  const shift = `shift ${layer.shift} of layer ${layer.id}, ${time(layer.shiftStart)} ${until}${duty}`;
  const names = (people: Crew): string => together(people.map(name));
  const are = (people: Crew): string => (people.length === 1 ? "is" : "are");
  if (absence?.replacedBy === "next-participant" || participants.length === 1) {
    if (absence === null) return `${names(crew)} ${are(crew)} on call: ${shift}`;
    const role = absence.replacedBy === "substitute" ? "the substitute" : "next in the rotation";
    // Of several: until the first of them is back.
    const back = Math.min(...(absences ?? [absence]).map(({ end }) => end));
    return `${names(crew)}, ${role}, ${are(crew)} on call for ${names(participants)}, who ${are(participants)} away until ${time(back)}: ${shift}`;
  }
  const away = (absences ?? []).map(({ person, end, replacedBy, substitute }) => {
    const who = `${name(person)}, who is away until ${time(end)}`;
    return replacedBy === "substitute" ? `${name(substitute!)} for ${who}` : `without ${who}`;
  });
  return [`${names(crew)} ${are(crew)} on call`, ...away].join(", ") + `: ${shift}`;
}
