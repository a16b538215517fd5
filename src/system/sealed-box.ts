/**
 * Text that only the engines of a team can read: sealed with the team's key. Used for the team file's text and the mail
 * password on their way in facts, which desks and copies of a journal must not give away.
 *
 * AES-256-GCM with a random nonce (NIST SP 800-38D); the text is compressed first, since a team file is mostly names.
 * Sealed: `v1.` and base64url of nonce (12 bytes), tag (16 bytes) and cipher text.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

const version = "v1";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** More than any team file with all that goes with it; a small box must not be able to fill the memory. */
const longestTextBytes = 8 * 1024 * 1024;

/** `key`: 32 bytes. Sealing the same text twice gives two different boxes. */
export function seal(text: string, key: Uint8Array): string {
  refuseWrongKey(key);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(version));
  const sealed = Buffer.concat([cipher.update(gzipSync(Buffer.from(text, "utf8"))), cipher.final()]);
  return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url")}`;
}

/** Null: sealed with another key, tampered with, cut short, or of a version that this Tocsin does not know. */
export function open(sealed: string, key: Uint8Array): string | null {
  refuseWrongKey(key);
  if (!sealed.startsWith(`${version}.`)) return null;
  const bytes = Buffer.from(sealed.slice(version.length + 1), "base64url");
  if (bytes.length <= nonceBytes + tagBytes) return null;
  const nonce = bytes.subarray(0, nonceBytes);
  const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(version));
  decipher.setAuthTag(tag);
  try {
    const packed = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return gunzipSync(packed, { maxOutputLength: longestTextBytes }).toString("utf8");
  } catch {
    // The tag does not fit, or what it held is larger than anything we seal.
    return null;
  }
}

/** A key of the wrong length is a broken membership, never a reason to go on with a weaker one. */
function refuseWrongKey(key: Uint8Array): void {
  if (key.length !== keyBytes) throw new Error(`A team's key has ${keyBytes} bytes, not ${key.length}.`);
}
