/** Takes a machine with a good invite into the team: what it gets to know, or why it does not come in. Used by `team-machines`. */
import type { Answer } from "#domain/command";
import type { LoopEngine } from "#engine/engine";
import type { Admitted, NewMachine, Welcome } from "#peers/pairing/pairing-desk";
import type { TeamRoster } from "./team-roster.ts";

export interface Admission {
  readonly engine: Pick<LoopEngine, "state">;
  readonly roster: TeamRoster;
  /** Of this machine. */
  readonly addresses: readonly string[];
  /** For an engine; null: there is none that could be given. */
  readonly teamFileText: () => string | null;
  readonly add: (machine: NewMachine) => Promise<Answer>;
}

const notNow: Admitted = {
  ok: false,
  reason: "not-now",
  text: "The machine that invites cannot take anybody in now: see there what is wrong, and try again.",
};

export async function admit(machine: NewMachine, admission: Admission): Promise<Admitted> {
  const { engine, roster, addresses, teamFileText, add } = admission;
  const { membership } = roster;
  const { team } = engine.state;
  if (membership === null || team === null) return notNow;
  if (machine.person !== null && !team.people.some(({ id }) => id === machine.person)) {
    const known = team.people.map(({ id }) => id).join(", ");
    const text = `${machine.person} is not in the team; it has: ${known}.`;
    return { ok: false, reason: "other-person", text };
  }
  const known = engine.state.machines.get(machine.id);
  if (known !== undefined && known.revokedAt !== null) return notNow;
  if (known === undefined && !(await add(machine)).ok) return notNow;
  const engines = [roster.self(addresses), ...roster.otherEngines()]
    .filter(({ id }) => id !== machine.id)
    .map((one) => ({ id: one.id, fingerprint: one.fingerprint, addresses: [...one.addresses] }));
  const welcome: Welcome = {
    team: { id: membership.teamId, name: team.name },
    teamKey: membership.teamKey,
    engines,
    teamFile: machine.role === "engine" ? teamFileText() : null,
  };
  return { ok: true, welcome };
}
