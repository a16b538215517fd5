/** Real randomness. Built by `compose`; tests hand in a seeded one. */
import { randomBytes } from "node:crypto";
import type { AlertId } from "#domain/ids";
import type { Random } from "#engine/ports";

/** Crockford's base32: no letter that is mistaken for a digit, fit to be typed at 03:00. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export class SystemRandom implements Random {
  /** Nine characters of time (sorts by it until the year 3084) and eight random ones. */
  alertId(): AlertId {
    let time = "";
    for (let rest = Date.now(), i = 0; i < 9; i += 1, rest = Math.floor(rest / 32))
      time = alphabet[rest % 32] + time;
    const random = [...randomBytes(8)].map((byte) => alphabet[byte % 32]).join("");
    return `${time}${random}` as AlertId;
  }
}
