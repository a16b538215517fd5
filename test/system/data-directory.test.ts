/** The secrets of the data folder: made once, kept, and made anew when nobody could use them any more; and its address. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { leaveAddress, readOrMakeFeedToken, readOrMakeToken } from "#system/data-directory";

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "tocsin-data-"));
});
afterEach(() => rmSync(data, { recursive: true }));

describe.each([
  ["token", readOrMakeToken],
  ["feed-token", readOrMakeFeedToken],
] as const)("%s", (name, readOrMake) => {
  test("is made once, for this user's eyes only", () => {
    const made = readOrMake(data);
    expect(made).toMatch(/^[\w-]{43}$/);
    expect(readOrMake(data)).toBe(made);
    expect(statSync(join(data, name)).mode & 0o777).toBe(0o600);
  });

  test("a flipped bit that no header and no address can hold: another one is made, for every place and bit", () => {
    const made = readOrMake(data)!;
    const file = join(data, name);
    const bytes = readFileSync(file);
    for (let at = 0; at < made.length; at += 7)
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << bit;
        writeFileSync(file, flipped);
        const read = readOrMake(data)!;
        expect(() => new Headers({ authorization: `Bearer ${read}` }), `${at}, ${bit}`).not.toThrow();
        expect(read).toMatch(/^[\x21-\x7e]{16,}$/);
        expect(readFileSync(file, "utf8").trim(), "clients read it there").toBe(read);
      }
  });
});

test("an address that cannot be removed keeps nobody from stopping", () => {
  const file = join(data, "engine.json");
  leaveAddress(data, "http://127.0.0.1:1")();
  expect(existsSync(file)).toBe(false);
  const forget = leaveAddress(data, "http://127.0.0.1:1");
  rmSync(file);
  mkdirSync(join(file, "in-the-way"), { recursive: true });
  expect(forget).not.toThrow();
});
