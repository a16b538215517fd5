/** A note in the timeline; the only command that a resolved alert still takes. */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { PersonCommand } from "../input.ts";

export function annotate(decision: Decision, alert: Alert, input: PersonCommand, text: string): void {
  decision.done(
    decision.emit(alert, { kind: "note-added", by: input.by, origin: input.origin, text }),
    "done",
  );
}
