/**
 * Reads SQLite's write-ahead log without SQLite. SQLite itself takes the first frame that does not add up for the log's
 * end, silently: after a flipped byte it would drop every later commit, answered or not, and a log of zeros is none to it. Called by open-check.ts and
 * salvage.ts, before SQLite opens the file.
 *
 * Source: https://www.sqlite.org/fileformat2.html, section 4 (the WAL file format).
 */
import { readFileSync } from "node:fs";
import { pageBytes } from "./schema.ts";

export interface Frame {
  readonly pageNumber: number;
  readonly page: Buffer;
}

export interface LogSurvey {
  /** Frames of this log's generation, in order: those that SQLite will use, then those it will not. */
  readonly frames: readonly Frame[];
  /** How many of them SQLite will use: up to the last commit before the first frame that does not add up. */
  readonly usable: number;
  /** A frame of this generation follows one that does not add up, or the log's own header is unreadable. */
  readonly broken: boolean;
  /** Its header is blank, though frames have their place after it: SQLite writes no frame before the header is on disk. */
  readonly blank: boolean;
}

const headerBytes = 32;
const frameBytes = 24 + pageBytes;

/** Null when there is no log file. */
export function surveyLog(path: string): LogSurvey | null {
  let log: Buffer;
  try {
    log = readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  const frameCount = Math.floor((log.length - headerBytes) / frameBytes);
  if (frameCount <= 0) return { frames: [], usable: 0, broken: false, blank: false };

  const magic = log.readUInt32BE(0);
  const bigEndian = magic === 0x377f0683;
  const headerSum = checksum(log, 0, 24, bigEndian, [0, 0]);
  const headerFits = (bigEndian || magic === 0x377f0682) && sumIsAt(log, 24, headerSum);

  const frames: Frame[] = [];
  let sum = headerSum;
  let addsUp = headerFits;
  let usable = 0;
  let broken = !headerFits;
  for (let index = 0; index < frameCount; index++) {
    const at = headerBytes + index * frameBytes;
    let sumFits = false;
    if (addsUp) {
      sum = checksum(log, at + 24, at + frameBytes, bigEndian, checksum(log, at, at + 8, bigEndian, sum));
      sumFits = sumIsAt(log, at + 16, sum);
    }
    // Other salts and no fitting sum: an earlier round of the log left it behind; its page is in the journal long since.
    const saltsFit = log.compare(log, 16, 24, at + 8, at + 16) === 0;
    if (headerFits && !saltsFit && !sumFits) {
      addsUp = false;
      continue;
    }
    addsUp = sumFits && saltsFit;
    if (!addsUp) broken = true;
    frames.push({ pageNumber: log.readUInt32BE(at), page: log.subarray(at + 24, at + frameBytes) });
    const commits = log.readUInt32BE(at + 4) !== 0;
    if (addsUp && commits) usable = frames.length;
  }
  return { frames, usable, broken, blank: log.subarray(0, headerBytes).every((byte) => byte === 0) };
}

type Sum = readonly [number, number];

/** Section 4.2 of the source. `from` and `to` are a multiple of 8 bytes apart. */
function checksum(log: Buffer, from: number, to: number, bigEndian: boolean, start: Sum): Sum {
  let [a, b] = start;
  for (let at = from; at < to; at += 8) {
    const first = bigEndian ? log.readUInt32BE(at) : log.readUInt32LE(at);
    const second = bigEndian ? log.readUInt32BE(at + 4) : log.readUInt32LE(at + 4);
    a = (a + first + b) >>> 0;
    b = (b + second + a) >>> 0;
  }
  return [a, b];
}

function sumIsAt(log: Buffer, at: number, sum: Sum): boolean {
  return log.readUInt32BE(at) === sum[0] && log.readUInt32BE(at + 4) === sum[1];
}
