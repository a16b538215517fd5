import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { open, seal } from "#system/sealed-box";

const key = randomBytes(32);

describe("a sealed box", () => {
  it("gives back exactly what was put in, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 2_000 }), (text) => {
        expect(open(seal(text, key), key)).toBe(text);
      }),
    );
  });

  it("shows nothing of the text, and is another one each time", () => {
    const text = "password: correct horse battery staple";
    const first = seal(text, key);
    expect(first).toMatch(/^v1\.[\w-]+$/);
    expect(Buffer.from(first.slice(3), "base64url").toString("latin1")).not.toContain("horse");
    expect(seal(text, key)).not.toBe(first);
  });

  it("is small: a team file of repeating lines shrinks", () => {
    const text = "  - { id: ana, name: Ana, email: ana@example.org }\n".repeat(1_000);
    expect(seal(text, key).length).toBeLessThan(text.length / 20);
  });

  it("does not open with another key", () => {
    expect(open(seal("text", key), randomBytes(32))).toBeNull();
  });

  it("does not open when any bit of it was changed", () => {
    const bytes = Buffer.from(seal("team", key).slice(3), "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const bent = Buffer.from(bytes);
      bent[bit >> 3]! ^= 1 << (bit & 7);
      expect(open(`v1.${bent.toString("base64url")}`, key)).toBeNull();
    }
  });

  it("does not open when it is cut short, of another version, or no box at all", () => {
    const sealed = seal("text", key);
    for (let length = 0; length < sealed.length - 1; length += 1)
      expect(open(sealed.slice(0, length), key)).toBeNull();
    expect(open(sealed.replace("v1.", "v2."), key)).toBeNull();
    fc.assert(fc.property(fc.string(), (noise) => open(`v1.${noise}`, key) === null));
  });

  it("refuses what unpacks to more than a team file can be", () => {
    expect(open(seal("0".repeat(9 * 1024 * 1024), key), key)).toBeNull();
  });

  it("is not made with a key of the wrong length", () => {
    expect(() => seal("text", randomBytes(16))).toThrow("32 bytes");
    expect(() => open(seal("text", key), randomBytes(31))).toThrow("32 bytes");
  });
});
