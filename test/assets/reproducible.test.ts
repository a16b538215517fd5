// The committed icons and sounds are exactly what scripts/assets/make.mjs makes.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ASSETS, asset, CHECKOUT, filesBelow } from "./folder.ts";

let fresh: string;
beforeAll(() => {
  fresh = mkdtempSync(join(tmpdir(), "tocsin-assets-"));
  execFileSync(process.execPath, [join(CHECKOUT, "scripts/assets/make.mjs"), fresh]);
}, 120_000);
afterAll(() => rmSync(fresh, { recursive: true, force: true }));

test("no asset is missing, and none is left over", () => {
  expect(filesBelow(ASSETS).filter((name) => !name.endsWith(".md"))).toEqual(filesBelow(fresh));
});

test("every asset equals the freshly made one, byte by byte", () => {
  const stale = filesBelow(fresh).filter((name) => !readFileSync(join(fresh, name)).equals(asset(name)));
  expect(stale, "run node scripts/assets/make.mjs and commit").toEqual([]);
});
