/**
 * Lines of team files made fit to be shown: alerts and mails about a change go to desks and mailboxes, which must not
 * learn an integration's key, the mail password or a calendar's private address. Used wherever lines are shown.
 *
 * Twice, since YAML writes the same in many ways: by what stands behind the keys, and by the values themselves.
 */
import { readYaml } from "#config/yaml-source";
import { cleanLine } from "#wire/hostile-text";

/** Two texts, of which lines are to be shown. Null: one of them cannot be read, so nobody knows what is a secret in it. */
export function secretHider(...texts: readonly string[]): ((line: string) => string) | null {
  const secrets: string[] = [];
  for (const text of texts) {
    const { value } = readYaml(text);
    if (value === undefined) return null;
    secrets.push(...secretsIn(value));
  }
  // A value of several lines is a secret line by line.
  const parts = secrets
    .flatMap((secret) => secret.split("\n"))
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const long = parts.filter((part) => part.length >= 4).sort((a, b) => b.length - a.length);
  return (line) => {
    if (parts.includes(line.trim())) return "…";
    let shown = line;
    for (const part of long) shown = shown.replaceAll(part, "…");
    return withoutSecrets(shown);
  };
}

/** Behind such a key: a quoted text, or all the rest of the line. */
const secretValue =
  /(["']?\b(?:key|password|url)["']?\s*:\s*)(\{[^}]*\}|"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|[^\s'"{].*)/g;
/** Nothing in a team file that is no secret is so long. */
const bareSecret = /[\w.~+/=-]{32,}|\b(?:https?|webcals?):\/\/\S+/g;

/** For people to read. */
export function withoutSecrets(line: string): string {
  return cleanLine(blanked(line), 200);
}

/** The line as it is but for its secrets. */
export function blanked(line: string): string {
  return line.replace(secretValue, "$1…").replace(bareSecret, "…");
}

function secretsIn(file: unknown): string[] {
  const { integrations, email, calendars } = (file ?? {}) as Record<string, unknown>;
  const found = [
    ...listOf(integrations).map((one) => one["key"]),
    ...listOf(calendars).map((one) => one["url"]),
    (email as Record<string, unknown> | null | undefined)?.["password"],
  ];
  return found.filter((one): one is string => typeof one === "string");
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object" && one !== null) : [];
}
