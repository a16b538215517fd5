/** `tocsin import`: schedules, policies and users that another tool exported, as a team file. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { printImportFault, printRemark } from "#config/import/findings";
import { importTeam, type Imported, type Vendor, vendors } from "#config/import/import-team";
import { maxImportBytes, type SourceFile } from "#config/import/read-source";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function importFiles(given: Given, output: Output): Promise<number> {
  const [word, ...names] = given.words;
  const vendor = vendors.find((candidate) => candidate === word);
  if (vendor === undefined)
    throw wrongUsage(`"${word}" is none of ${vendors.join(", ")}. ${usageLine("import")}`);
  const imported = importTeam(vendor, await readFiles(names));
  const out = given.text("out");
  if (imported.ok && out !== undefined) await writeNew(out, imported.yaml);
  if (given.flag("json")) output.out(JSON.stringify(asJson(imported, vendor, out)));
  else print(imported, out, output);
  return imported.ok ? exitCodes.done : exitCodes.wrongUsage;
}

/** Without `--out` the team file is all that is on stdout, so that it can be redirected. */
function print(imported: Imported, out: string | undefined, output: Output): void {
  if (!imported.ok) {
    for (const fault of imported.faults) output.error(printImportFault(fault));
    return;
  }
  const say = out === undefined ? output.error : output.out;
  for (const remark of imported.report) say(printRemark(remark));
  const { people, schedules, policies } = imported.counts;
  const counts = `${people} people, ${schedules} schedules, ${policies} policies`;
  say(`${out ?? "team file"}: ${counts}; ${imported.report.length} remarks above.`);
  if (out === undefined) output.out(imported.yaml.trimEnd());
}

function asJson(imported: Imported, vendor: Vendor, out: string | undefined): object {
  if (!imported.ok) return { ok: false, vendor, faults: imported.faults };
  const { yaml, report, ids, counts } = imported;
  return { ok: true, vendor, ...(out === undefined ? { yaml } : { out }), counts, report, ids };
}

async function readFiles(names: readonly string[]): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  let bytes = 0;
  for (const name of names) {
    try {
      const stats = await stat(name);
      if (!stats.isFile())
        throw wrongUsage(`${name} is not a file; name the files that the API's answers are in.`);
      bytes += stats.size;
      if (bytes > maxImportBytes)
        throw wrongUsage(
          `${name}: the files are larger than ${maxImportBytes / 1024 / 1024} MiB together; import fewer at a time.`,
        );
      files.push({ name, text: new TextDecoder("utf-8", { fatal: true }).decode(await readFile(name)) });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") throw wrongUsage(`There is no file ${name}; correct the path.`);
      if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
        throw wrongUsage(`${name} is not UTF-8; save it in that encoding.`);
      if (code !== undefined) throw wrongUsage(`${name} cannot be read: ${message}`);
      throw error;
    }
  }
  return files;
}

/** A team file that is in use is never overwritten. It has addresses and phone numbers in it, so it is the user's own. */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw refused(`${file} is there already; move it away or choose another name.`);
    throw refused(`${file} cannot be written: ${message}`);
  }
}
