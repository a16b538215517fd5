/**
 * Why a person is on call, or nobody: as data and in plain words. Used by `on-call`; shown by the console, the command
 * line and in an alert's timeline.
 *
 * It asks the layers anew instead of reading the compiled pages, so the tests can hold the one against the other.
 */
import type { EpochMs, PersonId } from "../ids.ts";
import type { Absence, Override, Team } from "../team.ts";
import { gapReasonAt } from "./coverage.ts";
import type { GapReason } from "./coverage.ts";
import type { LayerStanding } from "./layer.ts";
import { overrideAt } from "./override.ts";
import type { CompiledSchedule } from "./schedule.ts";
import type { Span } from "./timeline.ts";
import { localText } from "./wall-clock.ts";

export interface OnCallExplanation {
  readonly person: PersonId | null;
  /** In force now; `index` is its place in the schedule's list. It beats what `layer` says. */
  readonly override: (Override & { readonly index: number }) | null;
  /** The layer that decides, or would without the override. */
  readonly layer: LayerExplanation | null;
  /** Why there is nobody; null when there is somebody. */
  readonly gap: GapReason | null;
  /** One or two sentences, in English, times in the schedule's zone. */
  readonly text: string;
}

export interface LayerExplanation {
  readonly id: string;
  /** Counted from 0. */
  readonly shift: number;
  /** The handoff that began the shift. */
  readonly shiftStart: EpochMs;
  /** Null: it lasts for ever. */
  readonly shiftEnd: EpochMs | null;
  /** Whose shift it is. */
  readonly participant: PersonId;
  /** Who serves it: another person when the participant is away. */
  readonly person: PersonId;
  /** The stretch of duty, for a layer with windows. */
  readonly window: Span | null;
  readonly absence: (Absence & { readonly replacedBy: "substitute" | "next-participant" }) | null;
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
  const person = override?.person ?? layer?.person ?? null;
  const gap = person === null ? gapReasonAt(compiled, at) : null;

  const name = (id: PersonId): string => team.people.find((candidate) => candidate.id === id)?.name ?? id;
  const time = (instant: EpochMs): string => localText(compiled.clock.localAt(instant));
  const words = layer === null ? "nobody would be" : layerWords(layer, name, time);
  const text =
    gap !== null
      ? `Nobody is on call: ${gapWords[gap]}.`
      : override !== null
        ? `${name(override.person)} is on call by an override, ${time(override.start)} to ${time(override.end)}; without it ${words}.`
        : `${words}.`;
  return { person, override, layer, gap, text: `${text} (${compiled.schedule.timeZone})` };
}

/** The last layer that is on duty and has somebody. */
function decidingLayer(compiled: CompiledSchedule, at: EpochMs): LayerExplanation | null {
  for (const layer of compiled.layers.toReversed()) {
    const standing = layer.standingAt(at);
    if (standing.kind === "on-duty" && standing.person !== null)
      return layerExplanation(layer.id, standing, standing.person);
  }
  return null;
}

type OnDuty = Extract<LayerStanding, { kind: "on-duty" }>;

function layerExplanation(
  id: string,
  { shift, window, replacement }: OnDuty,
  person: PersonId,
): LayerExplanation {
  return {
    id,
    shift: shift.number,
    shiftStart: shift.start,
    shiftEnd: shift.end === Infinity ? null : shift.end,
    participant: shift.participant,
    person,
    window,
    absence:
      replacement === null || replacement.by === null
        ? null
        : { ...replacement.absence, replacedBy: replacement.by },
  };
}

function layerWords(
  layer: LayerExplanation,
  name: (id: PersonId) => string,
  time: (at: EpochMs) => string,
): string {
  const { participant, person, absence, window } = layer;
  const until = layer.shiftEnd === null ? "without end" : `to ${time(layer.shiftEnd)}`;
  const duty = window === null ? "" : `, on duty ${time(window.start)} to ${time(window.end)}`;
  const shift = `shift ${layer.shift} of layer ${layer.id}, ${time(layer.shiftStart)} ${until}${duty}`;
  if (absence === null) return `${name(person)} is on call: ${shift}`;
  const role = absence.replacedBy === "substitute" ? "the substitute" : "next in the rotation";
  return `${name(person)}, ${role}, is on call for ${name(participant)}, who is away until ${time(absence.end)}: ${shift}`;
}

const gapWords: Readonly<Record<GapReason, string>> = {
  "cannot-be-worked-out": "this machine cannot work the schedule out",
  "everyone-away": "everyone in the rotation is away",
  "outside-windows": "it is outside every layer's windows",
  ended: "the layers have ended",
  "not-started": "no layer has started yet",
  "no-participants": "the layers have no participants",
  "no-layers": "the schedule has no layers",
};
