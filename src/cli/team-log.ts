/** `tocsin team log`: who changed the team file, when, on which machine, and which lines; from the journal, engine or none. */
import { teamChanges, type TeamChange } from "#compose/shared-team/team-history";
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import { exportJournal } from "#journal/export";
import { readMembership } from "#peers/identity/membership";
import { dataDirectory } from "#system/directories";
import { visible } from "./alert-text.ts";
import { CommandFailure, exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function teamLog(given: Given, output: Output): Promise<number> {
  if (given.words[0] !== "log") throw wrongUsage(usageLine("team"));
  const data = given.text("data") ?? dataDirectory();
  const read = readMembership(data);
  if (!read.ok) throw new CommandFailure(exitCodes.wrongUsage, read.text);
  const teamKey = read.membership?.teamKey ?? null;
  const facts = factsIn(data);
  const changes = teamChanges(facts, teamKey === null ? null : Buffer.from(teamKey, "base64"));
  if (given.flag("json")) output.out(JSON.stringify(changes.map(toJson)));
  else for (const line of changes.flatMap((change) => linesOf(change, namesIn(facts)))) output.out(line);
  return exitCodes.done;
}

/** Those that say who, what and where. */
const kinds: ReadonlySet<Fact["kind"]> = new Set([
  "team-adopted",
  "team-file-sealed",
  "machine-added",
  "machine-changed",
]);

function factsIn(data: string): readonly JournaledFact[] {
  const facts: JournaledFact[] = [];
  try {
    exportJournal(data, (line) => {
      const { origin, seq, fact } = JSON.parse(line) as { origin: OriginId; seq: number; fact: Fact };
      const place = { origin, seq, position: facts.length + 1, own: false, skewMs: 0 };
      if (kinds.has(fact.kind)) facts.push({ fact, place });
    });
  } catch (error) {
    if (error instanceof Error && error.name === "JournalError") throw refused(error.message);
    throw error;
  }
  return facts;
}

/** What people and machines are called, by id; the latest name counts. */
function namesIn(facts: readonly JournaledFact[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { fact } of facts) {
    if (fact.kind === "team-adopted") for (const { id, name } of fact.team.people) names.set(id, name);
    if (fact.kind === "machine-added") names.set(fact.machine.id, fact.machine.name);
    if (fact.kind === "machine-changed" && fact.name !== undefined) names.set(fact.machineId, fact.name);
  }
  return names;
}

function linesOf(change: TeamChange, names: ReadonlyMap<string, string>): string[] {
  const { at, by, machine, revision, added, removed, lines } = change;
  const named = (id: string) => visible(names.get(id) ?? id);
  const who = by === null ? [] : [named(by)];
  const where = machine === null ? [] : [`on ${named(machine)}`];
  const sum = added === null ? "its lines are not known here" : `+${added} −${removed}`;
  const time = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  return [
    [`${time} UTC`, ...who, ...where, sum, `(${revision.slice(0, 8)})`].join(" "),
    ...lines.map((line) => `    ${visible(line)}`),
  ];
}

function toJson({ at, ...change }: TeamChange) {
  return { at: new Date(at).toISOString(), ...change };
}
