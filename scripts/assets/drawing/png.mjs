// Writes PNG files (RFC 2083): 8-bit red, green, blue, alpha. Called by the icon makers.

import { constants, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
// Run-length matching only: zlib's usual match finder gives other bytes on other processors.
const PACKING = { level: 9, memLevel: 9, strategy: constants.Z_RLE };

/** Encodes size × size pixels of 4 bytes. Returns the whole file. */
export function pngFile(size, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // bit depth, RGBA, deflate, adaptive filters, not interlaced
  const packed = deflateSync(filtered(size, pixels), PACKING);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", packed),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Each row as differences: of the none, left and up filters the one with the smallest sum. */
function filtered(size, pixels) {
  const stride = size * 4;
  const rows = [];
  let above = Buffer.alloc(stride);
  for (let row = 0; row < size; row += 1) {
    const current = pixels.subarray(row * stride, (row + 1) * stride);
    const candidates = [
      current,
      current.map((value, at) => value - (at < 4 ? 0 : current[at - 4])),
      current.map((value, at) => value - above[at]),
    ];
    const costs = candidates.map(cost);
    const best = costs.indexOf(Math.min(...costs));
    rows.push(Buffer.from([best]), candidates[best]);
    above = current;
  }
  return Buffer.concat(rows);
}

function cost(bytes) {
  let sum = 0;
  for (const value of bytes) sum += value < 128 ? value : 256 - value;
  return sum;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(checksum(body), body.length + 4);
  return framed;
}

/** CRC-32 as PNG wants it (RFC 2083, appendix 15); Node 20's zlib has none to offer. */
function checksum(bytes) {
  let remainder = 0xffffffff;
  for (const value of bytes) {
    remainder ^= value;
    for (let bit = 0; bit < 8; bit += 1)
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
