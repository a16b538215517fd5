/**
 * An alert as people's scripts see it (contract §4): ISO 8601 UTC times, no internals. Used by the API, the client
 * contract and the command line.
 */
import { z } from "zod";

const instant = z.iso.datetime();

export const timelineEntryJson = z.object({
  at: instant,
  kind: z.string(),
  by: z.string().optional(),
  person: z.string().optional(),
  via: z.string().optional(),
  text: z.string().optional(),
});

export const alertJson = z.object({
  id: z.string(),
  status: z.enum(["triggered", "acknowledged", "snoozed", "resolved"]),
  severity: z.enum(["critical", "error", "warning", "info"]),
  title: z.string(),
  source: z.string(),
  dedupKey: z.string(),
  integration: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  details: z.record(z.string(), z.string()),
  links: z.array(z.object({ href: z.string(), text: z.string().optional() })),
  policy: z.string(),
  step: z.number().int(),
  repeat: z.number().int(),
  openedAt: instant,
  acknowledgedAt: instant.optional(),
  acknowledgedBy: z.string().optional(),
  /** Where it came in, for when nobody knows who it was; a newer engine may have other words. */
  acknowledgedFrom: z
    .enum(["window", "console", "command-line", "api", "source"])
    .optional()
    .catch(undefined),
  snoozedUntil: instant.optional(),
  resolvedAt: instant.optional(),
  occurrences: z.number().int(),
  stale: z.boolean().optional(),
  nextEscalationAt: instant.optional(),
  /** The people asked since it was last triggered: whose alert window shows it. */
  addressed: z.array(z.string()),
  timeline: z.array(timelineEntryJson).optional(),
});

export type AlertJson = z.infer<typeof alertJson>;
export type TimelineEntryJson = z.infer<typeof timelineEntryJson>;
