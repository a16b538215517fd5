/**
 * The secrets of a team file that came from another machine: what this machine lacks is filled in from the parcel, what
 * it has itself comes first. Used by `shared-team-file`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadTeam, type TeamSecrets } from "#config/load-team";
import { readIfThere, writePrivately } from "#system/data-directory";
import type { TeamParcel } from "#wire/team-parcel-json";

/** `data`: where the mail server's certificate is kept, if it came along. */
export function filledIn(
  secrets: TeamSecrets,
  parcel: Pick<TeamParcel, "password" | "authority">,
  data: string,
): TeamSecrets {
  if (secrets.email === null) return secrets;
  let { email, missingVariable } = secrets;
  if (missingVariable !== null && parcel.password !== null) {
    email = { ...email, password: parcel.password };
    missingVariable = null;
  }
  const { caFile } = email;
  if (caFile !== undefined && parcel.authority !== null && !existsSync(caFile)) {
    const copy = mailAuthorityFile(data);
    if (keep(copy, parcel.authority)) email = { ...email, caFile: copy };
  }
  return { ...secrets, email, missingVariable };
}

/**
 * The password that this machine's environment gives for a variable named in the file; null when the file names none
 * (then the text has it, or there is none) or the environment does not have it.
 */
export function ownPassword({ email, missingVariable }: TeamSecrets, text: string): string | null {
  if (email?.password === undefined || missingVariable !== null) return null;
  const elsewhere = loadTeam(text, "team.yaml", { env: {} });
  return elsewhere.ok && elsewhere.secrets.missingVariable !== null ? email.password : null;
}

export function ownAuthority({ email }: TeamSecrets): string | null {
  if (email?.caFile === undefined) return null;
  try {
    const text = readFileSync(email.caFile, "utf8");
    return text.length <= longestAuthority ? text : null;
  } catch {
    return null;
  }
}

/** A bundle of all the authorities of the world is on every machine anyway. */
const longestAuthority = 64 * 1024;

function keep(file: string, text: string): boolean {
  try {
    if (readIfThere(file) !== text) writePrivately(file, text);
    return true;
  } catch {
    return false;
  }
}

export const mailAuthorityFile = (data: string) => join(data, "team-mail-authority.pem");
