/** The wall clock was set. Pending deadlines move with it: what was five minutes away still is. */
import type { Decision } from "../decision.ts";
import type { Input } from "../input.ts";

type ClockStep = Extract<Input, { kind: "clock-stepped" }>;

export function stepClock(decision: Decision, { deltaMs, boots = false }: ClockStep): void {
  if (boots) decision.say({ kind: "clock-stepped", deltaMs, boots });
  else if (deltaMs !== 0) decision.say({ kind: "clock-stepped", deltaMs });
}
