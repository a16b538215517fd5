/**
 * How each kind of client is told that something went wrong: the same refusals in the words that it understands.
 * Called by `routes.ts`.
 */
import type { RefusalReason } from "#domain/command";

export interface Refusal {
  readonly reason:
    | "malformed"
    | "invalid"
    | "unknown-key"
    | "rate-limited"
    | "too-large"
    | "wrong-media-type"
    | "internal"
    | RefusalReason;
  /** One sentence for each fault; never empty. */
  readonly texts: readonly string[];
  readonly retryAfterSeconds?: number;
  /** How many messages it is about; absent: one. */
  readonly count?: number;
}

export interface Dialect {
  readonly protocol: string;
  statusOf(refusal: Refusal): number;
  /** A JSON text. */
  bodyOf(refusal: Refusal, status: number): string;
}

/** How long to stay away, in seconds, for what time can mend. */
export function retryAfterSecondsOf(reason: Refusal["reason"]): number | undefined {
  switch (reason) {
    case "busy":
      return 1;
    case "journal-unavailable":
    case "internal":
    case "stopping":
      return 5;
    case "no-team":
      return 15;
    case "too-many-open-alerts":
      return 60;
    // Only a person can mend it, by pointing the client elsewhere.
    case "revoked":
      return 300;
    default:
      return undefined;
  }
}

/** PagerDuty's: exact, since its clients look for these words. */
export const pagerDutyDialect: Dialect = {
  protocol: "pagerduty",
  statusOf(refusal) {
    if (refusal.reason === "invalid") return 400;
    return refusal.reason === "too-many-open-alerts" ? 429 : commonStatusOf(refusal);
  },
  bodyOf(refusal, status) {
    if (status === 429)
      return JSON.stringify({
        status: "throttle exceeded",
        message: refusal.texts[0],
        errors: refusal.texts,
      });
    if (status >= 500)
      return JSON.stringify({ status: "unavailable", message: refusal.texts[0], errors: refusal.texts });
    return JSON.stringify({
      status: "invalid event",
      message: "Event object is invalid",
      errors: refusal.texts,
    });
  },
};

/** Alertmanager's: a bare JSON string from its API, an object from the layers before it. */
export const alertmanagerDialect: Dialect = {
  protocol: "alertmanager-api",
  statusOf: (refusal) => (refusal.reason === "invalid" ? 400 : commonStatusOf(refusal)),
  bodyOf(refusal, status) {
    const text = refusal.texts.slice(0, 20).join("; ");
    return JSON.stringify(status === 400 || status >= 500 ? text : { code: status, message: text });
  },
};

export const webhookDialect: Dialect = {
  protocol: "alertmanager-webhook",
  statusOf: commonStatusOf,
  bodyOf: plainBodyOf,
};
export const jsonDialect: Dialect = { protocol: "json", statusOf: commonStatusOf, bodyOf: plainBodyOf };

function plainBodyOf(refusal: Refusal): string {
  return JSON.stringify({ error: { reason: refusal.reason, text: refusal.texts.slice(0, 20).join("; ") } });
}

function commonStatusOf({ reason }: Refusal): number {
  switch (reason) {
    case "malformed":
      return 400;
    case "unknown-key":
      return 401;
    case "too-large":
      return 413;
    case "wrong-media-type":
      return 415;
    case "invalid":
    case "unknown-policy":
      return 422;
    case "rate-limited":
      return 429;
    case "not-found":
    case "already-resolved":
    case "already-acknowledged":
    case "swap-closed":
      return 409;
    case "no-team":
    case "too-many-open-alerts":
    case "busy":
    case "journal-unavailable":
    case "stopping":
    case "revoked":
    case "internal":
      return 503;
  }
}
