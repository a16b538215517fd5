/**
 * What the machines of a team say to one another, over a WebSocket with TLS and pinned certificates. One JSON object a
 * message. Spoken by the room `peers`.
 *
 * Objects are open: a newer peer may add fields and kinds, which are left aside. `version` and `oldest` in the hello say
 * which versions a machine speaks; two that have none in common say so and part.
 */
import { z } from "zod";

/** The newest version that this Tocsin speaks, and the oldest that it still understands. */
export const peerContractVersion = 1;
export const oldestPeerContractVersion = 1;

/** Where an engine listens for the others unless it is told otherwise, and the path. */
export const defaultPeerPort = 8744;
export const peerPath = "/peer/v1";

/** No message is larger. Facts travel in portions well below it; one that holds a very large team goes alone. */
export const maxPeerMessageBytes = 4 * 1024 * 1024;

/** A fact's JSON, in UTF-16 units. */
export const maxFactBody = 2 * 1024 * 1024;

/** Far more than there will ever be claims; a machine that lies cannot count the others out of the number range. */
export const maxEpoch = 1_000_000_000_000;

/** Of a team with more, the others are not compared. */
export const maxComparedSchedules = 500;

const machineId = z.string().regex(/^[a-z0-9]{16,40}$/);
const originId = z.string().regex(/^[A-Za-z0-9_-]{8,40}$/);
const seq = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** A database would take a NUL for the end. */
const name = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/);
const person = z.string().min(1).max(63);
const ageMs = z
  .number()
  .min(0)
  .max(100 * 366 * 86_400_000);
const presence = z.enum(["active", "idle", "muted", "locked", "asleep", "offline"]);

export const vectorJson = z.record(originId, seq);

export const travellingFactJson = z.object({
  origin: originId,
  seq,
  at: z.number().int(),
  kind: name.max(64),
  alertId: name.max(256).nullable(),
  previous: hash,
  hash,
  body: z.string().max(maxFactBody),
  ageMs,
});

/** First, from both sides. The certificate has said already who it is; this says in which words it goes on. */
export const helloMessage = z.object({
  type: z.literal("hello"),
  version: z.number().int(),
  oldest: z.number().int(),
  machine: machineId,
  /** The team's public id: two teams on one network part here. */
  team: z.string().max(64),
  role: z.enum(["engine", "desk"]),
  tocsin: z.string().max(64),
});

/** What must be the same on all machines for them to agree on who is on call. Compared; a difference is shown. */
export const runtimeJson = z.object({
  tocsin: z.string().max(64),
  node: z.string().max(64),
  /** The version of the time zone tables, as in `process.versions.tz`. */
  timeZones: z.string().max(64),
  /** Team revision, and a hash of the next handoffs as this machine computes them; null without a team. */
  revision: z.string().max(128).nullable(),
  handoffs: z.string().max(128).nullable(),
  /**
   * Who is on call in the coming weeks, as this machine works it out, so that two machines see where they differ: for each
   * schedule four hexadecimal digits a week, the first one from `from` (epoch ms) on. Empty: it cannot be worked out.
   */
  shifts: z
    .object({
      from: z.number().int(),
      weeks: z
        .record(z.string().max(1024), z.string().regex(/^[0-9a-f]{0,400}$/))
        .refine((weeks) => Object.keys(weeks).length <= maxComparedSchedules),
    })
    .optional(),
});

/**
 * Every 2 s, and at once when something in it changes. What is optional is in the first one on a link, and later only
 * when it has changed.
 */
export const heartbeatMessage = z.object({
  type: z.literal("heartbeat"),
  /** Of the coordinator that this machine follows: orders claims, never facts. */
  epoch: z.number().int().min(0).max(maxEpoch),
  coordinator: machineId.nullable(),
  /** False: it takes in, but does nothing yet (just started, just woken up) or any more (its journal cannot be written). */
  acts: z.boolean(),
  /** The machines that it hears now. */
  hears: z.array(machineId).max(256).optional(),
  vector: vectorJson.optional(),
  /** People whose desktop is attached there and not paused. A state, nothing more. */
  people: z.array(z.object({ person, presence })).max(1000).optional(),
  /** The machines without an engine that are attached there. */
  desks: z.array(machineId).max(1000).optional(),
  /** Epoch ms by its wall clock; only to warn of clocks that differ. */
  clock: z.number(),
  runtime: runtimeJson.optional(),
});

export const peerMessage = z.discriminatedUnion("type", [
  helloMessage,
  heartbeatMessage,
  /**
   * Facts that the other may lack; pushed after a commit, or asked for with `want`, and then with its `request`. `more`:
   * ask again.
   */
  z.object({
    type: z.literal("facts"),
    request: z.number().int().optional(),
    facts: z.array(travellingFactJson).max(2000),
    more: z.boolean(),
  }),
  /** What I have: send what I lack. One at a time; a second one before the answer is left aside. */
  z.object({ type: z.literal("want"), vector: vectorJson, request: z.number().int().optional() }),
  /** Show this on the desktops of this person that are attached to you; answer `presented`. */
  z.object({
    type: z.literal("present"),
    requestId: z.number().int(),
    alertId: z.string().max(256),
    actionId: z.string().max(512),
    person,
    attempt: z.number().int().min(1),
    /** The alert's round that it belongs to; see `AlertFact`. */
    round: z.number().int().min(0).optional(),
    why: z.string().max(1000),
  }),
  z.object({
    type: z.literal("presented"),
    requestId: z.number().int(),
    result: z.enum(["shown", "none-attached", "not-shown"]),
  }),
  /** A quiet word for a person's desktop. */
  z.object({
    type: z.literal("tell"),
    person,
    title: z.string().max(500),
    text: z.string().max(4000),
    forMs: z.number().min(0),
  }),
  /** Sources that were heard here: these alerts are not stale before so many ms from now. */
  z.object({
    type: z.literal("still-firing"),
    alerts: z.array(z.object({ alertId: z.string().max(256), staleInMs: z.number().min(0) })).max(5000),
  }),
  /** It goes now; no need to wait for its silence. */
  z.object({ type: z.literal("goodbye"), reason: z.enum(["sleep", "stop"]) }),
]);

export type PeerMessage = z.infer<typeof peerMessage>;
export type HeartbeatMessage = z.infer<typeof heartbeatMessage>;
export type RuntimeJson = z.infer<typeof runtimeJson>;
