/**
 * The inviting side: makes invites, and takes in who comes with one. Built by `compose` beside the server for other
 * machines, whose strangers it hears. What it believes of a stranger is its certificate and the secret, nothing else.
 */
import type { EpochMs, PersonId } from "#domain/ids";
import type { Machine } from "#domain/machine";
import { cleanLine } from "#wire/hostile-text";
import {
  joinMessage,
  oldestPairingContractVersion,
  pairingContractVersion,
  type JoinedMessage,
  type JoinMessage,
  type JoinRefusalReason,
  type JoinRefusedMessage,
} from "#wire/pairing-contract";
import { machineIdOf } from "../identity/certificate.ts";
import { isAddress } from "../link/address.ts";
import type { SecurityEvent, SecurityLog } from "../link/security-log.ts";
import type { Stranger } from "../link/stranger.ts";
import { printInvite } from "./invite-line.ts";
import { Invites, type Offer } from "./invites.ts";
import { WrongSecrets } from "./wrong-secrets.ts";

/** What a machine is to be in the team, before it is in it. */
export type NewMachine = Omit<Machine, "addedAt" | "revokedAt">;

/** What it needs to take part. */
export type Welcome = Pick<JoinedMessage, "team" | "teamKey" | "engines" | "teamFile">;

export type Admitted =
  | { readonly ok: true; readonly welcome: Welcome }
  /** `text`: for the person at the other machine, with the remedy. */
  | { readonly ok: false; readonly reason: "other-person" | "not-now"; readonly text: string };

export interface PairingDeskOptions {
  readonly now: () => EpochMs;
  readonly securityLog: SecurityLog;
  /** This machine, for the line. */
  readonly self: () => { readonly fingerprint: string; readonly teamId: string; readonly teamName: string };
  /**
   * Writes the fact `machine-added` and answers once it is on disk. Called again with the same machine when the first
   * answer got lost: it answers the same then. The key of the team goes to engines only (it is left out here else).
   */
  readonly admit: (machine: NewMachine) => Promise<Admitted>;
}

const longestName = 80;
const mostAddresses = 8;

export class PairingDesk {
  private readonly invites: Invites;
  private readonly wrongSecrets: WrongSecrets;

  constructor(private readonly options: PairingDeskOptions) {
    this.invites = new Invites(options.now);
    this.wrongSecrets = new WrongSecrets(options.now);
  }

  /** `addresses`: where the other machine can find this one, at least one. */
  invite(offer: Offer, addresses: readonly string[]): { readonly line: string; readonly expiresAt: EpochMs } {
    const { secret, expiresAt } = this.invites.make(offer);
    return { line: printInvite({ addresses, secret, ...this.options.self() }), expiresAt };
  }

  /** For the server's `onStranger`. */
  receive(stranger: Stranger): void {
    stranger.onQuestion((text) => {
      void this.judge(stranger, text).then((answer) => {
        const said = JSON.stringify(answer);
        if (answer.type === "joined") stranger.answer(said);
        else stranger.refuse(said);
      });
    });
  }

  /** Never rejects. */
  async judge(
    { fingerprint, address }: Pick<Stranger, "fingerprint" | "address">,
    text: string | null,
  ): Promise<JoinedMessage | JoinRefusedMessage> {
    const id = machineIdOf(fingerprint);
    const note = (event: SecurityEvent, reason: string) =>
      this.options.securityLog(event, { machine: id, address, reason });
    if (this.wrongSecrets.isPaused(address)) return refusal("paused");
    const join = parse(text);
    if (join === null) {
      note("malformed-message", "A stranger asked something that is no request to join.");
      return refusal("malformed");
    }
    if (join.version < oldestPairingContractVersion) return refusal("too-old");
    if (join.oldest > pairingContractVersion) return refusal("too-new");
    const taken = this.invites.take(join.secret, fingerprint);
    if (!taken.ok) {
      note(eventOf[taken.reason], refusalTexts[taken.reason]);
      if (this.wrongSecrets.add(address))
        note("too-many-wrong-secrets", "Five wrong secrets; it is not heard for a minute.");
      return refusal(taken.reason);
    }
    this.wrongSecrets.forget(address);
    const { role, person } = taken.offer;
    const wanted = join.person === undefined ? null : cleanLine(join.person, 63);
    if (person !== null && wanted !== null && wanted !== person) {
      this.invites.giveBack(join.secret);
      return refusal("other-person", `This invite is for the machine of ${person}: leave --person out.`);
    }
    const machine: NewMachine = {
      id,
      fingerprint,
      role,
      name: cleanLine(join.name, longestName) || id,
      person: person ?? (wanted as PersonId | null),
      addresses: role === "engine" ? (join.addresses ?? []).filter(isAddress).slice(0, mostAddresses) : [],
    };
    const admitted = await this.admit(machine);
    if (!admitted.ok) {
      this.invites.giveBack(join.secret);
      return refusal(admitted.reason, admitted.text);
    }
    note("machine-admitted", `It joined as ${role} with an invite of this machine.`);
    return joinedOf(machine, admitted.welcome);
  }

  private async admit(machine: NewMachine): Promise<Admitted> {
    try {
      return await this.options.admit(machine);
    } catch {
      return { ok: false, reason: "not-now", text: refusalTexts["not-now"] };
    }
  }
}

/** The team's key and file never leave for a desk, whatever the welcome holds. */
function joinedOf({ id, name, role, person }: NewMachine, welcome: Welcome): JoinedMessage {
  const secrets = role === "engine" ? {} : { teamKey: null, teamFile: null };
  return {
    type: "joined",
    version: pairingContractVersion,
    machine: { id, name, role, person },
    ...welcome,
    ...secrets,
  };
}

function parse(text: string | null): JoinMessage | null {
  if (text === null) return null;
  try {
    return joinMessage.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

const eventOf = {
  "wrong-secret": "wrong-secret",
  expired: "expired-invite",
  used: "used-invite",
} as const satisfies Record<string, SecurityEvent>;

const refusalTexts: Readonly<Record<JoinRefusalReason, string>> = {
  malformed: "That was no request to join a team.",
  "too-old": "The Tocsin there is too old for this team: update it.",
  "too-new": "The Tocsin of the machine that invites is too old: update it.",
  "wrong-secret": "Nobody here has made this invite, or this machine was restarted since: make a new one.",
  expired: "The invite has expired: make a new one.",
  used: "The invite was used by another machine: make a new one for each machine.",
  paused: "Too many wrong invites came from there: wait a minute.",
  "other-person": "The invite is for somebody else's machine.",
  "not-now": "The machine that invites cannot take anybody in now: see there what is wrong, and try again.",
};

function refusal(reason: JoinRefusalReason, text = refusalTexts[reason]): JoinRefusedMessage {
  return { type: "refused", reason, text };
}
