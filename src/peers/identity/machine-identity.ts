/**
 * Who this machine is: `DATA/machine.json`, made once. Used by `compose` when machines work together, and by
 * `tocsin join`. Whoever has this file is this machine; it never leaves it.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { EpochMs, MachineId } from "#domain/ids";
import { fingerprintOf, machineIdOf, makeCertificate } from "./certificate.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

export interface MachineIdentity {
  readonly id: MachineId;
  /** SHA-256 of the certificate (DER), hexadecimal. */
  readonly fingerprint: string;
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly createdAt: EpochMs;
}

export type ReadIdentity =
  | { readonly ok: true; readonly identity: MachineIdentity | null }
  | { readonly ok: false; readonly text: string };

export const identityFileName = "machine.json";

const identityJson = z.object({
  id: z.string(),
  certificate: z.string().max(64 * 1024),
  key: z.string().max(64 * 1024),
  createdAt: z.number().int(),
});

/** `identity` null: there is none yet. Not ok: there is a file, and it cannot be used; `text` says why and what to do. */
export function readIdentity(data: string): ReadIdentity {
  const file = join(data, identityFileName);
  try {
    const text = readPrivateFile(file);
    return text === null ? { ok: true, identity: null } : { ok: true, identity: parse(text) };
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : whyOf(error);
    return {
      ok: false,
      text:
        `${file} cannot be used: ${why}. Restore it from a copy of this machine; ` +
        "without one, remove it and let this machine join its team anew (the old entry can then be revoked).",
    };
  }
}

/** Makes the identity where there is none. `now`: for people to see when it was made. */
export async function readOrMakeIdentity(
  data: string,
  now: EpochMs,
): Promise<Exclude<ReadIdentity, { ok: true }> | { readonly ok: true; readonly identity: MachineIdentity }> {
  const read = readIdentity(data);
  if (!read.ok) return read;
  if (read.identity !== null) return { ok: true, identity: read.identity };
  const identity = await makeIdentity(now);
  const { id, certificatePem: certificate, keyPem: key, createdAt } = identity;
  try {
    writePrivateFile(
      join(data, identityFileName),
      `${JSON.stringify({ id, certificate, key, createdAt }, null, 2)}\n`,
    );
  } catch (error) {
    return {
      ok: false,
      text: `${join(data, identityFileName)} cannot be written: ${whyOf(error)}. Make room or make the folder writable.`,
    };
  }
  return { ok: true, identity };
}

/** In memory only. */
export async function makeIdentity(now: EpochMs): Promise<MachineIdentity> {
  return { ...checked(await makeCertificate()), createdAt: now };
}

function parse(text: string): MachineIdentity {
  const read = identityJson.safeParse(JSON.parse(text));
  if (!read.success)
    throw new Error(`"${read.error.issues[0]?.path.join(".") || "everything"}" is missing or wrong`);
  const { id, certificate, key, createdAt } = read.data;
  const identity = { ...checked({ certificatePem: certificate, keyPem: key }), createdAt };
  if (identity.id !== id) throw new Error("its id is not that of its certificate");
  return identity;
}

/** @throws when they are damaged, or when the key is not the certificate's. */
function checked({ certificatePem, keyPem }: { certificatePem: string; keyPem: string }) {
  const certificate = orThrow("its certificate cannot be read", () => new X509Certificate(certificatePem));
  const key = orThrow("its key cannot be read", () => createPrivateKey(keyPem));
  if (!certificate.checkPrivateKey(key)) throw new Error("its key is not that of its certificate");
  const fingerprint = fingerprintOf(certificate.raw);
  return { id: machineIdOf(fingerprint), fingerprint, certificatePem, keyPem };
}

function orThrow<Value>(text: string, make: () => Value): Value {
  try {
    return make();
  } catch {
    throw new Error(text);
  }
}

function whyOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
}

/** Removes the key of the machine of this id, if it is still there; the next `readOrMakeIdentity` makes another one. */
export function forgetIdentity(data: string, id: string): void {
  const read = readIdentity(data);
  if (read.ok && read.identity?.id === id) rmSync(join(data, identityFileName));
}
