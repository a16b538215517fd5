/**
 * The machines of a team at a glance, as one of them sees it now: who coordinates, who is connected, whose each is. One
 * picture for `GET /api/v1/machines`, the client contract, the console and `tocsin machines`. Filled by `compose`.
 *
 * Times are ISO 8601 UTC. Names and `differences` hold text from other machines: show them as text only.
 */
import { z } from "zod";

const instant = z.iso.datetime();
const machineId = z.string().min(1).max(64);
const role = z.enum(["engine", "desk"]);
const presence = z.enum(["active", "idle", "muted", "locked", "asleep", "offline"]);

export const machineJson = z.object({
  id: machineId,
  name: z.string(),
  role,
  /** Whose it is; null: nobody's, for example a server that only coordinates. */
  person: z.string().nullable(),
  /** SHA-256 of its certificate, 64 hexadecimal digits: how a desk knows an engine that it has not met. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  /** `HOST:PORT`; none for a desk. */
  addresses: z.array(z.string()),
  addedAt: instant,
  /** Present: it belongs to the team no more. */
  revokedAt: instant.optional(),
  /** Heard now by the machine that says this; true for itself. */
  connected: z.boolean(),
  /** Since when it has been connected, or has not; null: not seen since this machine's start. */
  since: instant.nullable(),
  lastHeardAt: instant.optional(),
  /** Engines only. False: it takes in and does nothing yet (just started) or any more (its journal fails). */
  acts: z.boolean().optional(),
  /** Whose desktops are attached there and not paused, and whether they are likely to notice something. */
  people: z.array(z.object({ person: z.string(), presence })),
  /** How far its clock is ahead of this machine's, in ms; negative: behind. Absent: not known. */
  clockDifferenceMs: z.number().optional(),
  /** What is not the same there as here and should be, one sentence each: time zone tables, handoffs, versions. */
  differences: z.array(z.string()),
  /** How many facts of this machine's journal it lacks. */
  behind: z.number().int().min(0),
});

export const machinesJson = z.object({
  /** The machine where this is shown. On a desk that is the desk, while all else is as its engine sees it. */
  self: z.object({ id: machineId, name: z.string(), role }),
  /** The team's public id; null: this machine is alone, nobody has been invited yet. */
  team: z.object({ id: z.string() }).nullable(),
  /** Null: nobody, since everyone in sight is settling. */
  coordinator: machineId.nullable(),
  /** Since when that one has coordinated. */
  since: instant.nullable(),
  /** Present: it can reach none of the team's engines since then and carries on alone. */
  isolatedSince: instant.optional(),
  /** It has just started or woken up and is catching up before it acts. */
  settling: z.boolean(),
  /** Engines that are awake and in sight, itself included. With one, nobody escalates once it sleeps. */
  awake: z.number().int().min(0),
  /** Itself included, and those that were revoked. */
  machines: z.array(machineJson),
});

/** One line that lets one machine in, once, until `expiresAt`. A secret: shown to the person who asked for it, kept nowhere. */
export const inviteJson = z.object({
  line: z.string(),
  expiresAt: instant,
  /** The line as a QR code: a row a string, `1` is dark. Drawn by whoever shows it. */
  qr: z.array(z.string().regex(/^[01]+$/)),
});

/** `addresses`: where this machine is to be found, `HOST:PORT`, when it cannot know itself (a router, a tunnel). */
export const inviteRequest = z.strictObject({
  role: role.default("engine"),
  person: z.string().min(1).max(63).nullable().default(null),
  addresses: z.array(z.string().min(3).max(260)).max(8).optional(),
});

export const machineChangeRequest = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rename"), name: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal("bind"), person: z.string().min(1).max(63).nullable() }),
  z.strictObject({ kind: z.literal("revoke") }),
]);

export type MachineJson = z.infer<typeof machineJson>;
export type MachinesJson = z.infer<typeof machinesJson>;
export type InviteJson = z.infer<typeof inviteJson>;
export type InviteRequest = z.infer<typeof inviteRequest>;
export type MachineChangeRequest = z.infer<typeof machineChangeRequest>;
