/** What the team file's `email` settings mean for TLS. Used by the e-mail channel and by `tocsin doctor`. */
import { readFileSync, statSync } from "node:fs";
import { checkServerIdentity, type ConnectionOptions } from "node:tls";
import type { EmailSettings } from "#config/email-schema";

export interface EncryptionOptions {
  readonly requireTLS: boolean;
  readonly tls: ConnectionOptions;
}

/**
 * Certificates are verified, with one exception: towards this very computer, unless a CA or fingerprint is given.
 * Nobody can sit in between there, and local relays have self-signed certificates more often than not.
 *
 * Throws when `caFile` cannot be read.
 */
export function encryptionOf(settings: EmailSettings): EncryptionOptions {
  const { caFile, fingerprint256: pinned } = settings;
  const local = isLoopback(settings.host);
  const verified = !local || caFile !== undefined || pinned !== undefined;
  return {
    requireTLS: settings.requireTls ?? (settings.password !== undefined && !local),
    tls: {
      rejectUnauthorized: verified,
      ...(caFile !== undefined && { ca: readFileSync(caFile) }),
      ...(pinned !== undefined && {
        checkServerIdentity: (host, certificate) =>
          checkServerIdentity(host, certificate) ??
          (sameFingerprint(certificate.fingerprint256, pinned)
            ? undefined
            : otherFingerprint(certificate.fingerprint256)),
      }),
    },
  };
}

export const otherFingerprintCode = "ERR_TLS_CERT_FINGERPRINT";

function otherFingerprint(found: string): Error {
  const error = new Error(`its fingerprint ${found} is not the configured one`);
  return Object.assign(error, { code: otherFingerprintCode });
}

/** Tells two settings apart, in memory only; the certificate file counts with what is in it, as far as its dates tell. */
export function settingsKey(settings: EmailSettings): string {
  return JSON.stringify([settings, settings.caFile === undefined ? null : stampOf(settings.caFile)]);
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function sameFingerprint(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll(":", "").toLowerCase();
  return plain(a) === plain(b);
}

/** True when `host` can only be this computer. */
function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
