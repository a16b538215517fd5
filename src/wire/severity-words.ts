/**
 * What monitoring tools call a severity, in the four words of the domain. Called by the protocols of `ingest` and by
 * the API.
 */
import type { Severity } from "#domain/severity";

const words: Readonly<Record<Severity, readonly string[]>> = {
  critical: [
    "critical",
    "crit",
    "page",
    "fatal",
    "emergency",
    "emerg",
    "panic",
    "disaster",
    "p1",
    "sev1",
    "sev-1",
  ],
  error: ["error", "err", "major", "high", "alert", "average", "p2", "sev2", "sev-2"],
  warning: ["warning", "warn", "minor", "medium", "p3", "sev3", "sev-3"],
  info: [
    "info",
    "information",
    "informational",
    "none",
    "low",
    "notice",
    "debug",
    "ok",
    "p4",
    "p5",
    "sev4",
    "sev-4",
  ],
};

const severityOf: ReadonlyMap<string, Severity> = new Map(
  Object.entries(words).flatMap(([severity, names]) =>
    names.map((name) => [name, severity as Severity] as const),
  ),
);

/**
 * Of an alert that says nothing, or nothing known, about its severity. Alertmanager's own PagerDuty receiver says
 * `error` then, so an alert weighs the same whichever way it comes; and a wrong guess must not let it sleep.
 */
export const defaultSeverity: Severity = "error";

/** Case does not matter; undefined for a word that nobody uses. */
export function readSeverity(word: string): Severity | undefined {
  return severityOf.get(word.trim().toLowerCase());
}
