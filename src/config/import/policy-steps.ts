/** The policies of an import while they are put together. Used by the vendors' importers. */
import type { DraftPolicy, DraftStep, Renamed } from "./draft.ts";
import type { Findings } from "./findings.ts";
import { IdRegister } from "./id-register.ts";
import type { Place } from "./place.ts";
import { cleanName } from "./roster.ts";

export class PolicyList {
  readonly list: DraftPolicy[] = [];
  readonly renamed: Renamed[] = [];
  private readonly ids = new IdRegister();

  add(place: Place, source: string, name: string, steps: readonly DraftStep[], repeat: number): void {
    const clean = cleanName(name) ?? source;
    const id = this.ids.take([clean], "policy");
    this.list.push({ id, name: clean, steps, repeat, place });
    this.renamed.push({ kind: "policy", source, name: clean, id });
  }
}

/** Sources stop after the last step; Tocsin gives nobody up. Said once for an import that has policies. */
export function noteEndOfPolicies(place: Place, findings: Findings): void {
  findings.changed(
    { ...place, path: [] },
    "the end of every policy",
    "Tocsin goes on repeating the last step until somebody acknowledges",
    "nothing, if that is right",
  );
}

/** A step's time when the source says none, in seconds. */
export const usualWithinSeconds = 300;
export const longestWithinSeconds = 366 * 86_400;
