/** The wall clock was set. Pending deadlines move with it: what was five minutes away still is. */
import type { Decision } from "../decision.ts";

export function stepClock(decision: Decision, deltaMs: number): void {
  if (deltaMs !== 0) decision.say({ kind: "clock-stepped", deltaMs });
}
