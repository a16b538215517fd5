/** Whose desktop is attached has changed. An alert that could reach nobody climbs anew as soon as somebody is there. */
import type { Decision } from "../decision.ts";
import type { PersonId } from "../ids.ts";
import { enterStep } from "./escalate.ts";

export function noteDesktops(decision: Decision, people: readonly PersonId[]): void {
  decision.observations.push({ kind: "desktops-changed", people });
  const arrived = people.some((person) => !decision.state.desktops.has(person));
  if (!arrived) return;
  decision.assumeDesktops(people);
  for (const alert of decision.state.open.values()) {
    if (!alert.nobodyReachable) continue;
    enterStep(decision, alert, { step: 0, repeat: alert.repeat }, "somebody-reachable-again");
  }
}
