/**
 * Whether a request means this machine: the defence against DNS rebinding, where a web page's own name is made to
 * resolve to 127.0.0.1 (contract §4: 421). Called for every request and every WebSocket.
 */
import type { IncomingMessage } from "node:http";

/**
 * True when `Host` is localhost, a loopback address, or the very address that the connection came in on. Its port may be
 * any: through a forwarded port the client sees another one, and a rebinding page has the right one anyway.
 */
export function isOwnHost(request: IncomingMessage): boolean {
  const name = hostName(request.headers.host);
  if (name === undefined) return false;
  return name === "localhost" || name === "127.0.0.1" || name === "::1" || name === localAddressOf(request);
}

/** The same machine at the other end: contract §4's "anyone on the machine". */
export function isFromThisMachine(request: IncomingMessage): boolean {
  const remote = withoutMapping(request.socket.remoteAddress);
  return (
    remote !== undefined &&
    (remote === "::1" || remote.startsWith("127.") || remote === localAddressOf(request))
  );
}

/** True when a browser's page of another origin is asking. Programs send no Origin. */
export function isForeignOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

/** Without port, brackets, trailing dot; undefined when malformed. */
function hostName(host: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+?)\.?)(?::\d{1,5})?$/i.exec(host ?? "");
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function localAddressOf(request: IncomingMessage): string | undefined {
  return withoutMapping(request.socket.localAddress);
}

/** A dual-stack socket calls 127.0.0.1 `::ffff:127.0.0.1`. */
function withoutMapping(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/i, "");
}
