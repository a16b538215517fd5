/** Whether a client knows this machine's token (`DIR/token`). Used by `routes.ts`, `health.ts` and `stream.ts`. */
import { createHash, timingSafeEqual } from "node:crypto";

export class BearerToken {
  private readonly digest: Buffer;

  /** @throws RangeError for a token too short to be a secret. */
  constructor(token: string) {
    if (token.length < 16)
      throw new RangeError(
        "The token has fewer than 16 characters; remove the token file, so that a new one is made.",
      );
    this.digest = digestOf(token);
  }

  /** In a time that says nothing about how much of the token was right. */
  matches(candidate: string): boolean {
    return timingSafeEqual(digestOf(candidate), this.digest);
  }

  /** `authorization` is the header's value, `Bearer TOKEN` (RFC 6750 §2.1). */
  authorizes(authorization: string | undefined): boolean {
    const match = /^Bearer +(\S+) *$/i.exec(authorization ?? "");
    return match !== null && this.matches(match[1]!);
  }
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
