/**
 * Bytes that somebody's spreadsheet saved, as text: its encoding is told by a byte order mark, by where the zero bytes
 * are, or by what is no UTF-8. Used by the roster import.
 */

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export interface DecodedText {
  /** Without a byte order mark. */
  readonly text: string;
  readonly encoding: Encoding;
}

/** Never fails: Windows-1252, which contains Latin-1, has a character for every byte. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingOf(bytes);
  // Node 20 has no "fatal" for big-endian UTF-16, and what was guessed wrongly shows in what it says anyway.
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
}

function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const beginning = bytes.subarray(0, 4096);
  // Names of columns and addresses are mostly ASCII, every second byte of which is zero in UTF-16.
  const zeros = [0, 0];
  beginning.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]! += 1;
  });
  const [even, odd] = zeros as [number, number];
  if (odd > beginning.length / 8 && odd > 4 * even) return "utf-16le";
  if (even > beginning.length / 8 && even > 4 * odd) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}
