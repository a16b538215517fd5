/**
 * What people do about machines: invite one, rename it, say whose it is, revoke it. The port that `compose` fills, and
 * the judgement that the API (`machine-routes.ts`) and the client contract (`client-session.ts`) share.
 */
import type { Answer } from "#domain/command";
import type { EpochMs, MachineId, PersonId } from "#domain/ids";
import type { MachineChange } from "#domain/input";
import type { Team } from "#domain/team";
import { cleanLine } from "#wire/hostile-text";
import type {
  InviteJson,
  InviteRequest,
  MachineChangeRequest,
  MachineJson,
  MachinesJson,
} from "#wire/machines-json";
import { qrCodeOf } from "./qr-code.ts";

/** The machines of the team, as this one knows them. */
export interface TeamMachines {
  machines(): MachinesJson;
  /** Calls back after each change of what `machines` says. Returns how to stop. */
  onChange(listener: () => void): () => void;
  /** Never rejects; `text` is a sentence with the remedy. */
  invite(
    request: InviteRequest,
  ): Promise<
    | { readonly ok: true; readonly line: string; readonly expiresAt: EpochMs }
    | { readonly ok: false; readonly text: string }
  >;
  change(change: MachineChange): Promise<Answer>;
}

export type MachineReply =
  | { readonly ok: true; readonly invite?: InviteJson }
  | RefusedHere
  | Extract<Answer, { ok: false }>;

/** As opposed to what the engine refuses. */
export interface RefusedHere {
  readonly ok: false;
  readonly reason: MachineRefusal;
  readonly text: string;
}

export type MachineRefusal =
  | "no-such-machine"
  | "already-revoked"
  | "own-machine"
  | "unknown-person"
  | "empty-name"
  | "no-invite";

const longestName = 80;

export class MachineCommands {
  constructor(
    private readonly machines: TeamMachines,
    private readonly team: () => Team | null,
  ) {}

  async invite(request: InviteRequest): Promise<MachineReply> {
    if (request.person !== null && !this.knows(request.person)) return unknownPerson(request.person);
    const invited = await this.machines.invite(request);
    if (!invited.ok) return refusal("no-invite", invited.text);
    const { line, expiresAt } = invited;
    return { ok: true, invite: { line, expiresAt: new Date(expiresAt).toISOString(), qr: qrCodeOf(line) } };
  }

  /** `by`: in whose name it is done. */
  async change(id: string, request: MachineChangeRequest, by: PersonId | null): Promise<MachineReply> {
    const { self, machines } = this.machines.machines();
    const machine = machines.find((one) => one.id === id);
    if (machine === undefined)
      return refusal("no-such-machine", `There is no machine ${cleanLine(id, 64)} in this team.`);
    if (machine.revokedAt !== undefined)
      return refusal("already-revoked", `${machine.name} was revoked; to take it in again, invite it anew.`);
    if (request.kind === "revoke" && id === self.id)
      return refusal("own-machine", "A machine cannot revoke itself: do it on another one of the team.");
    const change = this.changeOf(machine, request, by);
    if (!("kind" in change)) return change;
    const answer = await this.machines.change(change);
    return answer.ok ? { ok: true } : answer;
  }

  private changeOf(
    machine: MachineJson,
    request: MachineChangeRequest,
    by: PersonId | null,
  ): MachineChange | RefusedHere {
    const machineId = machine.id as MachineId;
    switch (request.kind) {
      case "rename": {
        const name = cleanLine(request.name, longestName);
        if (name === "") return refusal("empty-name", "A machine needs a name that can be read.");
        return { kind: "machine-changed", machineId, name };
      }
      case "bind": {
        const { person } = request;
        if (person !== null && !this.knows(person)) return unknownPerson(person);
        return { kind: "machine-changed", machineId, person: person as PersonId | null };
      }
      case "revoke":
        return { kind: "machine-revoked", machineId, by };
    }
  }

  private knows(person: string): boolean {
    return this.team()?.people.some(({ id }) => id === person) ?? false;
  }
}

function refusal(reason: MachineRefusal, text: string): RefusedHere {
  return { ok: false, reason, text };
}

function unknownPerson(person: string): RefusedHere {
  return refusal("unknown-person", `There is nobody called "${cleanLine(person, 63)}" in the team file.`);
}
