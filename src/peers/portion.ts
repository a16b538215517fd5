/** What of the facts that a machine lacks goes into one message. Called by `link-synchronisation.ts`. */
import type { TravellingFact } from "#engine/ports";
import { peerLimits } from "./peer-timing.ts";

/** Origin, hashes and the rest of a fact beside its body. */
const envelopeBytes = 400;

/** The first of them that fit; at least one. */
export function portionOf(facts: readonly TravellingFact[]): readonly TravellingFact[] {
  let bytes = 0;
  let count = 0;
  for (const fact of facts) {
    bytes += sizeOf(fact);
    if (count > 0 && (bytes > peerLimits.messageBytes || count >= peerLimits.factsInMessage)) break;
    count += 1;
  }
  return count === facts.length ? facts : facts.slice(0, count);
}

/** Its size in a message, in bytes, or a little more. */
export function sizeOf({ body }: TravellingFact): number {
  return envelopeBytes + Buffer.byteLength(JSON.stringify(body));
}
