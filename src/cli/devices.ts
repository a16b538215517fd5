/** `tocsin machines`: which machines belong to the team, what they are called, whose they are; and revoking one. */
import { z } from "zod";
import { machinesJson, type MachineJson, type MachinesJson } from "#wire/machines-json";
import { visible } from "./alert-text.ts";
import { findEngine, type EngineClient } from "./engine-client.ts";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function machines(given: Given, output: Output): Promise<number> {
  const engine = findEngine(given);
  const [word, ending, ...rest] = given.words;
  if (word === undefined) {
    const all = await list(engine);
    output.out(given.flag("json") ? JSON.stringify(all) : tableOf(all));
    return exitCodes.done;
  }
  const change = changeOf(word, rest);
  if (change === null || ending === undefined) throw wrongUsage(usageLine("machines"));
  const machine = found(await list(engine), ending);
  const answer = await engine.request(
    "POST",
    `/api/v1/machines/${encodeURIComponent(machine.id)}/${word}`,
    change.body,
  );
  const rotate = word === "revoke" ? await toRotate(engine, machine) : null;
  if (given.flag("json"))
    output.out(JSON.stringify(rotate === null ? answer : { ...Object(answer), rotate }));
  else for (const line of [`${visible(machine.name)} ${change.said}`, ...(rotate ?? [])]) output.out(line);
  return exitCodes.done;
}

/** What a machine has known that is out of the team now: a sentence for each, without any secret. */
async function toRotate(engine: EngineClient, { role, name }: MachineJson): Promise<string[]> {
  const refusedFromNow = `From now on the team's machines refuse it${role === "engine" ? "; as soon as it knows, it acts on nothing, forgets the team's secrets, and answers 503" : ""}. Only a new invite lets it in again.`;
  if (role === "desk")
    return [
      refusedFromNow,
      "It was a desk: it had no keys and no mail password, so nothing has to be rotated.",
    ];
  // It is revoked already: whatever else fails, that is to be said.
  const team = await engine.request("GET", "/api/v1/team").catch(() => null);
  const { integrations } = teamPart.catch({ integrations: [] }).parse(team);
  const keys = integrations.map(({ id }) => visible(id)).join(", ") || "in the team file";
  return [
    refusedFromNow,
    `Whoever has ${visible(name)} may have copied what it knew, so rotate:`,
    `  the keys of the integrations ${keys}: in the team file, then in the tools that use them`,
    "  the password of the mail server: there, then in the team file or the environment variable that it names",
    "  the private addresses of calendars, if the team file has any; invites that are open end by themselves within 15 minutes",
  ];
}

const teamPart = z.object({
  integrations: z.array(z.object({ id: z.string() })).default([]),
});

interface Change {
  readonly body: object;
  /** After the machine's name. */
  readonly said: string;
}

/** Null: not a change, or with too few or too many words. */
function changeOf(word: string, rest: readonly string[]): Change | null {
  const text = rest.join(" ").trim();
  switch (word) {
    case "rename":
      return text === "" ? null : { body: { name: text }, said: `is now called ${visible(text)}.` };
    case "bind":
      if (rest.length !== 1) return null;
      return text === "nobody"
        ? { body: { person: null }, said: "is nobody's machine now." }
        : { body: { person: text }, said: `is the machine of ${visible(text)} now.` };
    case "revoke":
      return rest.length > 0
        ? null
        : { body: {}, said: "is revoked: the team's machines do not speak with it any more." };
    default:
      return null;
  }
}

async function list(engine: EngineClient): Promise<MachinesJson> {
  return machinesJson.parse(await engine.request("GET", "/api/v1/machines"));
}

/** By id, by the beginning of one, or by its name. */
function found({ machines: all }: MachinesJson, word: string): MachineJson {
  const wanted = word.toLowerCase();
  const exact = all.filter(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  const some = exact.length > 0 ? exact : all.filter(({ id }) => wanted.length >= 4 && id.startsWith(wanted));
  if (some.length > 1) throw refused(`${some.length} machines are called that; give more of the ID.`);
  const [one] = some;
  if (one !== undefined) return one;
  const known = all.map(({ id, name }) => `${visible(name)} (${id.slice(0, 8)})`).join(", ");
  throw refused(`There is no machine ${visible(word)}; the team has: ${known || "none"}.`);
}

function tableOf(all: MachinesJson): string {
  if (all.machines.length === 0) return "This machine is alone. Invite another one with: tocsin invite";
  const rows = all.machines.map((machine) => [
    machine.id.slice(0, 8),
    visible(machine.name),
    machine.role,
    machine.person ?? "-",
    stateOf(machine, all),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

function stateOf(machine: MachineJson, { self, coordinator, isolatedSince }: MachinesJson): string {
  const { id, connected, since, revokedAt } = machine;
  if (revokedAt !== undefined) return `revoked ${instant(revokedAt)}`;
  const words = [
    id === self.id ? "this machine" : connected ? "connected" : "not connected",
    ...(id !== self.id && since !== null ? [`since ${instant(since)}`] : []),
    ...(id === coordinator ? ["coordinates"] : []),
    // On a desk it is the engine behind it that is isolated.
    ...(id === (coordinator ?? self.id) && isolatedSince !== undefined
      ? [`isolated since ${instant(isolatedSince)}`]
      : []),
    ...(machine.behind > 0 ? [`${machine.behind} facts behind`] : []),
  ];
  return [words.join(", "), ...machine.differences.map(visible)].join("; ");
}

function instant(at: string): string {
  return at.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, "Z");
}
