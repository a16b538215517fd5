/** Ids must be unique, and every reference must lead to one. Used by `load-team`. */
import { printPath, quote, type Report } from "./fault.ts";
import { meantId } from "./identifier.ts";
import { suggestion } from "./suggest.ts";
import { type Branch, child, entries, textOf } from "./written-tree.ts";

export function checkReferences(file: Branch, report: Report): void {
  const listed = (key: string): Branch[] => entries(child(file, key));
  const people = declare(child(file, "people"), "person", report);
  const groups = declare(child(file, "groups"), "group", report);
  const schedules = declare(child(file, "schedules"), "schedule", report);
  const policies = declare(child(file, "policies"), "policy", report);
  const integrations = declare(child(file, "integrations"), "integration", report);

  for (const group of listed("groups")) {
    const members = entries(child(group, "people"));
    members.forEach(people);
    unique(members, "text", report, (first) => `already listed at ${first}; once is enough`);
  }
  for (const schedule of listed("schedules")) {
    declare(child(schedule, "layers"), "layer", report);
    for (const layer of entries(child(schedule, "layers"))) checkCrews(layer, people, report);
    for (const override of entries(child(schedule, "overrides"))) people(child(override, "person"));
  }
  for (const absence of listed("absences")) {
    const [away, substitute] = [child(absence, "person"), child(absence, "substitute")];
    people(away);
    people(substitute);
    if (textOf(away) !== null && textOf(away) === textOf(substitute))
      report(substitute.path, "nobody can stand in for themselves; name another person or leave it out");
  }
  declare(child(file, "calendars"), "calendar", report);
  for (const calendar of listed("calendars")) {
    schedules(child(calendar, "schedule"));
    people(child(calendar, "person"));
  }
  for (const policy of listed("policies")) {
    for (const step of entries(child(policy, "steps"))) {
      for (const target of entries(child(step, "notify"))) {
        schedules(child(target, "schedule"));
        groups(child(target, "group"));
        people(child(target, "person"));
      }
    }
  }
  for (const route of listed("routes")) {
    policies(child(route, "policy"));
    integrations(child(child(route, "match"), "integration"));
  }
}

/** Who takes turns in a layer, alone or several together, and who looks on. */
function checkCrews(layer: Branch, people: Refer, report: Report): void {
  const once = (first: string): string => `already listed at ${first}; once is enough`;
  const participants = child(layer, "participants");
  const turns = entries(participants);
  const crews = turns.map((turn) => (Array.isArray(turn.value) ? entries(turn) : [turn]));
  for (const crew of crews) {
    crew.forEach(people);
    unique(crew, "text", report, once);
  }
  if (turns.length > 0 && crews.every((crew) => crew.length === 0))
    report(
      participants.path,
      "every turn is empty, so nobody is ever on duty by this layer; name somebody, or take the layer away",
    );
  const shadow = entries(child(layer, "shadow"));
  shadow.forEach(people);
  unique(shadow, "text", report, once);
  const asked = new Set(crews.flat().map(textOf));
  for (const one of shadow) {
    const id = textOf(one);
    if (id !== null && asked.has(id))
      report(
        one.path,
        `${quote(id)} takes turns in this layer, so is asked; a shadow never is: name them in one place`,
      );
  }
}

/** Checks one reference. */
type Refer = (reference: Branch) => void;

/** Collects the ids of a list and complains about those that are taken; returns how references to them are checked. */
function declare(list: Branch, noun: string, report: Report): Refer {
  const written = entries(list).map((entry) => child(entry, "id"));
  unique(
    written,
    "entry",
    report,
    (first, id) => `${quote(id)} is already the id of ${first}; choose another`,
  );
  // An id that is only misspelt (Ben) has a fault of its own; those who refer to what it should be are right.
  const ids = new Set(written.flatMap((id) => meantId(textOf(id) ?? "") ?? []));
  // When the list itself is malformed, its own fault is enough.
  const isList = list.value === undefined || Array.isArray(list.value);
  return (reference) => {
    const id = textOf(reference);
    if (!isList || id === null || ids.has(id)) return;
    const known =
      ids.size === 0 ? "" : `; there ${ids.size === 1 ? "is" : "are"} ${[...ids].slice(0, 10).join(", ")}`;
    report(reference.path, `no ${noun} has the id ${quote(id)}${suggestion(id, ids) || known}`);
  };
}

/** Complains about every text that came before. `owner` of the first one: the text itself, or the entry it belongs to. */
export function unique(
  texts: readonly Branch[],
  owner: "text" | "entry",
  report: Report,
  complaint: (first: string, text: string) => string,
): void {
  const firsts = new Map<string, string>();
  for (const branch of texts) {
    const text = textOf(branch);
    if (text === null) continue;
    const first = firsts.get(text);
    if (first !== undefined) report(branch.path, complaint(first, text));
    else firsts.set(text, printPath(owner === "text" ? branch.path : branch.path.slice(0, -1)));
  }
}
