/** Real randomness. Built by `compose`; tests hand in a seeded one. */
import { hash, randomFillSync } from "node:crypto";
import type { AlertId, IntegrationId } from "#domain/ids";
import type { Random } from "#engine/ports";

/** Crockford's base32: no letter that is mistaken for a digit, fit to be typed at 03:00. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

const randomCharacters = 8;
const idCharacters = 17;

export class SystemRandom implements Random {
  /** Drawn in one go for many ids: each draw asks the operating system, which costs more than the rest of an id. */
  private readonly drawn = Buffer.alloc(randomCharacters * 512);
  private used = this.drawn.length;

  /** Nine characters of time (sorts by it until the year 3084) and eight random ones. */
  alertId(): AlertId {
    let time = "";
    for (let rest = Date.now(), i = 0; i < 9; i += 1, rest = Math.floor(rest / 32)) {
      time = alphabet[rest % 32] + time;
    }
    if (this.used === this.drawn.length) {
      randomFillSync(this.drawn);
      this.used = 0;
    }
    let random = "";
    for (const end = this.used + randomCharacters; this.used < end; this.used += 1) {
      random += alphabet[this.drawn[this.used]! % 32];
    }
    return (time + random) as AlertId;
  }

  /** As long as the others: 85 bits of a SHA-256, which nobody finds a second key for. */
  nextAlertId(integration: IntegrationId | null, dedupKey: string, previous: AlertId | null): AlertId {
    return idOfText(JSON.stringify([integration, dedupKey, previous]));
  }
}

/** Also for tests that want ids as they are in production. */
export function idOfText(text: string): AlertId {
  const digest = hash("sha256", text, "buffer");
  let id = "";
  for (let i = 0; i < idCharacters; i += 1) id += alphabet[digest[i]! % 32];
  return id as AlertId;
}
