/**
 * Whose desktop is attached has changed, or who is there to notice it. An alert that could reach nobody climbs anew as
 * soon as somebody is there; nobody is waited for who has gone away from a popup.
 *
 * Only the machine that acts first does it; the others come to the same by their deadlines, should it not.
 */
import type { Decision } from "../decision.ts";
import type { DesktopsChanged } from "../observation.ts";
import { enterStep } from "./escalate.ts";
import { goOnWithoutTheAway } from "./notify.ts";

export function noteDesktops(decision: Decision, change: Omit<DesktopsChanged, "kind">): void {
  const { desktops, away } = decision.state;
  decision.observations.push({ ...change, kind: "desktops-changed" });
  const arrived = change.people.some((person) => !desktops.has(person));
  const left = (change.away ?? []).some(({ person }) => !away.has(person));
  decision.assumeDesktops(change);
  if (!decision.actsFirst || (!arrived && !left)) return;
  for (const alert of decision.state.open.values()) {
    if (alert.nobodyReachable && arrived)
      enterStep(decision, alert, { step: 0, repeat: alert.repeat }, "somebody-reachable-again");
    else if (left) goOnWithoutTheAway(decision, alert);
  }
}
