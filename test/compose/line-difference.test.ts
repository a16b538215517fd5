import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secretHider, withoutSecrets } from "../../src/compose/shared-team/hidden-secrets.ts";
import { lineDifference } from "../../src/compose/shared-team/line-difference.ts";

describe("the difference of two texts", () => {
  it("names what was added and removed, in order", () => {
    expect(lineDifference("a\nb\nc\nd", "a\nB\nc\nd\ne")).toEqual({
      added: 2,
      removed: 1,
      lines: ["- b", "+ B", "+ e"],
      leftOut: 0,
    });
    expect(lineDifference("same", "same")).toEqual({ added: 0, removed: 0, lines: [], leftOut: 0 });
  });

  it("does not take another line end for a change", () => {
    expect(lineDifference("a\r\nb", "a\nb").lines).toEqual([]);
  });

  it("shows so many lines, and counts the rest", () => {
    const { lines, leftOut, added } = lineDifference("", Array.from({ length: 50 }, String).join("\n"));
    expect([lines.length, leftOut, added]).toEqual([40, 11, 50]);
  });

  it("makes one text of the other, with as few lines as can be", () => {
    const line = fc.constantFrom("a", "b", "c");
    const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { lines, added, removed } = lineDifference(before, after, 1_000);
        expect(apply(before.split("\n"), lines)).toContain(after);
        const common = longestCommon(before.split("\n"), after.split("\n"));
        expect(added).toBe(after.split("\n").length - common);
        expect(removed).toBe(before.split("\n").length - common);
      }),
    );
  });

  it("takes no time for texts that have nothing in common", () => {
    const [before, after] = ["a", "b"].map((name) =>
      Array.from({ length: 20_000 }, (_, nth) => name + nth).join("\n"),
    );
    expect(lineDifference(before!, after!)).toMatchObject({ added: 20_000, removed: 20_000 });
  });
});

describe("a line that is shown", () => {
  it.each([
    ['  - { id: a, type: events, key: "0123456789abcdef" }', "- { id: a, type: events, key: … }"],
    ["    key: 0123 # of Ana", "key: …"],
    ["    password: a,b}c#d", "password: …"],
    ["- { id: a, key: 0123, type: events }", "- { id: a, key: …"],
    ["password: 'it''s'", "password: …"],
    ['"password":"a\\"b", "port":25', '"password":…, "port":25'],
    ["password: { env: SMTP_PASSWORD }", "password: …"],
    ['  url: "https://x.example/secret.ics"', "url: …"],
    ["  see https://x.example/secret.ics", "see …"],
    ["  abcdefghijklmnopqrstuvwxyz0123456789", "…"],
    [
      "  - { id: ben, name: Ben, email: ben@example.org }",
      "- { id: ben, name: Ben, email: ben@example.org }",
    ],
  ])("has no secret in it: %s", (line, shown) => {
    expect(withoutSecrets(line)).toBe(shown);
  });

  it("has none that is written over several lines, or in another way", () => {
    const before =
      'email:\n  password: |\n    hun\n    ter2-is-it\ncalendars:\n  - { "u\\x72l": "webcal:calendar" }\n';
    const shown = secretHider(before, "version: 1\n")!;
    expect(before.split("\n").map(shown)).toEqual([
      "email:",
      "password: …",
      "…",
      "…",
      "calendars:",
      '- { "u\\x72l": "…" }',
      "",
    ]);
    expect(secretHider(before, "{")).toBeNull();
  });
});

/** All texts that the difference may make of `before`: it says what, not where. */
function apply(before: readonly string[], lines: readonly string[]): string[] {
  if (lines.length === 0) return [before.join("\n")];
  const [first, ...rest] = lines;
  const word = first!.slice(2);
  const here = first!.startsWith("+")
    ? apply(before, rest).map((text) => [word, text])
    : before[0] === word
      ? apply(before.slice(1), rest).map((text) => [text])
      : [];
  const later = before.length === 0 ? [] : apply(before.slice(1), lines).map((text) => [before[0]!, text]);
  return [...here, ...later].map((parts) => parts.join("\n").replace(/\n$/, ""));
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  if (a[0] === b[0]) return 1 + longestCommon(a.slice(1), b.slice(1));
  return Math.max(longestCommon(a.slice(1), b), longestCommon(a, b.slice(1)));
}
