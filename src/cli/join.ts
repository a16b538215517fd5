/**
 * `tocsin join`: makes this data folder part of a team. Makes the machine's key, shows the invite's secret to the machine
 * that made it, and writes down what it answers. Nothing is changed before that machine has said yes; run again with the
 * same invite, it picks up where it was interrupted.
 */
import { existsSync } from "node:fs";
import { join as joinPath, resolve } from "node:path";
import { joinHere, type JoinedHere } from "#compose/join-here";
import { isAddress, parseAddress, type Address } from "#peers/link/address";
import { parseInvite, type Invite } from "#peers/pairing/invite-line";
import { dataDirectory } from "#system/directories";
import { version } from "#system/version";
import type { JoinedMessage } from "#wire/pairing-contract";
import { defaultPeerPort } from "#wire/peer-contract";
import { visible } from "./alert-text.ts";
import { CommandFailure, exitCodes, wrongUsage, type ExitCode, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function join(given: Given, output: Output): Promise<number> {
  const invite = inviteOf(given.words[0]!);
  const listenAt = listenAddressOf(given);
  const addresses = given.texts("address");
  const bad = addresses.find((address) => !isAddress(address));
  if (bad !== undefined) throw wrongUsage(`--address takes HOST:PORT, not "${bad}".`);
  const data = resolve(given.text("data") ?? dataDirectory());
  const joined = await joinHere({
    data,
    invite,
    name: given.text("name") ?? null,
    person: given.text("person") ?? null,
    listenAt,
    addresses,
    version,
  });
  if (!joined.ok) throw new CommandFailure(exitCodeOf(joined.reason), joined.text);
  tell(given, output, data, joined.joined, joined.setAside);
  return exitCodes.done;
}

function exitCodeOf(reason: (JoinedHere & { ok: false })["reason"]): ExitCode {
  switch (reason) {
    case "unreachable":
      return exitCodes.unreachable;
    case "unusable":
      return exitCodes.wrongUsage;
    case "folder":
    case "running":
    case "member":
    case "refused":
      return exitCodes.refused;
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
