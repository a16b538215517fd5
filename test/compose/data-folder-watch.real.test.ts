/** The data folder taken away while nothing happens: noticed at once, and not at the next look some seconds later. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KeptFolder } from "#system/kept-folder";
import { watchDataFolder } from "../../src/compose/data-folder-watch.ts";

let root: string;
let data: string;
let looks: number;
let stop: () => void;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tocsin-watch-"));
  data = join(root, "data");
  mkdirSync(data);
  writeFileSync(join(data, "journal.sqlite"), "facts");
  looks = 0;
  // So that what is seen is not the look that comes every few seconds.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const engine = { lookAtClock: () => void (looks += 1), reportProblem: () => {}, clearProblem: () => {} };
  stop = watchDataFolder(data, new KeptFolder(data), engine);
  vi.useRealTimers();
});
afterEach(() => {
  stop();
  rmSync(root, { recursive: true, force: true });
});

test.each<[string, () => void]>([
  ["its journal deleted", () => rmSync(join(data, "journal.sqlite"))],
  ["removed", () => rmSync(data, { recursive: true })],
  ["renamed", () => renameSync(data, `${data}-elsewhere`)],
])("%s", async (_, takeAway) => {
  expect(looks).toBe(1);
  takeAway();
  await vi.waitFor(() => expect(looks).toBeGreaterThan(1), { timeout: 5_000 });
});
