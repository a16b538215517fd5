/** Writes the journal out as JSON Lines. Called by the command line, also while an engine runs. */
import { journalErrorOf } from "./failure.ts";
import { openReadOnlyView } from "./read-only-view.ts";
import { rowsAfter } from "./rows.ts";

/**
 * One line, without its end, for each fact in order of arrival: `{"origin","seq","at","previous","hash","fact"}`. `at`
 * is epoch ms; hash-chain.ts says what the hashes cover. Returns how many. Throws `JournalError`.
 */
export function exportJournal(directory: string, write: (line: string) => void): number {
  const file = openReadOnlyView(directory);
  let facts = 0;
  try {
    for (const row of rowsAfter(file, 0)) {
      const { origin, seq, at, previous, hash, body } = row;
      const head = JSON.stringify({ origin, seq, at, previous, hash });
      // The body is JSON as it stands, and stays the very text that was hashed.
      write(`${head.slice(0, -1)},"fact":${body}}`);
      facts += 1;
    }
  } catch (error) {
    throw journalErrorOf(error, directory, "Reading the journal");
  } finally {
    file.close();
  }
  return facts;
}
