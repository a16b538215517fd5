// The application's icon in its sizes, and the containers that Windows and macOS want.

import { expect, test } from "vitest";
import { asset } from "./folder.ts";
import { alphaOf, readPng } from "./read-png.ts";

test.each([16, 24, 32, 48, 64, 128, 256, 512])(
  "app-%i.png decodes, clear in its corners and solid in its middle",
  (size) => {
    const picture = readPng(asset(`icons/app-${size}.png`));
    expect([picture.width, picture.height]).toEqual([size, size]);
    const alpha = alphaOf(picture);
    expect(alpha[0]).toBeLessThan(0.3);
    expect(alpha[(size / 2) * size + size / 2]).toBe(1);
  },
);

test("icon.ico lists its sizes, and each entry is that PNG", () => {
  const file = asset("icons/icon.ico");
  expect([file.readUInt16LE(0), file.readUInt16LE(2)]).toEqual([0, 1]);
  const sizes = Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
    const entry = 6 + index * 16;
    const offset = file.readUInt32LE(entry + 12);
    const picture = readPng(file.subarray(offset, offset + file.readUInt32LE(entry + 8)));
    expect(file.readUInt8(entry)).toBe(picture.width % 256);
    return picture.width;
  });
  expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
});

test("icon.icns has entries of the sizes that their types stand for", () => {
  const file = asset("icons/icon.icns");
  expect(file.toString("latin1", 0, 4)).toBe("icns");
  expect(file.readUInt32BE(4)).toBe(file.length);
  const found: Record<string, number> = {};
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    const picture = readPng(file.subarray(at + 8, at + file.readUInt32BE(at + 4)));
    found[file.toString("latin1", at, at + 4)] = picture.width;
  }
  expect(found).toEqual({
    icp4: 16,
    icp5: 32,
    ic07: 128,
    ic08: 256,
    ic09: 512,
    ic11: 32,
    ic12: 64,
    ic13: 256,
    ic14: 512,
    ic10: 1024,
  });
});

test("app.svg is one drawing with a name for screen readers and nothing from elsewhere", () => {
  const text = asset("icons/app.svg").toString("utf8");
  expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 512 512"[^]*<\/svg>\n$/);
  expect(text).toContain("<title>Tocsin</title>");
  expect(text).not.toMatch(/script|href|NaN|undefined/);
});
