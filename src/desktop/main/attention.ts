/**
 * What needs this person's attention now: one pure function from what is known to what is shown and heard. Called by
 * `index.ts` after every change; tray, alert window and sound follow its answer.
 */
import type { AlertJson } from "#wire/alert-json";
import type { HealthMessage } from "#wire/client-contract";
import type { Volumes } from "../contract.ts";

export type TrayStatus = "quiet" | "unacknowledged" | "acknowledged" | "not-trusted" | "paused";

export interface Situation {
  readonly open: ReadonlyMap<string, AlertJson>;
  readonly health: HealthMessage;
  readonly person: string | null;
  readonly paused: boolean;
  /** Alerts whose sound the person has silenced; being asked anew takes an alert out of it. */
  readonly silenced: ReadonlySet<string>;
  readonly volumes: Volumes;
}

export interface Attention {
  /** Unacknowledged and addressed to this person, the one to look at first first. Kept even while paused. */
  readonly pending: readonly AlertJson[];
  /** What the alert window shows: `pending`, or nothing while paused. */
  readonly shown: readonly AlertJson[];
  /** The severity whose sound is to be heard; null: none. One at volume 0 only where there is no other. */
  readonly sound: AlertJson["severity"] | null;
  readonly tray: TrayStatus;
  /** Open alerts of the whole team that are not in `pending`. */
  readonly others: number;
}

export function attentionOf(situation: Situation): Attention {
  const { person, paused, silenced, volumes } = situation;
  const open = [...situation.open.values()];
  const pending = open.filter((alert) => isPending(alert, person)).sort(firstToLookAt);
  const audible = pending.filter((alert) => !silenced.has(alert.id));
  // One at volume 0 takes no lower one's sound away.
  const loudest = audible.find((alert) => volumes[alert.severity] > 0) ?? audible[0];
  return {
    pending,
    shown: paused ? [] : pending,
    sound: paused ? null : (loudest?.severity ?? null),
    tray: trayStatus(situation, pending.length, open),
    others: open.length - pending.length,
  };
}

function isPending(alert: AlertJson, person: string | null): boolean {
  return person !== null && alert.status === "triggered" && alert.addressed.includes(person);
}

/** Worst severity first; among equals the first-out, which is the likeliest cause of the others. */
function firstToLookAt(a: AlertJson, b: AlertJson): number {
  return (
    rank[a.severity] - rank[b.severity] || a.openedAt.localeCompare(b.openedAt) || a.id.localeCompare(b.id)
  );
}

const rank = { critical: 0, error: 1, warning: 2, info: 3 } as const;

/** Not to be trusted comes before everything else: a calm icon that is blind is the worst of them all. */
function trayStatus(situation: Situation, pending: number, open: readonly AlertJson[]): TrayStatus {
  const { person, health, paused } = situation;
  if (!health.ready || !health.trusted || person === null) return "not-trusted";
  if (paused) return "paused";
  if (pending > 0) return "unacknowledged";
  const mine = open.some((alert) => alert.acknowledgedBy === person || alert.addressed.includes(person));
  return mine ? "acknowledged" : "quiet";
}
