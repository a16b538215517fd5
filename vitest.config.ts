import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Three projects, one after the other: fast and pure, real servers and processes, and the real desktop app (run it under scripts/with-desktop.mjs). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/**/*.real.test.ts"],
          // Property tests on a busy machine; no test is about this time.
          testTimeout: 30_000,
          // By default one processor is left idle.
          maxWorkers: availableParallelism(),
        },
      },
      {
        test: {
          name: "real",
          include: ["test/**/*.real.test.ts"],
          exclude: ["test/e2e/**"],
          globalSetup: ["test/support/build-once.ts"],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // Each has its own ports, folders and processes; most of their time is waiting.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
