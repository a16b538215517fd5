/** What the engine notes of where this machine stands among the others. */
import type { Acting } from "#domain/acting";
import { observe } from "#domain/evolve";
import type { Observation } from "#domain/observation";
import type { State } from "#domain/state";
import type { Standing } from "./ports.ts";

type Seen = Observation & { readonly kind: "standing-changed" };

export function standingOf(standing: Standing): Seen {
  // The position first: asking for it notices a sleep.
  const position = standing.position();
  return { kind: "standing-changed", position, others: standing.others() };
}

/** Changes `state`, when it stands elsewhere than it thinks. */
export function noteStanding(state: State, standing: Standing): void {
  const seen = standingOf(standing);
  if (!isSameStanding(seen, state.acting)) observe(state, seen);
}

function isSameStanding(seen: Seen, { position, others }: Acting): boolean {
  if (seen.position !== position || seen.others.length !== others.length) return false;
  return seen.others.every((machine, index) => machine === others[index]);
}
