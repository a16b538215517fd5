/** An engine that invites, as `compose` builds it, on the loopback; for the tests of pairing. */
import type { PersonId } from "#domain/ids";
import { PairingDesk, type NewMachine, type Welcome } from "#peers/pairing/pairing-desk";
import { listen, teamId, type ListeningMachine, type Roster } from "./peer-machines.ts";

export const teamKey = Buffer.alloc(32, 7).toString("base64");

export interface InvitingMachine {
  readonly machine: ListeningMachine;
  readonly desk: PairingDesk;
  readonly admitted: NewMachine[];
  /** The invite line. */
  invite(role: "engine" | "desk", person?: string): string;
  passMs(ms: number): void;
}

export async function invitingMachine(
  roster: Roster,
  other: Partial<Welcome> = {},
): Promise<InvitingMachine> {
  let now = 1_700_000_000_000;
  const admitted: NewMachine[] = [];
  const machine: ListeningMachine = await listen(roster, {
    onStranger: (stranger) => desk.receive(stranger),
  });
  const { id, fingerprint } = machine.identity;
  const welcome: Welcome = {
    team: { id: teamId, name: "Night watch" },
    teamKey,
    engines: [{ id, fingerprint, addresses: [machine.address] }],
    teamFile: "team: Night watch\n",
    ...other,
  };
  const desk = new PairingDesk({
    now: () => now,
    securityLog: (event, details) => void machine.log.push({ event, ...details }),
    self: () => ({ fingerprint, teamId, teamName: "Night watch" }),
    admit: async (joining) => {
      admitted.push(joining);
      return { ok: true, welcome };
    },
  });
  return {
    machine,
    desk,
    admitted,
    invite: (role, person) =>
      desk.invite({ role, person: (person ?? null) as PersonId | null }, [machine.address]).line,
    passMs: (ms) => void (now += ms),
  };
}
