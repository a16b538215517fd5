/** `tocsin feed`: the addresses under which calendars can subscribe to the shifts of a person or a schedule. */
import { z } from "zod";
import { findEngine } from "./engine-client.ts";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

const feeds = z.array(
  z.object({ kind: z.enum(["person", "schedule"]), id: z.string(), name: z.string(), url: z.string() }),
);
type Feed = z.output<typeof feeds>[number];

export async function feed(given: Given, output: Output): Promise<number> {
  const [person, schedule] = [given.text("person"), given.text("schedule")];
  if (person !== undefined && schedule !== undefined) throw wrongUsage(usageLine("feed"));
  const all = feeds.parse(await findEngine(given).request("GET", "/api/v1/feeds"));
  const kind = person !== undefined ? "person" : schedule !== undefined ? "schedule" : null;
  const wanted = kind === null ? all : [one(all, kind, (person ?? schedule)!)];
  if (given.flag("json")) output.out(JSON.stringify(kind === null ? wanted : wanted[0]));
  else if (kind !== null) output.out(wanted[0]!.url);
  else for (const { kind: of, id, url } of wanted) output.out(`${of} ${id}  ${url}`);
  return exitCodes.done;
}

function one(all: readonly Feed[], kind: Feed["kind"], id: string): Feed {
  const found = all.find((each) => each.kind === kind && each.id === id);
  if (found !== undefined) return found;
  const known = all.filter((each) => each.kind === kind).map((each) => each.id);
  throw refused(`There is no ${kind} ${id}; the team has: ${known.join(", ") || "none"}.`);
}
