/** Saves an edited team file: whole or not at all, with the permissions it had, where a link leads. Used by the command line. */
import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";

export type WrittenTeamFile =
  | { readonly ok: true }
  | { readonly ok: false; /** One sentence with the remedy. */ readonly text: string };

/** Some editors put it there; who reads the file is not shown it. */
const byteOrderMark = "\uFEFF";

/** `before` is what the file had when the edit began: somebody else's change since then is not written over. */
export async function writeTeamFile(file: string, before: string, after: string): Promise<WrittenTeamFile> {
  let fresh: string | null = null;
  try {
    const place = await realpath(file);
    const there = await readFile(place, "utf8");
    const mark = there.startsWith(byteOrderMark) ? byteOrderMark : "";
    if (there.slice(mark.length) !== before)
      return { ok: false, text: `${file} has been changed meanwhile; nothing was written, so do it again.` };
    const { mode } = await stat(place);
    fresh = `${place}.${process.pid}.new`;
    await writeFile(fresh, mark + after, { mode: mode & 0o777, flush: true });
    await rename(fresh, place);
    return { ok: true };
  } catch (error) {
    if (fresh !== null) await rm(fresh, { force: true });
    return { ok: false, text: `${file} cannot be written: ${(error as Error).message}.` };
  }
}
