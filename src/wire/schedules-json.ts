/**
 * The schedules at a glance as the console and people's scripts see them: ISO 8601 UTC times, people by id. Used by the
 * client contract and `GET /api/v1/schedules`.
 *
 * Every list is bounded, and its count says how much there is: a rule that hands over every minute must not become a
 * message of megabytes.
 */
import { z } from "zod";

export const shiftsAtMost = 500;
export const gapsAtMost = 10;
export const warningsAtMost = 10;

const instant = z.iso.datetime();

const shiftJson = z.object({
  /** Absent: more than a year ago. */
  start: instant.optional(),
  /** Absent: not within a year. */
  end: instant.optional(),
  /** Null is nobody. */
  person: z.string().nullable(),
  /** All of them, where several are on call together; `person` is the first. */
  persons: z.array(z.string()).optional(),
});

const gapJson = z.object({ start: instant, end: instant, reason: z.string(), text: z.string() });

export const scheduleJson = z.object({
  id: z.string(),
  timeZone: z.string(),
  onCall: shiftJson,
  /** Who sees now what the people on call see, without being asked. Absent: nobody. */
  shadow: z.array(z.string()).optional(),
  /** A sentence or two; times in `timeZone`. */
  why: z.string(),
  /** The next one with somebody in it. */
  next: shiftJson.nullable(),
  /** Up to `shiftsUntil`, whole, beginning with `onCall`. */
  shifts: z.array(shiftJson),
  shiftCount: z.number().int(),
  /** Up to `coveredUntil`. */
  gaps: z.array(gapJson),
  gapCount: z.number().int(),
});

/** `text` holds from `start` to `end`, for the first time of `times`. */
const warningJson = z.object({
  kind: z.enum(["policy", "unreachable", "unsubstituted"]),
  text: z.string(),
  start: instant,
  end: instant,
  times: z.number().int(),
});

export const schedulesJson = z.object({
  now: instant,
  shiftsUntil: instant,
  coveredUntil: instant,
  schedules: z.array(scheduleJson),
  warnings: z.array(warningJson),
  warningCount: z.number().int(),
});

export type ShiftJson = z.infer<typeof shiftJson>;
export type ScheduleJson = z.infer<typeof scheduleJson>;
export type SchedulesJson = z.infer<typeof schedulesJson>;
