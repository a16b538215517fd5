/**
 * Which of the notifications that wait goes out first: worst first. Among equally bad ones a person's first word before
 * what is only repeated, then the oldest. Asked by the engine's outbox whenever it has room for one more.
 */
import type { Alert, Notification } from "./alert.ts";
import { severities } from "./severity.ts";

/** As it is now: an alert may have got worse while it waited. Compare with `byUrgency`. */
export interface Urgency {
  /** 0: critical. */
  readonly severity: number;
  readonly isRepeat: boolean;
  /** Epoch ms. */
  readonly dueAt: number;
}

/** What a crash has interrupted is no repetition: whether its person has it is not known. */
export function urgencyOf(alert: Alert, { isRepeat, dueAt, state }: Notification): Urgency {
  return {
    severity: severities.indexOf(alert.severity),
    isRepeat: isRepeat && state !== "attempted",
    dueAt,
  };
}

/** For sorting: the most urgent first. */
export function byUrgency(a: Urgency, b: Urgency): number {
  return a.severity - b.severity || Number(a.isRepeat) - Number(b.isRepeat) || a.dueAt - b.dueAt;
}
