/** `tocsin override` and `tocsin swap`: who takes whose duty. All go through the API, which changes the team file. */
import { z } from "zod";
import { together } from "#domain/person-names";
import { visible } from "./alert-text.ts";
import { findEngine, type EngineClient } from "./engine-client.ts";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

const dutyJson = z.object({
  schedule: z.string(),
  start: z.string(),
  end: z.string(),
  person: z.string(),
  /** Who are on duty together then, and are not by this override. */
  insteadOf: z.array(z.string()).optional(),
});
const swapJson = dutyJson.extend({
  id: z.string(),
  askedBy: z.string(),
  status: z.enum(["asked", "agreed", "declined"]),
  overrides: z.array(dutyJson).optional(),
});
type DutyJson = z.infer<typeof dutyJson>;
type SwapJson = z.infer<typeof swapJson>;

export async function overrideCommands(given: Given, output: Output): Promise<number> {
  const engine = findEngine(given);
  if (given.command === "override") await override(engine, given, output);
  else await swap(engine, given, output);
  return exitCodes.done;
}

async function override(engine: EngineClient, given: Given, output: Output): Promise<void> {
  const path = "/api/v1/overrides";
  const say = (answer: unknown, lines: (duty: DutyJson) => string) =>
    output.out(given.flag("json") ? JSON.stringify(answer) : lines(dutyJson.parse(answer)));
  switch (given.words[0]) {
    case "add":
      return say(
        await engine.request("POST", path, dutyOf(given)),
        (duty) => `Added: ${line(duty)}${aloneText(duty)}`,
      );
    case "remove": {
      const query = new URLSearchParams(dutyOf(given));
      return say(
        await engine.request("DELETE", `${path}?${query.toString()}`),
        (duty) => `Removed: ${line(duty)}`,
      );
    }
    case "list": {
      const duties = z
        .array(dutyJson)
        .parse(await engine.request("GET", `${path}?all=${given.flag("all") ? "true" : "false"}`));
      output.out(
        given.flag("json") ? JSON.stringify(duties) : duties.map(line).join("\n") || "No overrides.",
      );
      return;
    }
    default:
      throw wrongUsage(usageLine("override"));
  }
}

/** An override is one person's; that others go off duty by it must be seen. */
function aloneText({ person, insteadOf }: DutyJson): string {
  if (insteadOf === undefined) return "";
  const who = together(insteadOf.map(visible));
  return `\n${visible(person)} is on call alone then, instead of ${who}; to replace one of several, add an absence with a substitute to the team file.`;
}

async function swap(engine: EngineClient, given: Given, output: Output): Promise<void> {
  const [word = "ask", ending] = given.words;
  if ((word === "agree" || word === "decline") === (ending === undefined))
    throw wrongUsage(usageLine("swap"));
  const say = (answer: unknown) =>
    output.out(given.flag("json") ? JSON.stringify(answer) : swapText(swapJson.parse(answer)));
  switch (word) {
    case "ask":
      return say(await engine.request("POST", "/api/v1/swaps", dutyOf(given)));
    case "agree":
    case "decline": {
      const by = given.text("by");
      const body = { origin: "command-line", ...(by !== undefined && { by }) };
      return say(await engine.request("POST", `/api/v1/swaps/${await idOf(engine, ending!)}/${word}`, body));
    }
    case "list": {
      const swaps = await listSwaps(engine);
      output.out(given.flag("json") ? JSON.stringify(swaps) : swaps.map(swapText).join("\n") || "No swaps.");
      return;
    }
    default:
      throw wrongUsage(usageLine("swap"));
  }
}

function dutyOf(given: Given): Record<string, string> {
  const [schedule, person, from, to] = ["schedule", "person", "from", "to"].map((name) => given.text(name));
  if (schedule === undefined || person === undefined || from === undefined || to === undefined)
    throw wrongUsage(usageLine(given.command));
  const [askedBy, agreedBy] = [given.text("asked-by"), given.text("agreed-by")];
  return {
    origin: "command-line",
    schedule,
    person,
    from,
    to,
    ...(askedBy !== undefined && { askedBy }),
    ...(agreedBy !== undefined && { agreedBy }),
  };
}

/** The id as given, or the swap that ends in it. */
async function idOf(engine: EngineClient, word: string): Promise<string> {
  const wanted = word.toLowerCase();
  if (wanted.length < 3) return encodeURIComponent(wanted);
  const found = (await listSwaps(engine)).filter(({ id }) => id.endsWith(wanted));
  if (found.length > 1)
    throw refused(
      `${found.length} swaps end in ${wanted}; give more of the ID ("tocsin swap list" shows them).`,
    );
  return encodeURIComponent(found[0]?.id ?? wanted);
}

async function listSwaps(engine: EngineClient): Promise<SwapJson[]> {
  return z.array(swapJson).parse(await engine.request("GET", "/api/v1/swaps"));
}

function swapText(swapped: SwapJson): string {
  const { id, askedBy, status, overrides = [] } = swapped;
  const first = `${id}  ${status}  ${line(swapped)}, asked by ${visible(askedBy)}`;
  return [first, ...overrides.map((duty) => `  override: ${line(duty)}`)].join("\n");
}

function line({ schedule, start, end, person }: DutyJson): string {
  const instant = (at: string) => at.replace("T", " ").replace(/(\.\d+)?Z$/, "Z");
  return `${schedule}: ${visible(person)} from ${instant(start)} to ${instant(end)}`;
}
