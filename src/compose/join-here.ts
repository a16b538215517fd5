/**
 * Makes a data folder part of the team that an invite is from: what `tocsin join` and the app's "Join a team" do. Nothing
 * of it is changed before the machine that invites has said yes, except that one that was revoked gets another key; with the
 * same invite it can be run again after an interruption.
 */
import { hostname } from "node:os";
import { join } from "node:path";
import { JournalError } from "#engine/ports";
import { takeLock } from "#journal/lock";
import { placesIn } from "#journal/places";
import { forgetIdentity, readOrMakeIdentity } from "#peers/identity/machine-identity";
import { mostSaidAddresses, readMembership, writeMembership } from "#peers/identity/membership";
import { isAddress, type Address } from "#peers/link/address";
import { realScheduler } from "#peers/link/scheduler";
import type { Invite } from "#peers/pairing/invite-line";
import { joinTeam } from "#peers/pairing/join";
import { addressesOf } from "#peers/pairing/lan-addresses";
import { openDataDirectory } from "#system/data-directory";
import type { JoinedMessage } from "#wire/pairing-contract";
import { setAside } from "./set-aside.ts";
import { placeTeamFile } from "./shared-team/seen-team.ts";

export interface JoinHereOptions {
  readonly data: string;
  readonly invite: Invite;
  /** What the machine is to be called; null: as its operating system calls it. */
  readonly name: string | null;
  /** Whose it is; the invite's word goes first. */
  readonly person: string | null;
  /** Where it will listen, should it become an engine, and more ways to find it there, `HOST:PORT`. */
  readonly listenAt: Address;
  readonly addresses: readonly string[];
  readonly version: string;
}

export type JoinedHere =
  /** `setAside`: the folder in which lies what was there before; null: there was nothing. */
  | { readonly ok: true; readonly joined: JoinedMessage; readonly setAside: string | null }
  /** `text`: a sentence or two, with the remedy. */
  | {
      readonly ok: false;
      /** `folder`: it cannot be used at all. `unusable`: a file in it. */
      readonly reason: "folder" | "running" | "member" | "unusable" | "unreachable" | "refused";
      readonly text: string;
    };

export async function joinHere(options: JoinHereOptions): Promise<JoinedHere> {
  const { data } = options;
  const opened = openDataDirectory(data);
  if (!opened.ok) return refusal("folder", opened.text);
  const held = hold(data);
  if (!held.ok) return held;
  try {
    return await joinHeld(options);
  } finally {
    held.release();
  }
}

async function joinHeld(options: JoinHereOptions): Promise<JoinedHere> {
  const { data, invite, listenAt } = options;
  const member = readMembership(data);
  if (!member.ok) return refusal("unusable", member.text);
  const { revoked, teamId } = member.membership ?? {};
  if (teamId !== undefined && revoked === undefined) return refusal("member", memberText(data, teamId));
  // What was revoked stays so: the machine comes back as another one.
  if (revoked !== undefined) forgetIdentity(data, revoked.machine);
  const self = await readOrMakeIdentity(data, Date.now());
  if (!self.ok) return refusal("unusable", self.text);
  const answer = await joinTeam({
    identity: self.identity,
    invite,
    name: options.name ?? hostname(),
    ...(options.person !== null && { person: options.person }),
    addresses: [...options.addresses, ...addressesOf(listenAt)],
    tocsin: options.version,
    scheduler: realScheduler,
  });
  if (!answer.ok) return refusal(answer.reason === "unreachable" ? "unreachable" : "refused", answer.text);
  const { joined } = answer;
  const aside = setAside(data, new Date());
  if (joined.teamFile !== null) placeTeamFile(join(data, "team.yaml"), data, joined.teamFile, null);
  // Last: with it the folder is the team's.
  writeMembership(data, {
    teamId: joined.team.id,
    teamKey: joined.teamKey,
    role: joined.machine.role,
    name: joined.machine.name,
    peers: joined.machine.role === "engine" ? listenAt : null,
    alsoAt: options.addresses.slice(0, mostSaidAddresses),
    engines: joined.engines.map((engine) => ({ ...engine, addresses: engine.addresses.filter(isAddress) })),
  });
  return { ok: true, joined, setAside: aside };
}

/** No engine is to run on the folder meanwhile. */
function hold(data: string): { ok: true; release: () => void } | (JoinedHere & { ok: false }) {
  try {
    return { ok: true, release: takeLock(placesIn(data)) };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    if (error.reason !== "locked") return refusal("folder", error.message);
    return refusal("running", `Tocsin is running on ${data}. Stop it, join, and start it again.`);
  }
}

function refusal(reason: (JoinedHere & { ok: false })["reason"], text: string) {
  return { ok: false, reason, text } as const;
}

function memberText(data: string, teamId: string): string {
  return (
    `${data} belongs to a team already (${teamId}). Give another folder with --data; or, to leave that team for good, ` +
    "remove membership.json and machine.json from this one."
  );
}
