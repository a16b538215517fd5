/**
 * Lines of a team file made fit to be shown: alerts and mails about a change go to desks and mailboxes, which must not
 * learn an integration's key, the mail password or a calendar's private address. Used wherever lines are shown.
 */
import { cleanLine } from "#wire/hostile-text";

/** From the key to the end of its value, in block style and in flow style. */
const secretValue = /(["']?\b(?:key|password|url)["']?\s*:\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^,}#\n]+)/g;
/** What stands alone in a line is the continuation of something; nothing in a team file that is no secret is so long. */
const bareSecret = /[\w.~+/=-]{32,}|\bhttps?:\/\/\S+|\bwebcals?:\/\/\S+/g;

export function withoutSecrets(line: string): string {
  return cleanLine(line.replace(secretValue, "$1…").replace(bareSecret, "…"), 200);
}
