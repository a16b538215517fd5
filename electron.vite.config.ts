import preact from "@preact/preset-vite";
import { defineConfig } from "electron-vite";

/** Builds the desktop app: main process and engine process (ESM), preloads (CommonJS, as a sandboxed preload must be), pages. */
export default defineConfig({
  main: {
    build: {
      outDir: "out/main",
      rollupOptions: {
        input: { index: "src/desktop/main/index.ts", engine: "src/engine-process.ts" },
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
      },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
      rollupOptions: {
        input: { index: "src/desktop/preload/index.ts" },
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: "src/desktop/renderer",
    plugins: [preact()],
    build: {
      outDir: "out/renderer",
      emptyOutDir: true,
      rollupOptions: {
        input: {
          alert: "src/desktop/renderer/alert.html",
          console: "src/desktop/renderer/console.html",
          sound: "src/desktop/renderer/sound.html",
        },
      },
    },
  },
});
