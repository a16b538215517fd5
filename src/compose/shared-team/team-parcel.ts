/**
 * The team file on its way between the engines of a team: its text and what a machine needs that has neither the
 * environment variable with the mail password nor the certificate file. Sealed with the team's key, so that neither desks
 * nor copies of a journal can read it. Used by `team-sealing` and `team-history`.
 */
import type { Team } from "#domain/team";
import { open, seal } from "#system/sealed-box";
import { maxFactBody, maxPeerMessageBytes } from "#wire/peer-contract";
import { teamParcelJson, type TeamParcel } from "#wire/team-parcel-json";

/** What is around it in its fact, and around that in its message. */
const roomBytes = 64 * 1024;

/** Null: too large to travel, even compressed. */
export function packTeamFile(parcel: TeamParcel, key: Uint8Array): string | null {
  const sealed = seal(JSON.stringify(parcel), key);
  return fits(sealed) ? sealed : null;
}

/** Whether a fact with this team in it is small enough for other machines. */
export function canTravel(team: Team): boolean {
  return fits(JSON.stringify(team));
}

/** In a message the fact is JSON within JSON: its quotes are escaped once more. */
function fits(text: string): boolean {
  const escapedBytes = Buffer.byteLength(JSON.stringify(text));
  return text.length <= maxFactBody - roomBytes && escapedBytes <= maxPeerMessageBytes - roomBytes;
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
