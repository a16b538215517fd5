/** `HOST:PORT` as people and machines write it; an IPv6 host in brackets. Used wherever another machine is looked for. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Null: no address. Nothing but letters, digits, dots and dashes (and colons, a zone in brackets) may be in a host. */
export function parseAddress(text: string): Address | null {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:.]{2,45}(?:%[\w.-]{1,32})?)\]|([\w](?:[\w.-]{0,252}[\w])?)):(\d{1,5})$/.exec(text) ??
    [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return null;
  if (bracketed !== undefined && !bracketed.includes(":")) return null;
  return { host, port };
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== null;
}

export function printAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
