/**
 * What is inside a sealed team file (fact `team-file-sealed`), JSON. Opened by engines of the team alone; see
 * `compose/shared-team/team-parcel`. Open: a newer Tocsin may put more into it.
 */
import { z } from "zod";

export const teamParcelJson = z.object({
  /** The whole team file. */
  text: z.string(),
  /** Its name where it was changed, without folders; only to be shown. */
  file: z.string().max(4_096),
  /** The mail password, when the file says that it comes from an environment variable; null: nobody has it. */
  password: z.string().max(10_000).nullable(),
  /** The machine whose environment it is from. */
  passwordFrom: z.string().max(1_024).nullable(),
  /** What the mail server's `caFile` holds (PEM); null: none is named, or it cannot be read. */
  authority: z.string().nullable(),
  changedBy: z.string().max(1_024).nullable(),
  /** Epoch ms by the clock of the machine that it was changed on. */
  changedAt: z.number(),
});

export type TeamParcel = z.infer<typeof teamParcelJson>;
