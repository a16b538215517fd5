/** `tocsin journal verify` and `export`: works on the files, whether or not an engine runs on them. */
import { exportJournal } from "#journal/export";
import { verifyJournal } from "#journal/verify";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function journal(given: Given, output: Output): Promise<number> {
  const data = given.text("data");
  const [action] = given.words;
  if (data === undefined || (action !== "verify" && action !== "export"))
    throw wrongUsage(usageLine("journal"));
  try {
    return action === "export" ? exportAll(data, output) : verify(data, given, output);
  } catch (error) {
    // No journal there, or none that can be read.
    if (error instanceof Error && error.name === "JournalError") throw refused(error.message);
    throw error;
  }
}

function exportAll(data: string, output: Output): number {
  exportJournal(data, (line) => output.out(line));
  return exitCodes.done;
}

function verify(data: string, given: Given, output: Output): number {
  const verified = verifyJournal(data);
  if (given.flag("json")) output.out(JSON.stringify(verified));
  if (!verified.ok) throw refused(verified.text);
  if (!given.flag("json")) output.out(`Intact: ${verified.facts} facts.`);
  return exitCodes.done;
}
