/**
 * What the tray says in words: its tooltip and its menu. Pure; used by `tray.ts`.
 */
import type { MachinesJson } from "#wire/machines-json";
import type { Attention } from "./attention.ts";
import { machinesLine } from "./machines-line.ts";

export interface TrayView {
  readonly attention: Attention;
  readonly person: string | null;
  /** The first problem's sentence, when not to be trusted. */
  readonly problem: string | null;
  /** ISO 8601 UTC. */
  readonly pausedUntil: string | null;
  readonly sounding: boolean;
  /** Null: not known. */
  readonly machines: MachinesJson | null;
  readonly autostart: { readonly supported: boolean; readonly enabled: boolean };
}

/** Starts with the state, since some desktops cut it short. */
export function tooltipOf(view: TrayView): string {
  const machines = machinesLine(view.machines, clockTime);
  return machines === null ? stateOf(view) : `${stateOf(view).replace(/\.$/, "")}. ${machines}`;
}

function stateOf(view: TrayView): string {
  const { attention, problem, pausedUntil, person } = view;
  const count = attention.pending.length;
  const waiting = count === 1 ? "1 alert waits for you" : `${count} alerts wait for you`;
  switch (attention.tray) {
    case "not-trusted": {
      const why =
        problem ??
        (person === null ? "Nobody has been chosen for this machine." : "The engine is not ready.");
      return `Tocsin: not to be trusted. ${inBrief(why)}${count > 0 ? ` ${waiting}.` : ""}`;
    }
    case "paused":
      return `Tocsin: paused until ${clockTime(pausedUntil)}${count > 0 ? `. ${waiting}` : ""}`;
    case "unacknowledged":
      return `Tocsin: ${waiting}`;
    case "acknowledged":
      return "Tocsin: acknowledged, not resolved yet";
    case "quiet":
      return attention.others > 0
        ? `Tocsin: nothing for you, ${attention.others} open in the team`
        : "Tocsin: quiet, watching";
  }
}

/** A menu does not wrap, and a tooltip is cut by some desktops: the console has the whole of it. */
export function inBrief(words: string): string {
  const text = words.replaceAll("\n", " ");
  if (text.length <= longestBrief) return text;
  const cut = text.slice(0, longestBrief);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), longestBrief / 2)).replace(/[\s,;:(.]+$/, "")}…`;
}

const longestBrief = 110;

/** The icon's file name without its ending. Counts from 10 on are one picture. */
export function iconNameOf(attention: Attention): string {
  if (attention.tray !== "unacknowledged") return `tray-${attention.tray}`;
  const count = attention.pending.length;
  return `tray-unacknowledged-${count > 9 ? "9plus" : count}`;
}

export type TrayAction =
  | { readonly type: "open-console" }
  | { readonly type: "show-alerts" }
  | { readonly type: "silence" }
  | { readonly type: "raise-test" }
  | { readonly type: "pause-for"; readonly minutes: number }
  | { readonly type: "pause-until-morning" }
  | { readonly type: "resume" }
  | { readonly type: "toggle-autostart" }
  | { readonly type: "quit" };

export interface MenuLine {
  readonly label: string;
  readonly action?: TrayAction;
  readonly enabled?: boolean;
  readonly checked?: boolean;
  readonly below?: readonly MenuLine[];
}

export const separator: MenuLine = { label: "" };

export function menuOf(view: TrayView): readonly MenuLine[] {
  const { attention, pausedUntil, autostart } = view;
  const waiting = attention.pending.length;
  const machines = machinesLine(view.machines, clockTime);
  return [
    { label: stateOf(view), enabled: false },
    ...(machines === null ? [] : [{ label: machines, enabled: false }]),
    separator,
    { label: "Open Tocsin", action: { type: "open-console" } },
    ...(waiting > 0 && pausedUntil === null
      ? [{ label: "Go to the alert window", action: { type: "show-alerts" } } as const]
      : []),
    { label: "Silence sound", action: { type: "silence" }, enabled: view.sounding },
    { label: "Raise a test alert", action: { type: "raise-test" }, enabled: view.person !== null },
    separator,
    pausedUntil === null
      ? pauseLine(waiting)
      : { label: `Resume (paused until ${clockTime(pausedUntil)})`, action: { type: "resume" } },
    ...(autostart.supported
      ? [
          {
            label: "Start at login",
            action: { type: "toggle-autostart" },
            checked: autostart.enabled,
          } as const,
        ]
      : []),
    separator,
    { label: "Quit…", action: { type: "quit" } },
  ];
}

/** A pause is no way around an acknowledgement, so there is none while something waits. */
function pauseLine(waiting: number): MenuLine {
  if (waiting > 0) return { label: "Pause on this machine (acknowledge first)", enabled: false };
  return {
    label: "Pause on this machine",
    below: [
      { label: "For 15 minutes", action: { type: "pause-for", minutes: 15 } },
      { label: "For 1 hour", action: { type: "pause-for", minutes: 60 } },
      { label: "Until 08:00", action: { type: "pause-until-morning" } },
      separator,
      { label: "Resume", enabled: false },
    ],
  };
}

/** Local wall clock, with the day when it is not today. */
export function clockTime(iso: string | null, now = new Date()): string {
  if (iso === null) return "";
  const at = new Date(iso);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const day = at.toLocaleDateString("en-GB", { weekday: "long" });
  return at.toDateString() === now.toDateString() ? time : `${day} ${time}`;
}
