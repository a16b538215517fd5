/** From an edit of the team to the places in the file that it changes. Used by `edit-team-file`. */
import type { Path } from "../fault.ts";
import { quote } from "../fault.ts";
import type { TeamEdit, WrittenOverride, WrittenPerson } from "../edit-team-file.ts";
import { suggestion } from "../suggest.ts";
import { isTimeZone } from "../time-zone.ts";
import { type Branch, child, entries, textOf } from "../written-tree.ts";
import { instantOf, parseWrittenTime } from "../written-time.ts";

/** All that editing comes down to. */
export type Change =
  /** To the list at `path`, which is made when it is not there. */
  | { readonly kind: "append"; readonly path: Path; readonly value: Readonly<Record<string, string>> }
  | { readonly kind: "remove"; readonly path: Path; readonly index: number }
  /** A key of the map at `path`, which is there. */
  | { readonly kind: "set"; readonly path: Path; readonly key: string; readonly value: string };

export type Planned =
  | { readonly ok: true; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly path: Path; readonly text: string };

/** In the order in which new keys are written. */
export const personKeys = ["id", "name", "email", "phone", "timeZone"] as const;

/** `data` is the file as plain data. The edits of one call must not depend on one another. */
export function planChanges(data: unknown, edits: readonly TeamEdit[]): Planned {
  const file: Branch = { value: data, path: [] };
  const changes: Change[] = [];
  const people = new Map(
    entries(child(file, "people")).map((person) => [textOf(child(person, "id")), person]),
  );
  for (const edit of edits) {
    const planned = edit.kind === "upsert-person" ? planPerson(edit.person, people) : planEntry(file, edit);
    if (!planned.ok) return planned;
    changes.push(...planned.changes);
  }
  return { ok: true, changes };
}

function planPerson(person: WrittenPerson, people: ReadonlyMap<string | null, Branch>): Planned {
  const given = personKeys.flatMap((key) => (person[key] === undefined ? [] : [[key, person[key]] as const]));
  const known = people.get(person.id);
  if (known === undefined) return one({ kind: "append", path: ["people"], value: Object.fromEntries(given) });
  return {
    ok: true,
    changes: given
      .filter(([key, value]) => child(known, key).value !== value)
      .map(([key, value]) => ({ kind: "set", path: known.path, key, value })),
  };
}

function planEntry(file: Branch, edit: Exclude<TeamEdit, { kind: "upsert-person" }>): Planned {
  const teamZone = zoneOf(child(file, "team")) ?? "UTC";
  if (edit.kind === "add-absence")
    return one({ kind: "append", path: ["absences"], value: { ...edit.absence } });
  if (edit.kind === "remove-absence")
    return planRemoval(
      child(file, "absences"),
      edit.absence,
      zoneOfPerson(file, edit.absence.person) ?? teamZone,
      "absence",
    );
  const schedules = entries(child(file, "schedules"));
  const schedule = schedules.find((candidate) => textOf(child(candidate, "id")) === edit.schedule);
  if (schedule === undefined) {
    const ids = schedules.flatMap((candidate) => textOf(child(candidate, "id")) ?? []);
    const text = `no schedule has the id ${quote(edit.schedule)}${suggestion(edit.schedule, ids)}`;
    return { ok: false, path: ["schedules"], text };
  }
  const overrides = child(schedule, "overrides");
  if (edit.kind === "add-override")
    return one({ kind: "append", path: overrides.path, value: { ...edit.override } });
  return planRemoval(overrides, edit.override, zoneOf(schedule) ?? teamZone, "override");
}

function planRemoval(list: Branch, wanted: WrittenOverride, timeZone: string, noun: string): Planned {
  const instant = (text: string | null): number | string | null => {
    const parsed = text === null ? null : parseWrittenTime(text);
    return parsed?.ok ? instantOf(parsed.value, timeZone) : text;
  };
  const index = entries(list).findLastIndex(
    (entry) =>
      textOf(child(entry, "person")) === wanted.person &&
      instant(textOf(child(entry, "start"))) === instant(wanted.start) &&
      instant(textOf(child(entry, "end"))) === instant(wanted.end),
  );
  if (index !== -1) return one({ kind: "remove", path: list.path, index });
  const text = `no ${noun} of ${quote(wanted.person)} from ${wanted.start} to ${wanted.end}; look at what the file has`;
  return { ok: false, path: list.path, text };
}

/** In which an absence of this person is written. */
function zoneOfPerson(file: Branch, id: string): string | null {
  const person = entries(child(file, "people")).find((candidate) => textOf(child(candidate, "id")) === id);
  return person === undefined ? null : zoneOf(person);
}

function zoneOf(branch: Branch): string | null {
  const zone = textOf(child(branch, "timeZone"));
  return zone !== null && isTimeZone(zone) ? zone : null;
}

function one(change: Change): Planned {
  return { ok: true, changes: [change] };
}
