/** The content hash of a team: the same on every machine, whatever the file's comments, key order or spelling of times. */
import { createHash } from "node:crypto";
import type { TeamRevision } from "#domain/ids";
import type { Team } from "#domain/team";

/** 128 bits of SHA-256 in hexadecimal. */
export function revisionOf(team: Omit<Team, "revision">): TeamRevision {
  return createHash("sha256").update(canonical(team)).digest("hex").slice(0, 32) as TeamRevision;
}

/** JSON with sorted keys and no blanks; only for plain data without cycles. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}
