import { defineConfig } from "vite";

/** Builds the command line (and with it the headless engine) for plain Node; dependencies stay in node_modules. */
export default defineConfig({
  build: {
    ssr: true,
    target: "node20",
    outDir: "out/cli",
    emptyOutDir: true,
    rollupOptions: {
      input: { tocsin: "src/cli/tocsin.ts" },
      output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
    },
  },
});
