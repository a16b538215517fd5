/**
 * Exported files as data, within limits that hold whatever is in them. Used by `import-team`.
 *
 * Depth and number of values are counted in the text before `JSON.parse` sees it, so that a few megabytes of brackets
 * cannot become gigabytes of objects.
 */
import type { Findings } from "./findings.ts";
import { ReadLog, type Place } from "./place.ts";

export interface SourceFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

/** Of all files together; a thousand users with their rules are about two megabytes. */
export const maxImportBytes = 10 * 1024 * 1024;
const maxDepth = 64;
const maxValues = 1_500_000;

/** What could not be read is a fault, and not among the result. */
export function readSources(files: readonly SourceFile[], findings: Findings): Place[] {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const first = files[0];
  if (first === undefined || bytes > maxImportBytes) {
    const text =
      first === undefined
        ? "no file to import; name at least one"
        : `the files are larger than ${maxImportBytes / 1024 / 1024} MiB together; import fewer at a time`;
    findings.fault({ file: first?.name ?? "", path: [] }, text);
    return [];
  }
  const reads = new ReadLog();
  return files.flatMap((file) => {
    const place = readSource(file, findings);
    return place === null ? [] : { ...place, reads };
  });
}

function readSource({ name, text }: SourceFile, findings: Findings): Place | null {
  const place = { file: name, path: [] };
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const excess = excessOf(json);
  if (excess !== null) {
    findings.fault(place, excess);
    return null;
  }
  try {
    return { ...place, value: JSON.parse(json) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    findings.fault(place, `not JSON (${reason}); save the API's answer as it came`);
    return null;
  }
}

function excessOf(json: string): string | null {
  let depth = 0;
  let values = 0;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (inText) {
      if (code === backslash) index += 1;
      else if (code === quotes) inText = false;
    } else if (code === quotes) inText = true;
    else if (code === openList || code === openMap) {
      values += 1;
      depth += 1;
      if (depth > maxDepth) return `nested deeper than ${maxDepth} levels, which no export is`;
    } else if (code === closeList || code === closeMap) depth -= 1;
    else if (code === comma) values += 1;
    if (values > maxValues) return `more than ${maxValues} values; import fewer at a time`;
  }
  return null;
}

const [quotes, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openList, closeList, openMap, closeMap] = [0x5b, 0x5d, 0x7b, 0x7d];
