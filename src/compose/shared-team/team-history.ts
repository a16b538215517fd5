/**
 * Who changed the team, when, on which machine, and which lines. From the facts of the journal; the lines need the sealed
 * texts and the team's key. Used by `tocsin team log`, `shared-team-file` and whoever shows it.
 */
import type { EpochMs, MachineId, PersonId, TeamRevision } from "#domain/ids";
import { byCanonicalOrder, type JournaledFact } from "#domain/place";
import { secretHider } from "./hidden-secrets.ts";
import { lineDifference } from "./line-difference.ts";
import { unpackTeamFile } from "./team-parcel.ts";

export interface TeamChange {
  /** By this machine's clock. */
  readonly at: EpochMs;
  readonly by: PersonId | null;
  /** Null: from before there were several machines. */
  readonly machine: MachineId | null;
  readonly revision: TeamRevision;
  /** Lines against the text that it was made from; null: one of the two texts is not known here. */
  readonly added: number | null;
  readonly removed: number | null;
  /** `+ …` and `- …`, without secrets; empty also when only a calendar has changed. */
  readonly lines: readonly string[];
}

/** Oldest first, in the order that all machines agree on. `key`: null on a machine that is alone. */
export function teamChanges(facts: Iterable<JournaledFact>, key: Uint8Array | null): readonly TeamChange[] {
  const ours = [...facts]
    .filter(({ fact }) => fact.kind === "team-adopted" || fact.kind === "team-file-sealed")
    .sort(byCanonicalOrder);
  const texts = new Map<string, string>();
  for (const { fact } of ours) {
    if (fact.kind !== "team-file-sealed" || key === null) continue;
    const parcel = unpackTeamFile(fact.sealed, key);
    const name = fact.version ?? fact.revision;
    // The first one: later ones of this name differ in what is no part of the text, or of the team.
    if (parcel !== null && !texts.has(name)) texts.set(name, parcel.text);
  }
  const said = new Set<string>();
  return ours.flatMap(({ fact, place }) => {
    if (fact.kind !== "team-adopted") return [];
    const { revision } = fact.team;
    const after = texts.get(fact.version ?? revision);
    // The same edit again is a calendar that has changed.
    const isAgain = fact.version !== undefined && said.has(fact.version);
    const parent = texts.get(fact.parents?.[0] ?? "") ?? texts.get(fact.parent ?? "");
    const before = isAgain ? after : parent;
    if (fact.version !== undefined) said.add(fact.version);
    const known = before === undefined || after === undefined ? null : ([before, after] as const);
    const difference = known === null ? null : lineDifference(...known, 1_000);
    const shown = difference === null || difference.lines.length === 0 ? null : secretHider(...known!);
    return [
      {
        at: fact.at + place.skewMs,
        by: fact.by ?? null,
        machine: fact.machine ?? null,
        revision,
        added: difference?.added ?? null,
        removed: difference?.removed ?? null,
        lines: shown === null ? [] : difference!.lines.map((line) => line.slice(0, 2) + shown(line.slice(2))),
      },
    ];
  });
}
