/**
 * Takes facts of another machine into the journal, as far as they fit. One origin that is forked or has a gap does not
 * hold up the others. Called by `link-synchronisation.ts`.
 */
import type { OriginId } from "#domain/ids";
import type { Engine, TravellingFact } from "#engine/ports";
import { judgeFact } from "#wire/fact-json";
import { lastOf } from "./vectors.ts";

export type Taken =
  /** Everything that was not in the way of itself. */
  | {
      readonly kind: "taken";
      /** Origins of which something before these facts is missing. */
      readonly gaps: readonly OriginId[];
      /** Origins of which another fact is known under the same number. */
      readonly forked: readonly { readonly origin: OriginId; readonly seq: number }[];
    }
  /** The journal cannot be written now. */
  | { readonly kind: "not-now" }
  /** It is no fact, or not the one that its hash says: whoever sends that is broken, or lies. */
  | { readonly kind: "malformed" | "damaged"; readonly origin: OriginId; readonly seq: number };

export async function takeFacts(
  engine: Pick<Engine, "merge" | "vector">,
  facts: readonly TravellingFact[],
): Promise<Taken> {
  const known = engine.vector();
  // What the journal has already is only compared.
  const malformed = facts.find((fact) => fact.seq > lastOf(known, fact.origin) && isMalformed(fact));
  if (malformed !== undefined) return { kind: "malformed", origin: malformed.origin, seq: malformed.seq };

  const gaps: OriginId[] = [];
  const forked: { origin: OriginId; seq: number }[] = [];
  let rest = facts;
  while (rest.length > 0) {
    const answer = await engine.merge(rest);
    if (!answer.ok) return { kind: "not-now" };
    if (answer.refused === null) break;
    const { reason, origin, seq } = answer.refused;
    if (reason === "damaged") return { kind: "damaged", origin, seq };
    if (reason === "gap") gaps.push(origin);
    else forked.push({ origin, seq });
    rest = rest.filter((fact) => fact.origin !== origin);
  }
  return { kind: "taken", gaps, forked };
}

function isMalformed({ body, kind, alertId, at }: TravellingFact): boolean {
  return judgeFact(body, kind, alertId, at) === "malformed";
}
