/** The four severities of PagerDuty's Events API v2, worst first. */
export const severities = ["critical", "error", "warning", "info"] as const;

export type Severity = (typeof severities)[number];

/** True when `a` is at least as bad as `b`. */
export function isAtLeast(a: Severity, b: Severity): boolean {
  return severities.indexOf(a) <= severities.indexOf(b);
}

/** True when `a` is strictly worse than `b`. */
export function isWorse(a: Severity, b: Severity): boolean {
  return severities.indexOf(a) < severities.indexOf(b);
}
