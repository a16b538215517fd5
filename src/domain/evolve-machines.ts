/** What the facts about machines come to. Few, so they are folded anew whenever one comes. Called by `evolve` alone. */
import type { Machine, MachineFact } from "./machine.ts";
import { byCanonicalOrder, type Place } from "./place.ts";
import type { State } from "./state.ts";

/** Takes over `state`, changes it and returns it; see `State` on ownership. */
export function evolveMachines(state: State, fact: MachineFact, place: Place): State {
  state.machineFacts.push({ fact, place });
  state.machineFacts.sort(byCanonicalOrder);
  state.machines.clear();
  const changes = state.machineFacts.filter((placed) => placed.fact.kind !== "machine-added");
  for (const { fact: added } of state.machineFacts) {
    if (added.kind !== "machine-added") continue;
    const { machine, at } = added;
    const known = state.machines.get(machine.id);
    // Taken in by two engines, or once more with other addresses; revoked it stays.
    state.machines.set(machine.id, { ...machine, addedAt: known?.addedAt ?? at, revokedAt: null });
  }
  for (const { fact: change } of changes) apply(state.machines, change);
  return state;
}

function apply(machines: Map<Machine["id"], Machine>, change: MachineFact): void {
  if (change.kind === "machine-added") return;
  const machine = machines.get(change.machineId);
  if (machine === undefined) return;
  if (change.kind === "machine-revoked") {
    const { by: person, machine: on = null, at } = change;
    // Two that revoke one another at once: the canonically first one counts, or nobody might be left.
    const isVoid = on !== null && (machines.get(on)?.revokedAt ?? null) !== null;
    if (machine.revokedAt !== null || isVoid) return;
    machines.set(machine.id, { ...machine, revokedAt: at, revokedBy: { person, machine: on } });
    return;
  }
  const { name = machine.name, person = machine.person, addresses = machine.addresses } = change;
  machines.set(machine.id, { ...machine, name, person, addresses });
}
