/**
 * Changes a team file as its owner would: the lines concerned and nothing else, every comment kept. Used by the roster
 * import, and by whatever adds overrides and absences. Pure; `write-team-file` saves the result.
 *
 * Each change is made twice: in YAML's document model, which says what the file must mean afterwards, and in the text.
 * When the text does not come to mean the same (anchors, odd layouts), the model's own print is taken instead, which
 * keeps comments but lays out anew.
 */
import { isDeepStrictEqual } from "node:util";
import { type Document, parseDocument, type ParsedNode } from "yaml";
import { changeDocument } from "./edit/change-document.ts";
import { planChanges } from "./edit/plan-changes.ts";
import { spliceChanges } from "./edit/splice-changes.ts";
import { type Fault, printPath } from "./fault.ts";
import { loadTeam, type LoadedTeam, type LoadOptions } from "./load-team.ts";
import { fileFault } from "./read-team-file.ts";
import { readYaml } from "./yaml-source.ts";

/** Times are written as in the file: `2026-02-01T09:00:00` on the wall clock, or an instant with `Z` or an offset. */
export interface WrittenOverride {
  readonly start: string;
  readonly end: string;
  readonly person: string;
}

export interface WrittenAbsence extends WrittenOverride {
  readonly substitute?: string;
}

/** A key that is left out stays as it is in the file. */
export interface WrittenPerson {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly timeZone?: string;
}

export type TeamEdit =
  | { readonly kind: "add-override"; readonly schedule: string; readonly override: WrittenOverride }
  | { readonly kind: "remove-override"; readonly schedule: string; readonly override: WrittenOverride }
  | { readonly kind: "add-absence"; readonly absence: WrittenAbsence }
  | { readonly kind: "remove-absence"; readonly absence: WrittenOverride }
  | { readonly kind: "upsert-person"; readonly person: WrittenPerson };

export type EditedTeam =
  | { readonly ok: true; readonly text: string; readonly loaded: LoadedTeam & { readonly ok: true } }
  /** What cannot be done, or what would be wrong with the file afterwards; nothing is to be written. */
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The edits in order, all or none. `file` names faults, as for `loadTeam`, which has the last word. */
export function editTeamText(
  text: string,
  edits: readonly TeamEdit[],
  file: string,
  options: LoadOptions,
): EditedTeam {
  let current = text;
  for (const group of groupsOf(edits)) {
    // Also keeps what could exhaust the library away from it.
    const source = readYaml(current);
    if (source.value === undefined) return refusedBy(loadTeam(current, file, options), file);
    const planned = planChanges(source.value, group);
    if (!planned.ok) {
      const { path, text: said } = planned;
      const fault = { file, ...source.position(path, "key"), path: printPath(path), text: said };
      return { ok: false, faults: [{ ...fault, severity: "error" }] };
    }
    if (planned.changes.length === 0) continue;
    const document = parse(current);
    const changed = parse(current);
    if (!planned.changes.every((change) => changeDocument(changed, change)))
      return { ok: false, faults: [fileFault(file, unknownLayout)] };
    const spliced = spliceChanges(current, document, planned.changes);
    const meant: unknown = changed.toJS({ maxAliasCount: 100 });
    const isSame = spliced !== null && isDeepStrictEqual(readYaml(spliced).value, meant);
    current = isSame ? spliced : changed.toString({ lineWidth: 0 });
  }
  const loaded = loadTeam(current, file, options);
  return loaded.ok ? { ok: true, text: current, loaded } : refusedBy(loaded, file);
}

/** Somebody stands in, whatever the layers say. */
export function addOverride(schedule: string, override: WrittenOverride): TeamEdit {
  return { kind: "add-override", schedule, override };
}

/** The last listed one with this person, start and end; times are compared as instants. */
export function removeOverride(schedule: string, override: WrittenOverride): TeamEdit {
  return { kind: "remove-override", schedule, override };
}

export function addAbsence(absence: WrittenAbsence): TeamEdit {
  return { kind: "add-absence", absence };
}

/** As `removeOverride`; its substitute does not matter. */
export function removeAbsence(absence: WrittenOverride): TeamEdit {
  return { kind: "remove-absence", absence };
}

/** Adds the person, or gives the one with this id the keys that differ. */
export function upsertPerson(person: WrittenPerson): TeamEdit {
  return { kind: "upsert-person", person };
}

const unknownLayout =
  "written in a way that Tocsin cannot change (aliases or anchors); make the change by hand";

/** Thousands of different people at once need one look at the file; any other edit may follow from the one before. */
function groupsOf(edits: readonly TeamEdit[]): TeamEdit[][] {
  const groups: TeamEdit[][] = [];
  const together = new Set<string>();
  for (const edit of edits) {
    const id = edit.kind === "upsert-person" ? edit.person.id : null;
    const last = groups.at(-1);
    if (id !== null && last?.[0]!.kind === "upsert-person" && !together.has(id)) last.push(edit);
    else {
      groups.push([edit]);
      together.clear();
    }
    if (id !== null) together.add(id);
  }
  return groups;
}

function parse(text: string): Document.Parsed<ParsedNode> {
  return parseDocument(text, { version: "1.2", schema: "core", resolveKnownTags: false });
}

function refusedBy(loaded: LoadedTeam, file: string): EditedTeam {
  return { ok: false, faults: loaded.ok ? [fileFault(file, unknownLayout)] : loaded.faults };
}
