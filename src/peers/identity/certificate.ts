/**
 * A machine's certificate and what follows from it: its fingerprint and its id. Nobody signs it and no name is in it;
 * whoever holds its key is that machine. Used by both ends of every link and by pairing.
 */
import { createHash, X509Certificate } from "node:crypto";
import type { MachineId } from "#domain/ids";

/** Crockford's base32, lower case: no letter that is mistaken for a digit. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
/** 130 of the 256 bits: beyond any search for a second certificate with the same id. */
const idCharacters = 26;

/** SHA-256 of the certificate (DER), 64 hexadecimal digits, lower case. */
export function fingerprintOf(certificateDer: Uint8Array): string {
  return createHash("sha256").update(certificateDer).digest("hex");
}

/** @throws when `certificatePem` is no certificate. */
export function fingerprintOfPem(certificatePem: string): string {
  return fingerprintOf(new X509Certificate(certificatePem).raw);
}

/** The id is the beginning of the fingerprint in other letters, so it cannot be claimed without the certificate's key. */
export function machineIdOf(fingerprint: string): MachineId {
  if (!isFingerprint(fingerprint)) throw new Error(`not a fingerprint: ${fingerprint.slice(0, 80)}`);
  let bits = BigInt(`0x${fingerprint}`) >> BigInt(256 - idCharacters * 5);
  let id = "";
  for (let i = 0; i < idCharacters; i += 1, bits >>= 5n) id = alphabet[Number(bits & 31n)] + id;
  return id as MachineId;
}

export function isFingerprint(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/**
 * A fresh key and a certificate for it, PEM. The name in it is the same for all: the id, being a hash of the certificate,
 * cannot be in it, and a person's or a computer's name must not. Its dates say nothing, since it is pinned: a machine
 * whose clock is wrong is let in too.
 */
export async function makeCertificate(): Promise<{
  readonly certificatePem: string;
  readonly keyPem: string;
}> {
  // Only here: a running engine has no use for the library.
  const { generate } = await import("selfsigned");
  const made = await generate([{ name: "commonName", value: "tocsin" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date("2020-01-01T00:00:00Z"),
    notAfterDate: new Date("2099-01-01T00:00:00Z"),
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
    ],
  });
  return { certificatePem: made.cert, keyPem: made.private };
}
