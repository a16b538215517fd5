/**
 * What the engine notes without journaling it: it is true only now, or it is said again soon. Lost by a crash on
 * purpose; a snapshot keeps what belongs to an alert.
 */
import type { AlertContent } from "./alert.ts";
import type { ActionId, AlertId, EpochMs, MachineId, PersonId } from "./ids.ts";
import type { PersonPresence } from "./presence.ts";
import type { Report } from "./said.ts";

export type Observation =
  /** The source said "still firing": the alert is not stale before `staleAt`. */
  | { readonly kind: "still-firing"; readonly alertId: AlertId; readonly staleAt: EpochMs | null }
  /** One of its senders said "firing". */
  | {
      readonly kind: "reported-firing";
      readonly alertId: AlertId;
      readonly sender: string;
      readonly report: Report;
    }
  /** The source's newest wording, when it is said again anyway. */
  | { readonly kind: "reworded"; readonly alertId: AlertId; readonly content: AlertContent }
  | { readonly kind: "reported-again"; readonly alertId: AlertId; readonly occurrences: number }
  /** Still nobody can be reached: looked at again then, without a word in the journal each time. */
  | { readonly kind: "postponed"; readonly alertId: AlertId; readonly until: EpochMs }
  /** This machine has it in hand from now on, though it may have to wait for its turn; and not any more, however it ended. */
  | {
      readonly kind: "attempt-began" | "attempt-ended";
      readonly alertId: AlertId;
      readonly actionId: ActionId;
    }
  /** It need not be looked at before its next deadline, which is another one than it seemed. */
  | { readonly kind: "looked-at"; readonly alertId: AlertId }
  /** Where this machine stands among the others; see `Acting`. */
  | {
      readonly kind: "standing-changed";
      readonly position: number | null;
      readonly others: readonly MachineId[];
    }
  | DesktopsChanged;

export interface DesktopsChanged {
  readonly kind: "desktops-changed";
  readonly people: readonly PersonId[];
  readonly away?: readonly PersonPresence[];
}
