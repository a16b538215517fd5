/**
 * Which of several alerts is shown in full: the first one, until the person chooses. A choice stays as long as its alert
 * does, so that nothing moves away under the hand. Used by `alert-page.tsx`.
 */
import { useState } from "preact/hooks";
import type { AlertJson } from "#wire/alert-json";

export interface Selection {
  readonly selected: AlertJson | undefined;
  readonly index: number;
  /** Undefined (past either end) changes nothing. */
  select(id: string | undefined): void;
}

export function useSelection(alerts: readonly AlertJson[]): Selection {
  const [chosen, setChosen] = useState<string | null>(null);
  const found = alerts.findIndex(({ id }) => id === chosen);
  const index = found === -1 ? 0 : found;
  return { selected: alerts[index], index, select: (id) => id !== undefined && setChosen(id) };
}
