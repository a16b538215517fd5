/** What a fact about duty means for the state. Called by `evolve` alone. */
import type { DutyFact } from "./duty-fact.ts";
import type { EpochMs } from "./ids.ts";
import { byCanonicalOrder, type Place } from "./place.ts";
import type { State } from "./state.ts";

/**
 * How long a told handoff is remembered after it. Longer than a late notice may come, so that a clock that is set back
 * does not bring the same notice again.
 */
const rememberedMs = 24 * 3_600_000;

/** Takes over `state`, changes it and returns it; see `State` on ownership. */
export function evolveDuty(state: State, fact: DutyFact, place: Place): State {
  switch (fact.kind) {
    case "handoff-announced": {
      const { schedule, from, to, before, after, handoffAt } = fact;
      const all = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
      const remembered = state.announced.filter((told) => told.handoffAt > fact.at - rememberedMs);
      state.announced = [...remembered, { schedule, from, to, ...all, handoffAt }];
      return state;
    }
    case "swap-asked":
    case "swap-agreed":
    case "swap-declined":
      state.swapFacts.push({ fact, place });
      state.swapFacts.sort(byCanonicalOrder);
      if (fact.kind === "swap-asked") forgetPastSwaps(state, fact.at);
      foldSwaps(state);
      return state;
    case "override-added":
    case "override-removed":
      // The team that follows has it, or has it no more.
      return state;
  }
}

/** Few, so they are folded anew whenever one comes: an answer may arrive before what it answers. */
function foldSwaps(state: State): void {
  state.swaps.clear();
  for (const { fact } of state.swapFacts) {
    if (fact.kind !== "swap-asked") continue;
    const { swap: id, schedule, start, end, askedBy, person, at } = fact;
    const times = { askedAt: at, answeredAt: null };
    state.swaps.set(id, { id, schedule, start, end, askedBy, person, status: "asked", ...times });
  }
  for (const { fact } of state.swapFacts) {
    if (fact.kind !== "swap-agreed" && fact.kind !== "swap-declined") continue;
    const swap = state.swaps.get(fact.swap);
    // Answered on two machines at once: the first answer holds.
    if (swap?.status !== "asked") continue;
    const status = fact.kind === "swap-agreed" ? "agreed" : "declined";
    state.swaps.set(swap.id, { ...swap, status, answeredAt: fact.at });
  }
}

/** They stay in the journal; memory holds what can still be answered, and the answers until then. */
function forgetPastSwaps(state: State, now: EpochMs): void {
  const past = new Set([...state.swaps.values()].filter(({ end }) => end <= now).map(({ id }) => id));
  if (past.size === 0) return;
  const kept = state.swapFacts.filter(({ fact }) => !("swap" in fact && fact.swap && past.has(fact.swap)));
  state.swapFacts.splice(0, state.swapFacts.length, ...kept);
}
