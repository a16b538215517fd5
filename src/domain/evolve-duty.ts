/** What a fact about duty means for the state. Called by `evolve` alone. */
import type { DutyFact } from "./duty-fact.ts";
import type { State } from "./state.ts";

/**
 * How long a told handoff is remembered after it. Longer than a late notice may come, so that a clock that is set back
 * does not bring the same notice again.
 */
const rememberedMs = 24 * 3_600_000;

/** Takes over `state`, changes it and returns it; see `State` on ownership. */
export function evolveDuty(state: State, fact: DutyFact): State {
  const { schedule, from, to, handoffAt } = fact;
  const remembered = state.announced.filter((told) => told.handoffAt > fact.at - rememberedMs);
  state.announced = [...remembered, { schedule, from, to, handoffAt }];
  return state;
}
