// A few of the product's own modules, for what cannot be measured or made from outside: journals of a million facts, and
// the look-up of who is on call. Built from src/ for this run, since plain Node cannot read TypeScript.
import { join } from "node:path";
import { build } from "vite";
import { ROOT } from "../scripts/setup/paths.mjs";

let building;

/** The exports of bench/inside.ts. */
export async function inside() {
  building ??= build({
    configFile: false,
    root: ROOT,
    logLevel: "error",
    build: {
      ssr: join(ROOT, "bench/inside.ts"),
      target: "node20",
      outDir: join(ROOT, "out/bench"), // within the checkout, so that node_modules is found
      rollupOptions: { output: { entryFileNames: "inside.js" } },
    },
  });
  await building;
  return import(join(ROOT, "out/bench/inside.js"));
}
