import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLog } from "#system/log-file";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tocsin-log-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("is kept from the very first start, when there is no folder yet, and is nobody else's to read", async () => {
  const data = join(folder, "new", "data");
  openLog(data).info("the first word");
  await expect.poll(() => readFileSync(join(data, "tocsin.log"), "utf8")).toContain("the first word");
  expect(statSync(data).mode & 0o777).toBe(0o700);
  expect(statSync(join(data, "tocsin.log")).mode & 0o777).toBe(0o600);
});

test("a log that cannot be written is dropped", () => {
  expect(() => openLog("/dev/null/data").info("lost")).not.toThrow();
});
