/**
 * Which keys a fact of each kind has on its way between machines, and what they may hold. Used by `fact-json`.
 *
 * The last lines hold it to the domain: a kind or a key that is forgotten here does not compile.
 */
import type { Asked, Link } from "#domain/alert";
import type {
  AttentionRung,
  CommandOrigin,
  Fact,
  FailureReason,
  RefusedAddress,
  PlannedNotification,
  RetriggerReason,
  SkipReason,
  StepReason,
} from "#domain/fact";
import type { MachineRole } from "#domain/machine";
import type { Presence } from "#domain/presence";
import type { Said } from "#domain/said";
import { severities } from "#domain/severity";
import { channelKinds } from "#domain/team";
import { z } from "zod";
import {
  count,
  duration,
  id,
  instant,
  list,
  logicalTime,
  longText,
  optional,
  personOrNobody,
  shortText,
  time,
  vector,
  word,
  wordMap,
  type JsonOf,
} from "./fact-leaf.ts";
import { teamJson } from "./team-json.ts";

const severity = z.enum(severities);
const via = z.enum(channelKinds);
const origin = word<CommandOrigin>({
  window: true,
  console: true,
  "command-line": true,
  api: true,
  source: true,
});
const stepReason = word<StepReason>({
  opened: true,
  "not-acknowledged-in-time": true,
  "tier-failed": true,
  "policy-repeated": true,
  "last-step-repeated": true,
  "severity-raised": true,
  "escalated-by-person": true,
  transferred: true,
  "acknowledgement-timed-out": true,
  "snooze-ended": true,
  "reported-elsewhere": true,
  "nobody-reachable": true,
  "somebody-reachable-again": true,
});
const skipReason = word<SkipReason>({
  "below-min-severity": true,
  "nobody-on-call": true,
  "nobody-reachable": true,
});
const failureReason = word<FailureReason>({
  "no-desktop-attached": true,
  "window-not-shown": true,
  "no-address": true,
  "not-configured": true,
  refused: true,
  unreachable: true,
  authentication: true,
  temporary: true,
  "timed-out": true,
  internal: true,
});
const refusedAddress = z.object({
  what: word<RefusedAddress["what"]>({ recipient: true, sender: true }),
  address: longText,
} satisfies Schemas<RefusedAddress>);
const retriggerReason = word<RetriggerReason>({
  "acknowledgement-timed-out": true,
  "snooze-ended": true,
  "severity-raised": true,
  "reported-elsewhere": true,
});
const rung = word<AttentionRung>({ received: true, drawn: true, sounding: true, human: true });
const presence = word<Presence>({
  active: true,
  idle: true,
  muted: true,
  locked: true,
  asleep: true,
  offline: true,
});
const role = word<MachineRole>({ engine: true, desk: true });

const asked = z.object({
  person: id,
  because: word<Asked["because"]>({
    schedule: true,
    group: true,
    person: true,
    everyone: true,
    "last-resort": true,
  }),
  of: optional(id),
} satisfies Schemas<Asked>);
const planned = z.object({
  actionId: id,
  person: id,
  via,
  dueAt: time,
} satisfies Schemas<PlannedNotification>);
/** Long: a journal may hold links from before they were bounded as they are written, percent-encoded. */
const link = z.object({ href: longText, text: optional(shortText) } satisfies Schemas<Link>);

const said = z.object({
  sender: shortText,
  startsAt: instant.nullable(),
  endsAt: instant.nullable(),
} satisfies Schemas<Said>);

const content = {
  severity,
  title: longText,
  source: shortText,
  labels: wordMap,
  details: wordMap,
  links: list(link),
};
const machine = z.object({
  id,
  name: shortText,
  role,
  person: personOrNobody,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  addresses: list(shortText),
});

const always = { at: time, hlc: optional(logicalTime) };
const ofAlert = { ...always, alertId: id };
const round = optional(count);
const ofBoot = { uptimeMs: optional(duration), boot: optional(shortText) };
const notification = { actionId: id, person: id, via };
const byPerson = { by: personOrNobody, origin };
const ofSwap = { ...byPerson, swap: id };
const ofDuty = { ...byPerson, schedule: id, start: instant, end: instant, person: id };

/** Which keys a fact of each kind has, and what they may hold. */
export const factShapes = {
  "alert-opened": {
    ...ofAlert,
    ...content,
    integration: id.nullable(),
    dedupKey: shortText,
    policy: id,
    teamRevision: id,
    silentAfterMs: duration.nullable(),
    by: personOrNobody,
    said: optional(said),
  },
  "content-changed": { ...ofAlert, content: z.object(content) },
  "severity-raised": { ...ofAlert, from: severity, to: severity, round },
  "occurrences-counted": { ...ofAlert, occurrences: count },
  "step-entered": {
    ...ofAlert,
    step: count,
    repeat: count,
    wave: count,
    round,
    reason: stepReason,
    asked: list(asked),
    notifications: list(planned),
    nextEscalationAt: time,
  },
  "step-skipped": { ...ofAlert, step: count, repeat: count, reason: skipReason },
  "notification-attempted": { ...ofAlert, ...notification, attempt: count, machine: optional(id) },
  "notification-sent": { ...ofAlert, ...notification, text: optional(longText) },
  "notification-failed": {
    ...ofAlert,
    ...notification,
    reason: failureReason,
    text: longText,
    retryAt: time.nullable(),
    refused: optional(refusedAddress),
    nextNow: optional(z.literal(true)),
    again: optional(z.literal(true)),
    machine: optional(id),
  },
  "notification-withdrawn": { ...ofAlert, ...notification },
  "attention-reached": { ...ofAlert, actionId: id, person: id, rung },
  "person-not-waited-for": { ...ofAlert, actionId: id, person: id, presence },
  "alert-acknowledged": { ...ofAlert, ...byPerson, round, ackTimeoutAt: time.nullable() },
  "alert-snoozed": { ...ofAlert, ...byPerson, round, until: time },
  "alert-retriggered": { ...ofAlert, reason: retriggerReason, round },
  "alert-escalated": { ...ofAlert, ...byPerson, round },
  "alert-transferred": {
    ...ofAlert,
    ...byPerson,
    round,
    policy: id,
    teamRevision: id,
    because: optional(z.literal("nobody-reachable")),
  },
  "note-added": { ...ofAlert, ...byPerson, text: longText },
  "alert-went-stale": ofAlert,
  "alert-heard-again": ofAlert,
  "alert-resolved": {
    ...ofAlert,
    ...byPerson,
    covers: optional(vector),
    said: optional(said),
    ends: optional(list(instant)),
  },
  "team-adopted": {
    ...always,
    team: teamJson,
    parent: optional(id.nullable()),
    by: optional(personOrNobody),
    machine: optional(id),
    version: optional(id),
    parents: optional(z.array(id).max(16)),
    generation: optional(count),
  },
  "team-file-sealed": { ...always, revision: id, version: optional(id), sealed: z.string().min(1) },
  "machine-added": { ...always, machine, by: id },
  "machine-changed": {
    ...always,
    machineId: id,
    name: optional(shortText),
    person: optional(personOrNobody),
    addresses: optional(list(shortText)),
  },
  "machine-revoked": { ...always, machineId: id, by: personOrNobody, machine: optional(id) },
  "handoff-announced": {
    ...always,
    schedule: id,
    from: personOrNobody,
    to: personOrNobody,
    before: optional(list(id)),
    after: optional(list(id)),
    handoffAt: instant,
  },
  "override-added": {
    ...always,
    ...ofDuty,
    askedBy: personOrNobody,
    agreedBy: personOrNobody,
    swap: id.nullable(),
  },
  "override-removed": { ...always, ...ofDuty },
  "swap-asked": { ...always, ...ofDuty, swap: id, askedBy: id },
  "swap-agreed": { ...always, ...ofSwap, agreedBy: id },
  "swap-declined": { ...always, ...ofSwap, declinedBy: id },
  "engine-started": { ...always, version: shortText, ...ofBoot },
  "engine-stopped": { ...always, ...ofBoot },
  "journal-recovered": { ...always, failedAt: time },
  "clock-stepped": { ...always, deltaMs: duration, boots: optional(z.boolean()) },
} satisfies { readonly [Kind in Fact["kind"]]: Schemas<Omit<Extract<Fact, { kind: Kind }>, "kind">> };

/** For each key of a type a schema of what it holds: forgetting one, or taking it for something else, does not compile. */
type Schemas<T> = { readonly [Key in keyof T]-?: z.ZodType<JsonOf<Required<T>[Key]>> };
