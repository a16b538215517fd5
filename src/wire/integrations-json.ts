/**
 * What has come from each monitoring tool since the engine's start, as the console and people's scripts see it. Used by
 * the client contract and `GET /api/v1/integrations`. Kept in memory only, by the engine that is asked.
 */
import { z } from "zod";

const instant = z.iso.datetime();

const comings = {
  /** Reports of a firing or of an end that were kept, those included that changed nothing. */
  taken: z.number().int(),
  /** Of those: ends of what is not open here, and late words of one of several senders. */
  changedNothing: z.number().int(),
  refused: z.number().int(),
  /** When something came last, taken or refused. Absent: nothing has. */
  lastAt: instant.optional(),
  /** Why the last refused one was. Quotes its sender: show it as text only. */
  lastRefusal: z.object({ at: instant, text: z.string() }).optional(),
};

export const integrationsJson = z.object({
  /** The engine's start. */
  since: instant,
  /** In the order of the team file. */
  integrations: z.array(z.object({ id: z.string(), type: z.string(), ...comings })),
  /** Whoever has no key of the team file. */
  strangers: z.object(comings),
});

export type IntegrationsJson = z.infer<typeof integrationsJson>;
export type Comings = IntegrationsJson["strangers"];
