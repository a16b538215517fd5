/** Who did something, in words that go right behind the verb: "by Ana", "from the command line". Used wherever it is told. */
import type { CommandOrigin } from "./fact.ts";

/**
 * `name`: what the person is called; null: nobody knows who it was, so it is said where it came in. `origin` undefined: an
 * older version kept no word of it.
 */
export function byWhom(name: string | null, origin: CommandOrigin | undefined): string {
  if (name !== null) return `by ${name}`;
  return origin === undefined ? "by somebody" : (originWords[origin] ?? "by somebody");
}

const originWords: Readonly<Record<CommandOrigin, string>> = {
  window: "from the alert window",
  console: "from the console",
  "command-line": "from the command line",
  api: "through the API",
  source: "by its source",
};
