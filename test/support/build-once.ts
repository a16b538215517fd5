/**
 * Builds the command line once before the tests of real processes (vitest's global set-up of the project "real"), into a
 * folder of their own: always from the sources as they are, whoever else builds meanwhile.
 */
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Beside the real one, so that whatever the code looks for around itself is found just as well. */
export const cliUnderTest = fileURLToPath(new URL("../../out/cli-under-test/tocsin.js", import.meta.url));

export async function setup(): Promise<void> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  await build({
    root,
    configFile: `${root}vite.cli.config.ts`,
    logLevel: "error",
    build: { outDir: "out/cli-under-test", reportCompressedSize: false },
  });
}
