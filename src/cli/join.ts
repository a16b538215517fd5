/**
 * `tocsin join`: makes this data folder part of a team. Makes the machine's key, shows the invite's secret to the machine
 * that made it, and writes down what it answers. Nothing is changed before that machine has said yes; run again with the
 * same invite, it picks up where it was interrupted.
 */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join as joinPath, resolve } from "node:path";
import { readOrMakeIdentity, type MachineIdentity } from "#peers/identity/machine-identity";
import { readMembership, writeMembership } from "#peers/identity/membership";
import { isAddress, parseAddress, type Address } from "#peers/link/address";
import { realScheduler } from "#peers/link/scheduler";
import { parseInvite, type Invite } from "#peers/pairing/invite-line";
import { joinTeam } from "#peers/pairing/join";
import { addressesOf } from "#peers/pairing/lan-addresses";
import { openDataDirectory, writePrivately } from "#system/data-directory";
import { dataDirectory } from "#system/directories";
import { version } from "#system/version";
import { defaultPeerPort } from "#wire/peer-contract";
import type { JoinedMessage } from "#wire/pairing-contract";
import { visible } from "./alert-text.ts";
import { CommandFailure, exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { holdJournal, setAside } from "./join-set-aside.ts";
import { usageLine, type Given } from "./usage.ts";

export async function join(given: Given, output: Output): Promise<number> {
  const invite = inviteOf(given.words[0]!);
  const listenAt = listenAddressOf(given);
  const data = resolve(given.text("data") ?? dataDirectory());
  const opened = openDataDirectory(data);
  if (!opened.ok) throw refused(opened.text);
  const release = holdJournal(data);
  try {
    refuseMember(data);
    const identity = await identityIn(data);
    const joined = await ask(given, invite, identity, listenAt);
    const aside = setAside(data, new Date());
    if (joined.teamFile !== null) writePrivately(joinPath(data, "team.yaml"), joined.teamFile);
    // Last: with it the folder is the team's.
    writeMembership(data, {
      teamId: joined.team.id,
      teamKey: joined.teamKey,
      role: joined.machine.role,
      name: joined.machine.name,
      peers: joined.machine.role === "engine" ? listenAt : null,
      engines: joined.engines.map((engine) => ({ ...engine, addresses: engine.addresses.filter(isAddress) })),
    });
    tell(given, output, data, joined, aside);
    return exitCodes.done;
  } finally {
    release();
  }
}

function inviteOf(line: string): Invite {
  const parsed = parseInvite(line);
  if (!parsed.ok) throw wrongUsage(`${parsed.text} ${usageLine("join")}`);
  return parsed.invite;
}

/** Where this machine will listen, should it become an engine. */
function listenAddressOf(given: Given): Address {
  const text = given.text("peers");
  if (text === undefined) return { host: "0.0.0.0", port: defaultPeerPort };
  const address = parseAddress(text);
  if (address === null)
    throw wrongUsage(`--peers takes HOST:PORT, for example 0.0.0.0:${defaultPeerPort}, not "${text}".`);
  return address;
}

function refuseMember(data: string): void {
  const read = readMembership(data);
  if (!read.ok) throw new CommandFailure(exitCodes.wrongUsage, read.text);
  if (read.membership !== null)
    throw refused(
      `${data} belongs to a team already (${read.membership.teamId}). Give another folder with --data; or, to leave that ` +
        "team for good, remove membership.json and machine.json from this one.",
    );
}

async function identityIn(data: string): Promise<MachineIdentity> {
  const read = await readOrMakeIdentity(data, Date.now());
  if (!read.ok) throw new CommandFailure(exitCodes.wrongUsage, read.text);
  return read.identity;
}

async function ask(
  given: Given,
  invite: Invite,
  identity: MachineIdentity,
  listenAt: Address,
): Promise<JoinedMessage> {
  const person = given.text("person");
  const bad = given.texts("address").find((address) => !isAddress(address));
  if (bad !== undefined) throw wrongUsage(`--address takes HOST:PORT, not "${bad}".`);
  const answer = await joinTeam({
    identity,
    invite,
    name: given.text("name") ?? hostname(),
    ...(person !== undefined && { person }),
    addresses: [...given.texts("address"), ...addressesOf(listenAt)],
    tocsin: version,
    scheduler: realScheduler,
  });
  if (answer.ok) return answer.joined;
  throw new CommandFailure(
    answer.reason === "unreachable" ? exitCodes.unreachable : exitCodes.refused,
    answer.text,
  );
}

function tell(given: Given, output: Output, data: string, joined: JoinedMessage, aside: string | null): void {
  const { team, machine } = joined;
  if (given.flag("json")) {
    output.out(JSON.stringify({ event: "joined", team, machine, data, setAside: aside }));
    return;
  }
  const whose = machine.person === null ? "" : `, the machine of ${visible(machine.person)}`;
  output.out(
    `${visible(machine.name)} is part of ${visible(team.name)} now: ${roleOf(machine.role)}${whose}.`,
  );
  if (aside !== null) output.out(`What was in the folder before lies in ${aside}.`);
  const start = existsSync(joinPath(data, "engine.json")) ? "Start it again" : "Start it";
  output.out(`${start} with: tocsin serve --data ${data}`);
}

function roleOf(role: "engine" | "desk"): string {
  return role === "engine" ? "an engine, which coordinates when others do not" : "a desk";
}
