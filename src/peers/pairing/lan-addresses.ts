/** Where other machines of the network can find this one: for the invite line and the machine's record. */
import { networkInterfaces, type NetworkInterfaceInfo } from "node:os";
import { printAddress, type Address } from "../link/address.ts";

const mostAddresses = 6;
const anyHosts = ["::", "0.0.0.0", "*", ""];
/** Bridges of containers and virtual machines: nobody outside finds anybody there. */
const virtual = /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|podman|cni|vEthernet)/i;

/** `listening`: what the server listens at. Most likely one first, `HOST:PORT`; on a machine without a network, itself. */
export function addressesOf(
  listening: Address,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>> = networkInterfaces(),
): string[] {
  const { host, port } = listening;
  if (!anyHosts.includes(host)) return [printAddress(listening)];
  const all = Object.entries(interfaces).flatMap(([name, places = []]) =>
    places.filter(isOfUse).map((place) => ({ rank: rankOf(name, place), place })),
  );
  // Listening at 0.0.0.0 is listening to IPv4 alone.
  const found = all.filter(({ place }) => host !== "0.0.0.0" || place.family === "IPv4");
  const sorted = found.sort((a, b) => a.rank - b.rank).map(({ place }) => place.address);
  const hosts = sorted.length === 0 ? ["127.0.0.1"] : sorted.slice(0, mostAddresses);
  return hosts.map((each) => printAddress({ host: each, port }));
}

/** A link-local IPv6 address says nothing without the other machine's own name for the link. */
function isOfUse({ internal, address }: NetworkInterfaceInfo): boolean {
  return !internal && !/^fe[89ab]/i.test(address);
}

function rankOf(name: string, { family, address }: NetworkInterfaceInfo): number {
  const ofFamily = family === "IPv4" ? 0 : 1;
  return ofFamily + (virtual.test(name) ? 4 : 0) + (address.startsWith("169.254.") ? 2 : 0);
}
