/**
 * The client contract: what the desktop app and a browser say to the engine and hear from it. The same messages over a
 * MessagePort (desktop) and over a WebSocket at /api/v1/stream (browser). One JSON object a message.
 *
 * `version` is in both hellos; a side that meets another major version says so and closes.
 */
import { z } from "zod";
import { alertJson } from "./alert-json.ts";
import { integrationsJson } from "./integrations-json.ts";
import { inviteJson, machineChangeRequest, machinesJson } from "./machines-json.ts";
import { schedulesJson } from "./schedules-json.ts";

export const clientContractVersion = 1;

/** Where a browser finds it. */
export const streamPath = "/api/v1/stream";
/** A browser's first message, before its hello; so the token is in no address and no log. A program may send a header. */
export const tokenMessage = z.strictObject({ type: z.literal("token"), token: z.string().max(512) });
/** The engine closes the stream with this code when it does not know the token (RFC 6455 §7.4.2: 4000 to 4999 are ours). */
export const closedUnauthorised = 4401;

/** What a person can do to an alert. `requestId` is echoed in the `answer`. */
export const alertCommandMessage = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("acknowledge") }),
  z.strictObject({ kind: z.literal("resolve") }),
  z.strictObject({
    kind: z.literal("snooze"),
    forMs: z
      .number()
      .int()
      .min(1000)
      .max(30 * 86_400_000),
  }),
  z.strictObject({ kind: z.literal("escalate") }),
  z.strictObject({ kind: z.literal("transfer"), policy: z.string().min(1).max(63) }),
  z.strictObject({ kind: z.literal("note"), text: z.string().min(1).max(4000) }),
]);

/** Whether somebody is likely to notice a popup there. What sleeps or is offline says nothing at all. */
const desktopPresence = z.enum(["active", "idle", "muted", "locked"]);

export const clientMessage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("hello"),
    version: z.number().int(),
    client: z.enum(["desktop", "browser"]),
    /** Desktop only: whose machine this is. Null while nobody has been chosen. */
    person: z.string().min(1).max(63).nullable(),
    /** Desktop only: false while paused on this machine; the engine then does not count on this desktop. */
    available: z.boolean(),
    /** Desktop only. Absent: active. */
    presence: desktopPresence.optional(),
  }),
  z.strictObject({
    type: z.literal("availability"),
    available: z.boolean(),
    person: z.string().min(1).max(63).nullable(),
  }),
  z.strictObject({
    type: z.literal("command"),
    requestId: z.number().int(),
    alertId: z.string(),
    origin: z.enum(["window", "console"]),
    command: alertCommandMessage,
  }),
  /** A critical-path test alert, addressed to the person of this machine by the usual policy. */
  z.strictObject({
    type: z.literal("raise"),
    requestId: z.number().int(),
    title: z.string().min(1).max(1024),
    severity: z.enum(["critical", "error", "warning", "info"]),
  }),
  z.strictObject({ type: z.literal("open-alert"), requestId: z.number().int(), alertId: z.string() }),
  z.strictObject({
    type: z.literal("list-resolved"),
    requestId: z.number().int(),
    limit: z.number().int().min(1).max(500),
  }),
  /** Who is on call, who is next, and whether anybody is ever missing. */
  z.strictObject({ type: z.literal("schedules"), requestId: z.number().int() }),
  /** What has come from each monitoring tool. */
  z.strictObject({ type: z.literal("integrations"), requestId: z.number().int() }),
  /** Whether whoever is at the other end of this very connection is alive; a desk answers by itself. */
  z.strictObject({ type: z.literal("ping"), requestId: z.number().int() }),
  /** A line that lets another machine into the team. */
  z.strictObject({
    type: z.literal("invite"),
    requestId: z.number().int(),
    role: z.enum(["engine", "desk"]),
    person: z.string().min(1).max(63).nullable(),
  }),
  z.strictObject({
    type: z.literal("machine-change"),
    requestId: z.number().int(),
    machineId: z.string().min(1).max(64),
    change: machineChangeRequest,
  }),
  /** The window with this notice has been drawn on a screen (or could not be). */
  z.strictObject({ type: z.literal("presented"), actionId: z.string(), shown: z.boolean() }),
  /** Said by a desktop when it becomes another one, at most once a second. */
  z.strictObject({ type: z.literal("presence"), presence: desktopPresence }),
  /**
   * This notice has come further with its person; `drawn` is said by `presented`. `human`: somebody moved the mouse, pressed
   * a key or unlocked the screen. Never which key, or where.
   */
  z.strictObject({
    type: z.literal("attention"),
    actionId: z.string(),
    rung: z.enum(["received", "sounding", "human"]),
  }),
]);

export const healthMessage = z.object({
  ready: z.boolean(),
  trusted: z.boolean(),
  problems: z.array(z.object({ kind: z.string(), text: z.string(), since: z.iso.datetime() })),
});

export const teamMessage = z.object({
  name: z.string(),
  timeZone: z.string(),
  revision: z.string(),
  people: z.array(z.object({ id: z.string(), name: z.string() })),
  policies: z.array(z.object({ id: z.string(), steps: z.number().int() })),
  integrations: z.array(z.object({ id: z.string(), type: z.string() })),
  schedules: z.array(z.object({ id: z.string() })),
});

export const engineMessage = z.discriminatedUnion("type", [
  /** First message after the client's hello, and the only one that carries everything. */
  z.object({
    type: z.literal("welcome"),
    version: z.number().int(),
    engineVersion: z.string(),
    url: z.string(),
    team: teamMessage.nullable(),
    health: healthMessage,
    alerts: z.array(alertJson),
    /** Absent: an engine that knows of no other machines. */
    machines: machinesJson.optional(),
    /** Requests that it answers and that an older engine would hang up on. */
    answers: z.array(z.string()).optional(),
  }),
  /** Alerts that changed (resolved ones included, once); replace by id. */
  z.object({ type: z.literal("alerts"), alerts: z.array(alertJson) }),
  z.object({ type: z.literal("team"), team: teamMessage }),
  z.object({ type: z.literal("health"), health: healthMessage }),
  /** The team's machines, after each change. */
  z.object({ type: z.literal("machines"), machines: machinesJson }),
  /** Show this now, with sound; answer `presented` when it is on the screen. */
  z.object({ type: z.literal("present"), actionId: z.string(), alertId: z.string(), why: z.string() }),
  /** A quiet word to this desktop's person, shown without sound: a handoff, a swap. Not answered. */
  z.object({ type: z.literal("notice"), title: z.string(), text: z.string() }),
  z.object({
    type: z.literal("answer"),
    requestId: z.number().int(),
    ok: z.boolean(),
    reason: z.string().optional(),
    text: z.string().optional(),
    alerts: z.array(alertJson).optional(),
    schedules: schedulesJson.optional(),
    integrations: integrationsJson.optional(),
    invite: inviteJson.optional(),
  }),
]);

export type DesktopPresence = z.infer<typeof desktopPresence>;
export type ClientMessage = z.infer<typeof clientMessage>;
export type EngineMessage = z.infer<typeof engineMessage>;
export type HealthMessage = z.infer<typeof healthMessage>;
export type TeamMessage = z.infer<typeof teamMessage>;
