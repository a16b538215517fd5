/**
 * The team that this machine belongs to: `DATA/membership.json`. Made by the first invite or by `tocsin join`, read by
 * `compose` at each start. Who else belongs to the team is in the journal; the engines named here are only where to begin.
 */
import { join } from "node:path";
import { z } from "zod";
import type { MachineRole } from "#domain/machine";
import { isFingerprint } from "./certificate.ts";
import { isAddress } from "../link/address.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

export interface Membership {
  /** 16 hexadecimal digits; no secret. */
  readonly teamId: string;
  /** 32 bytes, base64: seals the team file and the mail password on their way between engines. Null on a desk, and once revoked. */
  readonly teamKey: string | null;
  /** This machine was revoked, and has forgotten the key; absent: it belongs to the team. */
  readonly revoked?: RevokedMembership;
  readonly role: MachineRole;
  /** What this machine is called in the team. */
  readonly name: string;
  /** Where it listens for other machines; null: it does not. */
  readonly peers: { readonly host: string; readonly port: number } | null;
  /** `HOST:PORT`, as people have said: where else it is to be found, which it cannot know itself (a router, a tunnel). */
  readonly alsoAt: readonly string[];
  readonly engines: readonly KnownEngine[];
}

export interface RevokedMembership {
  /** The id that was revoked: to join again, the machine takes another one. */
  readonly machine: string;
  /** For people: who said so, and the remedy. */
  readonly text: string;
  /** Epoch ms, when this machine learned of it. */
  readonly at: number;
}

/** An engine of the team as a machine remembers it, to find it again. */
export interface KnownEngine {
  readonly id: string;
  readonly fingerprint: string;
  readonly addresses: readonly string[];
}

export type ReadMembership =
  | { readonly ok: true; readonly membership: Membership | null }
  | { readonly ok: false; readonly text: string };

/** Of `alsoAt`. */
export const mostSaidAddresses = 8;
export const membershipFileName = "membership.json";

const fingerprint = z.string().refine(isFingerprint, "is no fingerprint");
const membershipJson = z
  .object({
    teamId: z.string().regex(/^[0-9a-f]{16}$/),
    teamKey: z
      .base64()
      .refine((text) => Buffer.from(text, "base64").length === 32, "is not 32 bytes long")
      .nullable(),
    revoked: z
      .object({ machine: z.string().max(64), text: z.string().max(2_000), at: z.number().int().min(0) })
      .exactOptional(),
    role: z.enum(["engine", "desk"]),
    name: z.string().min(1).max(200),
    peers: z
      .object({ host: z.string().min(1).max(255), port: z.number().int().min(0).max(65_535) })
      .nullable(),
    alsoAt: z.array(z.string().refine(isAddress, "is no HOST:PORT")).max(mostSaidAddresses).default([]),
    engines: z
      .array(
        z.object({
          id: z.string().regex(/^[0-9a-z]{26}$/),
          fingerprint,
          addresses: z.array(z.string().refine(isAddress, "is no HOST:PORT")).max(32),
        }),
      )
      .max(256),
  })
  .refine(
    ({ role, teamKey, revoked }) => (role === "engine" && revoked === undefined) === (teamKey !== null),
    { path: ["teamKey"], message: "belongs to engines and to no desk" },
  );

/** `membership` null: this machine is alone. */
export function readMembership(data: string): ReadMembership {
  const file = join(data, membershipFileName);
  try {
    const text = readPrivateFile(file);
    if (text === null) return { ok: true, membership: null };
    const read = membershipJson.safeParse(JSON.parse(text));
    if (read.success) return { ok: true, membership: read.data };
    const [issue] = read.error.issues;
    return unusable(file, `"${issue?.path.join(".") || "everything"}": ${issue?.message ?? "wrong"}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return unusable(file, error instanceof SyntaxError ? "it is no JSON" : (code ?? String(error)));
  }
}

/** On disk when it returns. @throws when it cannot be written; the old one is still there then. */
export function writeMembership(data: string, membership: Membership): void {
  const kept = membershipJson.parse(membership);
  writePrivateFile(join(data, membershipFileName), `${JSON.stringify(kept, null, 2)}\n`);
}

function unusable(file: string, why: string): ReadMembership {
  return {
    ok: false,
    text: `${file} cannot be used: ${why}. Restore it from a copy; without one, remove it and let this machine join its team anew.`,
  };
}
