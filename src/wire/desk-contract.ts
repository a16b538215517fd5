/**
 * What a desk and an engine say to one another over /client/v1: the client contract, and beside it the requests that come
 * to the desk's own loopback address (`tocsin ack` and scripts on that machine), which the engine answers.
 *
 * Spoken by `src/desk` on one side and `api/desk-door.ts` on the other.
 */
import { z } from "zod";

/** What of a request's body and answer is carried; a desk's message is 64 KiB at most, with what is around the body. */
export const longestDeskBody = 30_000;
export const longestDeskAnswer = 4 * 1024 * 1024;

export const deskRequest = z.strictObject({
  type: z.literal("http"),
  id: z.number().int().min(1),
  method: z.enum(["GET", "POST"]),
  /** With its query; under /api/v1/. */
  path: z.string().startsWith("/api/v1/").max(2048),
  /** JSON; null: none. */
  body: z.string().max(longestDeskBody).nullable(),
});

export const deskAnswer = z.object({
  type: z.literal("http-answer"),
  id: z.number().int(),
  status: z.number().int().min(100).max(599),
  /** JSON. */
  body: z.string().max(longestDeskAnswer),
});

export type DeskRequest = z.infer<typeof deskRequest>;
export type DeskAnswer = z.infer<typeof deskAnswer>;
