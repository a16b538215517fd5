/**
 * Seals what this machine says is the team file, and opens what others say. Used by `shared-team-file` alone. On a
 * machine that is alone it does neither.
 */
import { createHmac } from "node:crypto";
import { basename } from "node:path";
import { loadTeam, type TeamSecrets } from "#config/load-team";
import type { EpochMs, MachineId, PersonId, TeamFileVersion } from "#domain/ids";
import type { TeamParcel } from "#wire/team-parcel-json";
import type { SealedTexts, TextName } from "./sealed-texts.ts";
import { packTeamFile, unpackTeamFile } from "./team-parcel.ts";
import { ownAuthority, ownPassword } from "./team-secrets.ts";

export interface TeamLink {
  readonly machine: MachineId;
  /** 32 bytes. */
  readonly teamKey: Uint8Array;
}

export class TeamSealing {
  constructor(
    private readonly file: string,
    private readonly link: () => TeamLink | null,
    private readonly texts: SealedTexts,
  ) {}

  /** Null: it has not come here, cannot be opened, or this machine is alone. */
  parcelOf(edit: TextName | null): TeamParcel | null {
    const sealed = edit === null ? null : this.texts.of(edit);
    return sealed === null ? null : this.open(sealed);
  }

  textOf(edit: TextName | null): string | null {
    return this.parcelOf(edit)?.text ?? null;
  }

  /** Whether the team had this file before, to the letter. */
  isKnown(text: string): boolean {
    return this.texts.all().some((sealed) => this.open(sealed)?.text === text);
  }

  /** The same on every machine; says nothing to whom the team's key is not known. */
  versionOf(text: string, parents: readonly TeamFileVersion[]): TeamFileVersion | null {
    const link = this.link();
    if (link === null) return null;
    const hash = createHmac("sha256", link.teamKey).update(JSON.stringify([text, ...parents]));
    return hash.digest("hex").slice(0, 32) as TeamFileVersion;
  }

  open(sealed: string): TeamParcel | null {
    const link = this.link();
    return link === null ? null : unpackTeamFile(sealed, link.teamKey);
  }

  /**
   * A password in this machine's environment comes before the one that was sent to it. `before`: the parcel in force.
   * Null: too large to travel, or alone.
   */
  seal(text: string, before: TeamParcel | null, by: PersonId | null, now: EpochMs): string | null {
    const link = this.link();
    if (link === null) return null;
    const secrets = this.ownSecrets(text);
    const own = secrets === null ? null : ownPassword(secrets, text);
    const authority = secrets === null ? null : ownAuthority(secrets);
    const parcel: TeamParcel = {
      text,
      file: basename(this.file),
      password: own ?? before?.password ?? null,
      passwordFrom: own === null ? (before?.passwordFrom ?? null) : link.machine,
      authority: authority ?? before?.authority ?? null,
      changedBy: by,
      changedAt: now,
    };
    return packTeamFile(parcel, link.teamKey);
  }

  /** The environment has another password than the one that this machine gave to the team, or the only one. */
  hasNewPassword({ text, password, passwordFrom }: TeamParcel): boolean {
    const secrets = this.ownSecrets(text);
    const own = secrets === null ? null : ownPassword(secrets, text);
    const mayReplace = passwordFrom === null || passwordFrom === this.link()?.machine;
    return own !== null && own !== password && mayReplace;
  }

  /** By this machine's environment alone. */
  private ownSecrets(text: string): TeamSecrets | null {
    const loaded = loadTeam(text, this.file, { env: process.env });
    return loaded.ok ? loaded.secrets : null;
  }
}
