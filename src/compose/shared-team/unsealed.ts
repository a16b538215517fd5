/**
 * The secrets of the team file as this machine's engine has them, without an engine: what another machine sealed for the
 * team comes from the journal and is opened with the membership's key. For `tocsin doctor`.
 */
import type { TeamSecrets } from "#config/load-team";
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import { frontierOf, isLaterThan } from "#domain/place";
import { exportJournal } from "#journal/export";
import { readMembership } from "#peers/identity/membership";
import { unpackTeamFile } from "./team-parcel.ts";
import { filledIn } from "./team-secrets.ts";

/** `secrets` as they are when nothing was sealed, or it cannot be opened here. */
export function withSealed(secrets: TeamSecrets, data: string): TeamSecrets {
  const read = readMembership(data);
  const key = read.ok ? (read.membership?.teamKey ?? null) : null;
  const sealed = key === null ? null : latestSealed(data);
  const parcel = sealed === null ? null : unpackTeamFile(sealed, Buffer.from(key!, "base64"));
  return parcel === null ? secrets : filledIn(secrets, parcel, data);
}

function latestSealed(data: string): string | null {
  let latest: ReturnType<typeof frontierOf> | null = null;
  let sealed: string | null = null;
  try {
    exportJournal(data, (line) => {
      // Most facts are no such ones, and need not be read.
      if (!line.includes('"team-file-sealed"')) return;
      const { origin, seq, fact } = JSON.parse(line) as { origin: OriginId; seq: number; fact: Fact };
      if (fact.kind !== "team-file-sealed") return;
      const at = frontierOf(fact, { origin, seq });
      if (latest !== null && !isLaterThan(at, latest)) return;
      latest = at;
      ({ sealed } = fact);
    });
  } catch (error) {
    // The doctor's other checks say what is wrong with the journal.
    if (!(error instanceof Error) || error.name !== "JournalError") throw error;
  }
  return sealed;
}
