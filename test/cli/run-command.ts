/** Runs one command of the command line in this process: what it prints, and its exit code. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { CommandFailure, type Output } from "#cli/outcome";
import { parseCommand, type Given } from "#cli/usage";

export interface Ran {
  readonly code: number;
  readonly out: string;
  /** Of a refusal: its sentence. */
  readonly error: string;
}

export type Command = (given: Given, output: Output) => Promise<number>;

/** `words`: as typed after `tocsin`, name first. */
export async function run(command: Command, ...words: string[]): Promise<Ran> {
  const lines: string[] = [];
  const output: Output = {
    out: (text) => void lines.push(text),
    error: (text) => void lines.push(`! ${text}`),
  };
  try {
    const code = await command(parseCommand(words), output);
    return { code, out: lines.join("\n"), error: "" };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { code: error.exitCode, out: lines.join("\n"), error: error.message };
  }
}

const folder = mkdtempSync(join(tmpdir(), "tocsin-cli-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

/** A new file that is gone after the tests. Returns its path. */
export function fileWith(text: string, ending = "yaml"): string {
  const file = join(folder, `file-${(files += 1)}.${ending}`);
  writeFileSync(file, text);
  return file;
}
