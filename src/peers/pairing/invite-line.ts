/**
 * The one line that lets a machine into a team: where to call, whose certificate to expect there, and the secret. Printed
 * by `tocsin invite` and the console, typed or scanned on the other machine.
 *
 * `tocsin://HOST:PORT[,HOST:PORT…]/?f=<fingerprint>&s=<secret>&t=<team id>&n=<team name>`
 */
import { cleanLine } from "#wire/hostile-text";
import { isFingerprint } from "../identity/certificate.ts";
import { isAddress } from "../link/address.ts";

export interface Invite {
  /** `HOST:PORT` of the inviting engine, the most likely one first. */
  readonly addresses: readonly string[];
  readonly fingerprint: string;
  /** 16 bytes, base64url. */
  readonly secret: string;
  readonly teamId: string;
  /** For people to see which team it is; hostile text. */
  readonly teamName: string;
}

export type ParsedInvite =
  | { readonly ok: true; readonly invite: Invite }
  | { readonly ok: false; readonly text: string };

const longestLine = 4096;
const mostAddresses = 16;
const again = "Ask for a new one and copy the whole line.";

export function printInvite({ addresses, fingerprint, secret, teamId, teamName }: Invite): string {
  const query = new URLSearchParams({ f: fingerprint, s: secret, t: teamId, n: teamName });
  return `tocsin://${addresses.join(",")}/?${query.toString()}`;
}

/** Strict: a line that was cut or mixed up is refused with what is wrong, before anybody is called. */
export function parseInvite(line: string): ParsedInvite {
  const text = line.trim();
  if (text.length > longestLine) return wrong("is far too long");
  if (/\s/.test(text)) return wrong("has a space or a line break in it");
  const [, places, question] = /^tocsin:\/\/([^/?#]*)\/?(?:\?([^#]*))?$/.exec(text) ?? [];
  if (places === undefined) return wrong('does not begin with "tocsin://"');
  const addresses = places.split(",");
  const bad = addresses.find((address) => !isAddress(address));
  if (bad !== undefined)
    return wrong(`has "${cleanLine(bad, 60)}" where an address like 192.0.2.7:8744 should be`);
  if (addresses.length > mostAddresses) return wrong(`has more than ${mostAddresses} addresses`);
  const query = new URLSearchParams(question ?? "");
  for (const name of ["f", "s", "t", "n"]) {
    const { length } = query.getAll(name);
    if (length > 1) return wrong(`says "${name}" twice`);
    if (length === 0) return wrong(missing(name));
  }
  const [fingerprint, secret, teamId, teamName] = ["f", "s", "t", "n"].map((name) => query.get(name)!) as [
    string,
    string,
    string,
    string,
  ];
  if (!isFingerprint(fingerprint)) return wrong('has no whole fingerprint ("f", 64 digits)');
  if (!/^[A-Za-z0-9_-]{22}$/.test(secret)) return wrong('has no whole secret ("s", 22 characters)');
  if (!/^[0-9a-f]{16}$/.test(teamId)) return wrong('has no whole team id ("t", 16 digits)');
  return {
    ok: true,
    invite: { addresses, fingerprint, secret, teamId, teamName: cleanLine(teamName, 80) },
  };
}

function missing(name: string): string {
  // What a shell makes of it when the line is not in quotes.
  return name === "f"
    ? "has no fingerprint"
    : `ends too early: "${name}" is missing (in a shell, put it in 'quotes')`;
}

function wrong(what: string): ParsedInvite {
  return { ok: false, text: `This invite ${what}. ${again}` };
}
