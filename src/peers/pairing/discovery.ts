/**
 * Finding the machines of the team on the local network by multicast DNS (RFC 6762), for when their addresses have
 * changed. A convenience and never trust: whatever anybody on the network says is only a place to try, and the
 * certificate decides. Built by `compose` unless it is switched off; its findings go to `TeamLinks.suggest`.
 */
import { createHash } from "node:crypto";
import type { Bonjour as BonjourService } from "bonjour-service";
import type { MachineId } from "#domain/ids";
import { isAddress, printAddress } from "../link/address.ts";

export interface DiscoveryOptions {
  readonly self: MachineId;
  readonly teamId: string;
  /** Of the server for other machines. */
  readonly port: number;
  /** Somebody says that this machine is there. Nothing is known of it but that it was said. */
  readonly onFound: (machine: MachineId, addresses: readonly string[]) => void;
  /** It does not work here; called once. */
  readonly onTrouble: (text: string) => void;
  /** For tests: how the library is to speak to the network. */
  readonly network?: Readonly<Record<string, unknown>>;
}

export interface Discovery {
  stop(): void;
}

const serviceType = "tocsin";

/** Never rejects: without multicast there is simply nothing to be found. */
export async function startDiscovery(options: DiscoveryOptions): Promise<Discovery> {
  let isTold = false;
  const trouble = (error: unknown) => {
    if (isTold) return;
    isTold = true;
    options.onTrouble(`Machines are not looked for on this network: ${String(error)}`);
  };
  try {
    const { Bonjour } = (await import("bonjour-service")).default;
    const bonjour = new Bonjour({ ...options.network }, trouble);
    // Sockets that fail later (a network that goes away) say so here, and nowhere else.
    const { server } = bonjour as unknown as { server: { mdns: NodeJS.EventEmitter } };
    server.mdns.on("error", trouble);
    server.mdns.on("warning", () => {});
    return { stop: advertiseAndLook(bonjour, options) };
  } catch (error) {
    trouble(error);
    return { stop: () => {} };
  }
}

/** Tells teams apart on one network without saying which one it is to who does not know it. */
export function teamMark(teamId: string): string {
  return createHash("sha256").update(`tocsin team ${teamId}`).digest("hex").slice(0, 16);
}

/** What an announcement is worth: null unless it is for us; addresses that cannot be any are left out. */
export function candidateOf(
  { self, teamId }: Pick<DiscoveryOptions, "self" | "teamId">,
  said: { readonly txt?: unknown; readonly port?: unknown; readonly addresses?: unknown },
): { readonly machine: MachineId; readonly addresses: string[] } | null {
  const { m: machine, t: team } = (said.txt ?? {}) as { m?: unknown; t?: unknown };
  if (team !== teamMark(teamId) || machine === self) return null;
  if (typeof machine !== "string" || !/^[0-9a-z]{26}$/.test(machine)) return null;
  const { port } = said;
  const hosts = Array.isArray(said.addresses) ? said.addresses : [];
  if (typeof port !== "number") return null;
  const addresses = hosts
    .filter((host): host is string => typeof host === "string" && !/^fe[89ab]/i.test(host))
    .map((host) => printAddress({ host, port }))
    .filter(isAddress)
    .slice(0, 8);
  return addresses.length === 0 ? null : { machine: machine as MachineId, addresses };
}

function advertiseAndLook(bonjour: BonjourService, options: DiscoveryOptions): () => void {
  const { self, teamId, port, onFound } = options;
  // Its own host name, or the computer's would be told to the whole network.
  const service = { name: self, type: serviceType, port, host: `${self}.local`, probe: false };
  bonjour.publish({ ...service, txt: { m: self, t: teamMark(teamId) } });
  const heard = (said: Parameters<typeof candidateOf>[1]) => {
    const candidate = candidateOf(options, said);
    if (candidate !== null) onFound(candidate.machine, candidate.addresses);
  };
  const browser = bonjour.find({ type: serviceType });
  browser.on("up", heard);
  browser.on("srv-update", heard);
  browser.on("txt-update", heard);
  return () => {
    browser.stop();
    bonjour.unpublishAll(() => bonjour.destroy());
  };
}
