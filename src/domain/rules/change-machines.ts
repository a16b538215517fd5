/** A machine pairs, is renamed, given to somebody, or revoked. */
import type { Decision } from "../decision.ts";
import type { MachineChange } from "../input.ts";

export function changeMachines(decision: Decision, change: MachineChange): void {
  if (change.kind !== "machine-added") {
    const machine = decision.state.machines.get(change.machineId);
    if (machine === undefined) {
      const text = `There is no machine ${change.machineId}; "tocsin machines" lists them.`;
      return decision.refuse("not-found", text);
    }
    if (machine.revokedAt !== null) return decision.done(null, "ignored");
  }
  const { self } = decision.acting;
  decision.say(change.kind === "machine-revoked" && self !== null ? { ...change, machine: self } : change);
  decision.done(null, "changed");
}
