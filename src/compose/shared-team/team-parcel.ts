/**
 * The team file on its way between the engines of a team: its text and what a machine needs that has neither the
 * environment variable with the mail password nor the certificate file. Sealed with the team's key, so that neither desks
 * nor copies of a journal can read it. Used by `shared-team-file` and its history.
 */
import { z } from "zod";
import type { MachineId, PersonId } from "#domain/ids";
import { open, seal } from "#system/sealed-box";

export interface TeamParcel {
  /** The whole team file. */
  readonly text: string;
  /** Its name where it was changed, without folders; only to be shown. */
  readonly file: string;
  /** The mail password, when the file says that it comes from an environment variable; null: nobody has it. */
  readonly password: string | null;
  /** The machine whose environment it is from. */
  readonly passwordFrom: MachineId | null;
  /** What the mail server's `caFile` holds (PEM); null: none is named, or it cannot be read. */
  readonly authority: string | null;
  readonly changedBy: PersonId | null;
  /** By the clock of the machine that it was changed on. */
  readonly changedAt: number;
}

/** Open: a newer Tocsin may put more into it. */
const parcelJson = z.object({
  text: z.string(),
  file: z.string().max(4_096),
  password: z.string().max(10_000).nullable(),
  passwordFrom: z.string().max(1_024).nullable(),
  authority: z.string().nullable(),
  changedBy: z.string().max(1_024).nullable(),
  changedAt: z.number(),
});

/** A fact of another machine is refused above 512 KiB; this leaves room for what is around it. */
const longestSealed = 480 * 1024;

/** Null: too large to travel, even compressed. */
export function packTeamFile(parcel: TeamParcel, key: Uint8Array): string | null {
  const sealed = seal(JSON.stringify(parcel), key);
  return sealed.length <= longestSealed ? sealed : null;
}

/** Null: not sealed with this key, or not a team file. */
export function unpackTeamFile(sealed: string, key: Uint8Array): TeamParcel | null {
  const opened = open(sealed, key);
  if (opened === null) return null;
  try {
    const parsed = parcelJson.safeParse(JSON.parse(opened));
    return parsed.success ? (parsed.data as TeamParcel) : null;
  } catch {
    return null;
  }
}
