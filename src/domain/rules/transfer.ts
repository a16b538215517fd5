/** Functional escalation: another policy takes it over, from its first tier, under the team as it is now. */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { PolicyId } from "../ids.ts";
import type { PersonCommand } from "../input.ts";
import { enterStep } from "./escalate.ts";

export function transfer(decision: Decision, before: Alert, input: PersonCommand, policy: PolicyId): void {
  const { team } = decision.state;
  if (team === null || !team.policies.some((candidate) => candidate.id === policy)) {
    const known = team?.policies.map((candidate) => candidate.id).join(", ") ?? "";
    decision.refuse("unknown-policy", `There is no policy ${policy}; the team has: ${known}.`);
    return;
  }
  const { by, origin } = input;
  const alert = decision.emit(before, {
    kind: "alert-transferred",
    round: before.round + 1,
    by,
    origin,
    policy,
    teamRevision: team.revision,
  });
  decision.done(enterStep(decision, alert, { step: 0, repeat: 0 }, "transferred"), "done");
}
