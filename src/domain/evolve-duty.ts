/** What a fact about duty means for the state. Called by `evolve` alone. */
import type { DutyFact } from "./duty-fact.ts";
import type { EpochMs } from "./ids.ts";
import type { State } from "./state.ts";
import type { Swap } from "./swap.ts";

/**
 * How long a told handoff is remembered after it. Longer than a late notice may come, so that a clock that is set back
 * does not bring the same notice again.
 */
const rememberedMs = 24 * 3_600_000;

/** Takes over `state`, changes it and returns it; see `State` on ownership. */
export function evolveDuty(state: State, fact: DutyFact): State {
  switch (fact.kind) {
    case "handoff-announced": {
      const { schedule, from, to, handoffAt } = fact;
      const remembered = state.announced.filter((told) => told.handoffAt > fact.at - rememberedMs);
      state.announced = [...remembered, { schedule, from, to, handoffAt }];
      return state;
    }
    case "swap-asked": {
      forgetPastSwaps(state, fact.at);
      const { swap: id, schedule, start, end, askedBy, person, at } = fact;
      const asked: Swap = {
        id,
        schedule,
        start,
        end,
        askedBy,
        person,
        status: "asked",
        askedAt: at,
        answeredAt: null,
      };
      state.swaps.set(id, asked);
      return state;
    }
    case "swap-agreed":
    case "swap-declined": {
      const swap = state.swaps.get(fact.swap);
      const status = fact.kind === "swap-agreed" ? "agreed" : "declined";
      if (swap !== undefined) state.swaps.set(swap.id, { ...swap, status, answeredAt: fact.at });
      return state;
    }
    case "override-added":
    case "override-removed":
      // The team that follows has it, or has it no more.
      return state;
  }
}

/** They stay in the journal; memory holds what can still be answered, and the answers until then. */
function forgetPastSwaps(state: State, now: EpochMs): void {
  for (const swap of state.swaps.values()) if (swap.end <= now) state.swaps.delete(swap.id);
}
