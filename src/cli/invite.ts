/** `tocsin invite`: one line that lets one machine into the team. Only the line goes to stdout, so that it can be piped. */
import { z } from "zod";
import { findEngine } from "./engine-client.ts";
import { exitCodes, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

const answerJson = z.object({ line: z.string().regex(/^tocsin:\/\/\S+$/), expiresAt: z.iso.datetime() });

export async function invite(given: Given, output: Output): Promise<number> {
  const role = given.text("role") ?? "engine";
  if (role !== "engine" && role !== "desk")
    throw wrongUsage(`--role is "engine" or "desk", not "${role}". ${usageLine("invite")}`);
  const [person, addresses] = [given.text("person"), given.texts("address")];
  const body = {
    role,
    ...(person !== undefined && { person }),
    ...(addresses.length > 0 && { addresses }),
  };
  const answer = await findEngine(given).request("POST", "/api/v1/machines/invites", body);
  const { line, expiresAt } = answerJson.parse(answer);
  if (given.flag("json")) {
    output.out(JSON.stringify({ line, expiresAt }));
    return exitCodes.done;
  }
  output.out(line);
  const until = expiresAt.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, "Z");
  output.error(
    `Good for one machine, until ${until}. It is a secret: whoever has it first is in. There, type:`,
  );
  output.error(`  tocsin join '${line}'`);
  return exitCodes.done;
}
