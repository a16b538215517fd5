// The tray: every state has a shape of its own (contract, section 5), reads on dark and light
// panels, and tells its count.

import { describe, expect, test } from "vitest";
import { asset, ASSETS, filesBelow } from "./folder.ts";
import { alphaOf, greyOn, type Picture, readPng } from "./read-png.ts";

const STATES = ["quiet", "unacknowledged", "unacknowledged-3", "acknowledged", "not-trusted", "paused"];
const COUNTS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "9plus"];
const NAMES = [
  ...STATES.filter((state) => !/\d/.test(state)),
  ...COUNTS.map((count) => `unacknowledged-${count}`),
];

/** Folder, density suffix, pixels. */
const VARIANTS = [
  ["", "", 22],
  ["", "@2x", 44],
  ["16/", "", 16],
  ["16/", "@1.5x", 24],
  ["16/", "@2x", 32],
  ["24/", "", 24],
  ["24/", "@2x", 48],
] as const;
const PANELS = { dark: 30, light: 240 };

describe.each(VARIANTS)("tray icons %s*%s of %i pixels", (folder, suffix, size) => {
  const picture = (name: string): Picture => readPng(asset(`icons/${folder}tray-${name}${suffix}.png`));

  test.each(NAMES)("%s decodes, has its size, and is neither empty nor a block", (name) => {
    const { width, height, pixels } = picture(name);
    expect([width, height, pixels.length]).toEqual([size, size, size * size * 4]);
    const filled = mean(alphaOf({ width, height, pixels }));
    expect(filled).toBeGreaterThan(0.25);
    expect(filled).toBeLessThan(0.85);
  });

  test.each(pairs(STATES))("%s and %s differ in shape, without any colour", (one, other) => {
    expect(difference(alphaOf(picture(one)), alphaOf(picture(other)))).toBeGreaterThan(0.2);
  });

  test.each(Object.entries(PANELS))("every state stands out from a %s panel, in grey", (_, panel) => {
    for (const name of NAMES) {
      const strong = greyOn(panel, picture(name)).filter((value) => Math.abs(value - panel) > 60).length;
      expect(strong / (size * size), name).toBeGreaterThan(0.12);
    }
  });

  test("every count looks different from every other, in grey", () => {
    for (const [one, other] of pairs(COUNTS)) {
      const [a, b] = [one, other].map((count) => greyOn(128, picture(`unacknowledged-${count}`)));
      const changed = a!.filter((value, index) => Math.abs(value - b![index]!) > 100).length;
      expect(changed / (size * size), `${one} and ${other}`).toBeGreaterThan(0.01);
    }
  });
});

test("there is no other tray icon", () => {
  const expected = VARIANTS.flatMap(([folder, suffix]) =>
    NAMES.map((name) => `${folder}tray-${name}${suffix}.png`),
  );
  const found = filesBelow(`${ASSETS}/icons`).filter((name) => name.includes("tray-"));
  expect(found).toEqual(expected.sort());
});

/** How much of what either shape covers is covered by only one of them: 0 the same, 1 nothing in common. */
function difference(one: number[], other: number[]): number {
  const only = one.map((value, index) => Math.abs(value - other[index]!));
  const either = one.map((value, index) => Math.max(value, other[index]!));
  return mean(only) / mean(either);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function pairs<T>(values: T[]): [T, T][] {
  return values.flatMap((one, index) => values.slice(index + 1).map((other): [T, T] => [one, other]));
}
