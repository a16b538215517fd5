/**
 * What a simulation came to, as a list to read: each tier that is asked or skipped, each notification. Used by
 * `tocsin simulate` and by `compare-simulations`.
 */
import type { Asked } from "../alert.ts";
import type { FailureReason, SkipReason, StepReason } from "../fact.ts";
import type { ActionId, EpochMs, PersonId } from "../ids.ts";
import type { Via } from "../team.ts";
import type { Simulation } from "./simulate.ts";

/** `step` is the tier's index, `afterMs` counts from the alert. */
export type SimulatedEntry = {
  readonly at: EpochMs;
  readonly afterMs: number;
  readonly step: number;
  readonly repeat: number;
} & (
  | { readonly kind: "step"; readonly reason: StepReason; readonly asked: readonly Asked[] }
  | { readonly kind: "skipped"; readonly reason: SkipReason }
  | { readonly kind: "notified"; readonly person: PersonId; readonly via: Via }
  | {
      readonly kind: "not-notified";
      readonly person: PersonId;
      readonly via: Via;
      readonly reason: FailureReason;
    }
);

export function entriesOf({ plan, facts }: Simulation): SimulatedEntry[] {
  const entries: SimulatedEntry[] = [];
  // A notification may come when a later tier has begun already; it belongs to the one that planned it.
  const planned = new Map<ActionId, { step: number; repeat: number }>();
  for (const fact of facts) {
    const when = { at: fact.at, afterMs: fact.at - plan.at };
    switch (fact.kind) {
      case "step-entered": {
        const { step, repeat, reason, asked } = fact;
        for (const { actionId } of fact.notifications) planned.set(actionId, { step, repeat });
        entries.push({ ...when, kind: "step", step, repeat, reason, asked });
        break;
      }
      case "step-skipped":
        entries.push({ ...when, kind: "skipped", step: fact.step, repeat: fact.repeat, reason: fact.reason });
        break;
      case "notification-sent":
        entries.push({
          ...when,
          ...planned.get(fact.actionId)!,
          kind: "notified",
          person: fact.person,
          via: fact.via,
        });
        break;
      case "notification-failed": {
        const { person, via, reason } = fact;
        entries.push({ ...when, ...planned.get(fact.actionId)!, kind: "not-notified", person, via, reason });
        break;
      }
    }
  }
  return entries;
}
