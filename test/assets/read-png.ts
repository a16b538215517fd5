// Reads PNG files for the asset tests: written apart from our PNG writer, so that one checks the other.

import { crc32Of } from "./crc32.ts";
import { inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha for each pixel. */
  readonly pixels: Uint8Array;
}

/** Throws when the file is not a sound 8-bit RGBA PNG. */
export function readPng(file: Buffer): Picture {
  if (file.toString("latin1", 0, 8) !== "\x89PNG\r\n\x1a\n") throw new Error("no PNG signature");
  let header: Buffer | undefined;
  const packed: Buffer[] = [];
  let ended = false;
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 4, at + 8 + length);
    if (crc32Of(body) !== file.readUInt32BE(at + 8 + length)) throw new Error(`checksum of ${type}`);
    if (type === "IHDR") header = body.subarray(4);
    if (type === "IDAT") packed.push(body.subarray(4));
    if (type === "IEND") ended = true;
    at += 12 + length;
  }
  if (!header || !ended) throw new Error("incomplete");
  if (header.toString("hex", 8) !== "0806000000") throw new Error("not 8-bit RGBA");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  return { width, height, pixels: unfiltered(inflateSync(Buffer.concat(packed)), width, height) };
}

function unfiltered(data: Buffer, width: number, height: number): Uint8Array {
  const stride = width * 4;
  if (data.length !== height * (stride + 1)) throw new Error("wrong amount of data");
  const pixels = new Uint8Array(height * stride);
  for (let row = 0; row < height; row += 1) {
    const filter = data.readUInt8(row * (stride + 1));
    for (let column = 0; column < stride; column += 1) {
      const at = row * stride + column;
      const left = column < 4 ? 0 : (pixels[at - 4] ?? 0);
      const above = row === 0 ? 0 : (pixels[at - stride] ?? 0);
      const guess = [0, left, above][filter];
      if (guess === undefined) throw new Error(`filter ${filter} is none that our writer uses`);
      pixels[at] = (data.readUInt8(row * (stride + 1) + 1 + column) + guess) & 0xff;
    }
  }
  return pixels;
}

/** How dark or light each pixel is (0 to 255) when it lies on a grey panel. */
export function greyOn(panel: number, picture: Picture): number[] {
  return alphaOf(picture).map((alpha, index) => {
    const [red = 0, green = 0, blue = 0] = picture.pixels.subarray(index * 4, index * 4 + 3);
    const own = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    return own * alpha + panel * (1 - alpha);
  });
}

/** Each pixel's opacity, 0 to 1: the shape alone. */
export function alphaOf({ pixels }: Picture): number[] {
  return Array.from({ length: pixels.length / 4 }, (_, index) => (pixels[index * 4 + 3] ?? 0) / 255);
}
