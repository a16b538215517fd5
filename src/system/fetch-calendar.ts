/**
 * Gets an iCalendar file over HTTP. Called by compose's calendar refresher.
 *
 * The address comes from the team file and is often a secret, so no message has more of it than the host.
 */

export interface FetchedBefore {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export type FetchedCalendar =
  | { readonly ok: true; readonly isNew: true; readonly bytes: Uint8Array; readonly known: FetchedBefore }
  /** The same as what was fetched before. */
  | { readonly ok: true; readonly isNew: false }
  /** One sentence. */
  | { readonly ok: false; readonly text: string };

export interface FetchLimits {
  readonly maxBytes: number;
  /** For the whole of it, redirects included. */
  readonly timeoutMs: number;
}

const maxRedirects = 5;

/** Never rejects. `url`: http or https; a user and a password in it are sent as Basic authentication. */
export async function fetchCalendar(
  url: string,
  known: FetchedBefore,
  { maxBytes, timeoutMs }: FetchLimits,
  signal?: AbortSignal,
): Promise<FetchedCalendar> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  let address = new URL(url);
  try {
    for (let redirects = 0; ; redirects += 1) {
      const response = await fetch(withoutUser(address), {
        headers: headersFor(address, known),
        redirect: "manual",
        signal: stop,
      });
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && response.status !== 304 && location !== null) {
        await response.body?.cancel();
        const next = redirectFrom(address, location);
        if (typeof next === "string") return refuse(address, next);
        if (redirects >= maxRedirects) return refuse(address, `redirects more than ${maxRedirects} times`);
        address = next;
        continue;
      }
      if (response.status === 304) return { ok: true, isNew: false };
      if (response.status !== 200) {
        await response.body?.cancel();
        return refuse(address, `answers ${response.status}${hints[response.status] ?? ""}`);
      }
      const bytes = await readBody(response, maxBytes);
      if (bytes === null) return refuse(address, `sends more than ${maxBytes / 1024 / 1024} MiB`);
      const { headers } = response;
      return {
        ok: true,
        isNew: true,
        bytes,
        known: { etag: headers.get("etag"), lastModified: headers.get("last-modified") },
      };
    }
  } catch (error) {
    if (timeout.aborted) return refuse(address, `has not answered within ${timeoutMs / 1000} s`);
    const { cause } = error as { cause?: { code?: string; message?: string } };
    return refuse(
      address,
      `cannot be reached (${cause?.code ?? cause?.message ?? (error as Error).message})`,
    );
  }
}

const hints: Readonly<Record<number, string>> = {
  401: ": it wants a user and a password, which go into the address (https://user:password@…)",
  403: ": the address may not be read any more; make a new private address in the calendar",
  404: ": there is no calendar at this address any more",
};

/** The new address, or what is wrong with it. */
function redirectFrom(address: URL, location: string): URL | string {
  if (!URL.canParse(location, address.href)) return "redirects to what is no address";
  const next = new URL(location, address.href);
  if (next.protocol !== "https:" && next.protocol !== "http:")
    return "redirects to something that is not the web";
  if (address.protocol === "https:" && next.protocol === "http:") return "redirects from https to http";
  // A password is for the host it was given for.
  if (next.host === address.host) [next.username, next.password] = [address.username, address.password];
  else [next.username, next.password] = ["", ""];
  return next;
}

function headersFor(address: URL, { etag, lastModified }: FetchedBefore): Record<string, string> {
  const user = `${decoded(address.username)}:${decoded(address.password)}`;
  return {
    accept: "text/calendar, */*;q=0.1",
    "user-agent": "Tocsin",
    ...(user !== ":" && { authorization: `Basic ${Buffer.from(user).toString("base64")}` }),
    ...(etag !== null && { "if-none-match": etag }),
    ...(lastModified !== null && { "if-modified-since": lastModified }),
  };
}

/** A lone % in a password stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutUser(address: URL): URL {
  const plain = new URL(address);
  [plain.username, plain.password] = ["", ""];
  return plain;
}

/** Null when it is too large; what is too large is not read to its end. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse({ host }: URL, text: string): { readonly ok: false; readonly text: string } {
  return { ok: false, text: `${host} ${text}` };
}
