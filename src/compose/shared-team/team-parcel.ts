/**
 * The team file on its way between the engines of a team: its text and what a machine needs that has neither the
 * environment variable with the mail password nor the certificate file. Sealed with the team's key, so that neither desks
 * nor copies of a journal can read it. Used by `team-sealing` and `team-history`.
 */
import type { Team } from "#domain/team";
import { open, seal } from "#system/sealed-box";
import { teamParcelJson, type TeamParcel } from "#wire/team-parcel-json";

/** A fact of another machine is refused above 512 KiB (peer-contract.ts); this leaves room for what is around it. */
const longest = 480 * 1024;

/** Null: too large to travel, even compressed. */
export function packTeamFile(parcel: TeamParcel, key: Uint8Array): string | null {
  const sealed = seal(JSON.stringify(parcel), key);
  return sealed.length <= longest ? sealed : null;
}

/** Whether a fact with this team in it is small enough for other machines. */
export function canTravel(team: Team): boolean {
  return JSON.stringify(team).length <= longest;
}

/** Null: not sealed with this key, or not a team file. */
export function unpackTeamFile(sealed: string, key: Uint8Array): TeamParcel | null {
  const opened = open(sealed, key);
  if (opened === null) return null;
  try {
    return teamParcelJson.safeParse(JSON.parse(opened)).data ?? null;
  } catch {
    return null;
  }
}
