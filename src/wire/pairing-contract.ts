/**
 * How a machine joins a team: one question and one answer over TLS whose certificate the invite has named, on a path of
 * its own, since the one who asks is a stranger still. Spoken by `peers/pairing`.
 *
 * Objects are open: a newer Tocsin may add fields.
 */
import { z } from "zod";

export const pairingContractVersion = 1;
export const oldestPairingContractVersion = 1;

/** Where strangers may knock, and how much they may say. */
export const pairingPath = "/pair/v1";
export const maxJoinBytes = 8 * 1024;
/** The answer carries the team file. */
export const maxJoinedBytes = 8 * 1024 * 1024;

/** Where desks find an engine of the team; what they speak there is the client contract. */
export const deskPath = "/client/v1";

const machineId = z.string().regex(/^[a-z0-9]{16,40}$/);
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const role = z.enum(["engine", "desk"]);
const person = z.string().min(1).max(63);
const addresses = z.array(z.string().min(3).max(300)).max(32);

export const joinMessage = z.object({
  type: z.literal("join"),
  version: z.number().int(),
  oldest: z.number().int(),
  /** 16 bytes, base64url. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  /** What the machine is to be called. */
  name: z.string().min(1).max(200),
  /** Whose it is; the invite's word goes first. */
  person: person.optional(),
  /** Where it will listen, if it becomes an engine. */
  addresses: addresses.optional(),
  tocsin: z.string().max(64),
});

export const joinedMessage = z.object({
  type: z.literal("joined"),
  version: z.number().int(),
  team: z.object({ id: z.string().regex(/^[0-9a-f]{16}$/), name: z.string().max(200) }),
  machine: z.object({ id: machineId, name: z.string().max(200), role, person: person.nullable() }),
  /** 32 bytes, base64; engines only. */
  teamKey: z.base64().max(64).nullable(),
  /** To begin with; the rest comes with the journal. */
  engines: z.array(z.object({ id: machineId, fingerprint, addresses })).max(256),
  /** The team file, engines only; null: there is none yet. */
  teamFile: z
    .string()
    .max(4 * 1024 * 1024)
    .nullable(),
});

export const joinRefusalReasons = [
  "malformed",
  "too-old",
  "too-new",
  "wrong-secret",
  "expired",
  "used",
  "paused",
  "other-person",
  "not-now",
] as const;

export const joinRefusedMessage = z.object({
  type: z.literal("refused"),
  /** One of `joinRefusalReasons`, or a newer one. */
  reason: z.string().max(64),
  /** For a person to read, with the remedy. */
  text: z.string().max(1000),
});

export const joinAnswer = z.discriminatedUnion("type", [joinedMessage, joinRefusedMessage]);

export type JoinMessage = z.infer<typeof joinMessage>;
export type JoinedMessage = z.infer<typeof joinedMessage>;
export type JoinRefusalReason = (typeof joinRefusalReasons)[number];
export type JoinRefusedMessage = z.infer<typeof joinRefusedMessage>;
