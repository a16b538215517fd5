/**
 * What a revoked machine takes out of its data folder: the secrets of the team's file. People, schedules and comments
 * stay, since the file may be somebody's only copy; each key in it becomes a fresh one that nobody else has. Used by
 * `shared-team-file`.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceSecrets } from "#config/edit/replace-secrets";
import { lastGoodFile } from "../team-file.ts";
import { readIfThere, writePrivately } from "#system/data-directory";
import { blanked } from "./hidden-secrets.ts";
import { conflictsFolder } from "./set-aside-edit.ts";
import { mailAuthorityFile } from "./team-secrets.ts";

/** Says for each file that could not be cleaned why; the rest is clean. */
export function forgetTeamSecrets(data: string): readonly string[] {
  const faults: string[] = [];
  const attempt = (file: string, change: () => void) => {
    try {
      change();
    } catch (error) {
      faults.push(`${file} (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    }
  };
  const conflicts = conflictsFolder(data);
  const kept = existsSync(conflicts) ? readdirSync(conflicts).map((name) => join(conflicts, name)) : [];
  for (const file of [join(data, "team.yaml"), ...kept]) attempt(file, () => clean(file));
  for (const file of [lastGoodFile(data), mailAuthorityFile(data)])
    attempt(file, () => rmSync(file, { force: true }));
  return faults;
}

function clean(file: string): void {
  const text = readIfThere(file);
  if (text !== null) writePrivately(file, withFreshSecrets(text));
}

/** The same file with other secrets; one that cannot be read as YAML loses the values of whatever looks like one. */
export function withFreshSecrets(text: string): string {
  const others = new Map<string, string>();
  const fresh = replaceSecrets(text, (secret) => {
    const other = others.get(secret) ?? freshFor(secret);
    others.set(secret, other);
    return other;
  });
  if (fresh === null) return text.split("\n").map(blanked).join("\n");
  // In a comment, say. A short one may be any word.
  const long = [...others].filter(([secret]) => secret.length >= bareFrom);
  return long
    .sort(([a], [b]) => b.length - a.length)
    .reduce((cleaned, [secret, other]) => cleaned.replaceAll(secret, other), fresh);
}

const bareFrom = 12;

function freshFor(secret: string): string {
  return /^\w+:\/\//.test(secret) ? "https://removed.invalid/" : randomBytes(24).toString("hex");
}
