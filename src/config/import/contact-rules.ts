/** How people are reached, as far as Tocsin can do the same. Used by the vendors' importers. */
import type { DraftPerson } from "./draft.ts";
import type { Findings } from "./findings.ts";
import type { Place } from "./place.ts";

/**
 * The desktop at once, since that is what Tocsin is, and e-mail when the source sends it. Undefined without any e-mail:
 * then the team file's default is better than none. `seconds`: the delays of the e-mails.
 */
export function notifyByEmail(seconds: readonly number[]): DraftPerson["notify"] {
  const delays = [...new Set(seconds)].sort((a, b) => a - b);
  if (delays.length === 0) return undefined;
  return [
    { via: "desktop", afterSeconds: 0 },
    ...delays.map((afterSeconds) => ({ via: "email" as const, afterSeconds })),
  ];
}

/** Phones, text messages, chats and apps: Tocsin has none. */
export function reportOtherWay(place: Place, way: string, findings: Findings): void {
  findings.leftOut(
    place,
    `being notified by ${way}`,
    "Tocsin notifies on the desktop and by e-mail",
    "rely on these two, or forward the mail to whatever does it",
  );
}

/** The longest delay that a team file takes. */
export const longestDelaySeconds = 366 * 86_400;
