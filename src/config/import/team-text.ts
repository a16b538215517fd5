/**
 * A team file as text, in the form of `examples/team.yaml`: what people will read and go on editing. Used by
 * `import-team`. Names from the source are hostile text: they stand in quotes or, cleaned, in comments.
 */
import { dayMs, hourMs, localText, midnightOf, type LocalMs } from "#domain/oncall/wall-clock";
import { unprintable } from "../fault.ts";
import type { TeamParts, WrittenLayer, WrittenSchedule, WrittenTarget } from "./build-team.ts";
import { peopleOfCrew, type CrewKey, type DraftPerson } from "./draft.ts";

/** `source`: where it comes from, for the heading. */
export function teamText(team: TeamParts, source: string): string {
  const sections = [
    heading(source),
    "version: 1",
    `team: { name: ${quoted(team.name)}, timeZone: ${plain(team.timeZone)} }`,
    ["people:", ...team.people.flatMap(personLines)].join("\n"),
    section(
      "groups",
      team.groups.map(
        ({ id, name, people }) => `  - { id: ${plain(id)}, people: [${list(people)}] }${comment(name)}`,
      ),
    ),
    section("schedules", team.schedules.flatMap(scheduleLines)),
    section(
      "policies",
      team.policies.flatMap(({ id, name, steps, repeat }) => [
        `  - id: ${plain(id)}${comment(name)}`,
        "    steps:",
        ...steps.map(
          ({ notify, withinSeconds }) =>
            `      - { notify: [${notify.map(targetText).join(", ")}], within: ${durationText(withinSeconds)} }`,
        ),
        `    repeat: ${repeat}`,
      ]),
    ),
    `routes: # the first match wins; the last one must match everything\n  - { match: {}, policy: ${plain(team.policies[0]!.id)} }`,
    footing,
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function heading(source: string): string {
  return `# Imported from ${source}. Check it with: tocsin check FILE\n# Who is on call when: tocsin oncall --team FILE --from TIME --to TIME`;
}

const footing = `# Who may raise alerts; give each its own secret, for instance from: openssl rand -hex 16
# integrations:
#   - { id: prometheus, type: alertmanager, key: "32-or-more-characters" }

# Without a mail server nobody is reached by e-mail:
# email: { host: mail.example.org, port: 587, user: tocsin, password: { env: SMTP_PASSWORD }, from: "Tocsin <tocsin@example.org>" }`;

function section(key: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`${key}:`, ...lines].join("\n");
}

function personLines({ id, name, email, phone, timeZone, notify }: DraftPerson): string[] {
  return [
    `  - id: ${plain(id)}`,
    `    name: ${quoted(name)}`,
    ...(email === undefined ? [] : [`    email: ${quoted(email)}`]),
    ...(phone === undefined ? [] : [`    phone: ${quoted(phone)}`]),
    ...(timeZone === undefined ? [] : [`    timeZone: ${plain(timeZone)}`]),
    ...(notify === undefined
      ? []
      : [
          "    notify:",
          ...notify.map(
            ({ via, afterSeconds }) => `      - { via: ${via}, after: ${durationText(afterSeconds)} }`,
          ),
        ]),
  ];
}

function scheduleLines({ id, name, timeZone, layers, overrides }: WrittenSchedule): string[] {
  return [
    `  - id: ${plain(id)}${comment(name)}`,
    `    timeZone: ${plain(timeZone)}`,
    ...(layers.length === 0 ? [] : ["    layers: # a later layer wins over an earlier one"]),
    ...layers.flatMap(layerLines),
    ...(overrides.length === 0 ? [] : ["    overrides: # the last listed one wins"]),
    ...overrides.map(
      ({ start, end, person }) =>
        `      - { start: ${instantText(start)}, end: ${instantText(end)}, person: ${plain(person)} }`,
    ),
  ];
}

function layerLines({ id, name, participants, start, handoff, end, windows }: WrittenLayer): string[] {
  return [
    `      - id: ${plain(id)}${name === id ? "" : comment(name)}`,
    `        participants: [${participants.map(crewText).join(", ")}]`,
    `        start: ${wallClockText(start)}`,
    `        handoff: ${handoff}`,
    ...(end === undefined ? [] : [`        end: ${wallClockText(end)}`]),
    ...(windows === undefined ? [] : ["        windows:"]),
    ...(windows ?? []).map(
      ({ rrule, from, to }) => `          - { rrule: "${rrule}", from: "${from}", to: "${to}" }`,
    ),
  ];
}

function targetText({ kind, id }: WrittenTarget): string {
  return kind === "everyone" ? "{ everyone: true }" : `{ ${kind}: ${plain(id)} }`;
}

/** JSON's strings are YAML's double-quoted ones. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** An id or a zone: without quotes where YAML would read it as a text. */
function plain(text: string): string {
  return /^[A-Za-z][\w/+-]*$/.test(text) && !/^(null|true|false)$/i.test(text) ? text : quoted(text);
}

function list(ids: readonly string[]): string {
  return ids.map(plain).join(", ");
}

function crewText(key: CrewKey): string {
  const people = peopleOfCrew(key);
  return people.length === 1 ? plain(people[0]!) : `[${list(people)}]`;
}

function comment(text: string): string {
  const clean = text.replace(unprintable, " ").replace(/\s+/g, " ").trim();
  return clean === "" ? "" : ` # ${clean.length > 100 ? `${clean.slice(0, 99)}…` : clean}`;
}

function wallClockText(at: LocalMs): string {
  const seconds = Math.floor((at - midnightOf(at)) / 1000) % 60;
  return `${localText(at).slice(0, 16).replace(" ", "T")}:${String(seconds).padStart(2, "0")}`;
}

function instantText(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

function durationText(seconds: number): string {
  for (const [unit, size] of [
    ["d", dayMs / 1000],
    ["h", hourMs / 1000],
    ["m", 60],
  ] as const) {
    if (seconds > 0 && seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}
