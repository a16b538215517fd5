import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLog } from "#system/log-file";
import { RotatingFile } from "#system/rotating-file";

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

test("takes at most twice its size, however much there is to say while it runs", () => {
  const place = join(folder, "rotating.log");
  const file = new RotatingFile(place, 1000);
  for (let n = 0; n < 1000; n += 1) file.write(`line ${n}\n`);
  const [now, before] = [readFileSync(place, "utf8"), readFileSync(`${place}.1`, "utf8")];
  expect(Math.max(now.length, before.length)).toBeLessThan(1020);
  expect(now.endsWith("line 999\n")).toBe(true);
  const next = /^line (\d+)/.exec(now)![1];
  expect(before.endsWith(`line ${Number(next) - 1}\n`)).toBe(true);
  // After a start it goes on where it was.
  new RotatingFile(place, 1000).write("after a start\n");
  expect(readFileSync(place, "utf8")).toBe(`${now}after a start\n`);
});

test("goes on at its place when it was deleted, or its folder moved and put back", () => {
  const data = join(folder, "taken");
  mkdirSync(data);
  const place = join(data, "rotating.log");
  const file = new RotatingFile(place, 1000);
  file.write("before\n");
  rmSync(place);
  file.write("deleted\n");
  expect(readFileSync(place, "utf8")).toBe("deleted\n");
  renameSync(data, `${data}-elsewhere`);
  file.write("to nobody\n");
  mkdirSync(data);
  file.write("put back\n");
  expect(readFileSync(place, "utf8")).toBe("put back\n");
});
