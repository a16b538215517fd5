/**
 * What the bodies of the API's commands may say (contract §4, `POST /api/v1/alerts/ID/…`). Used by `routes.ts`.
 */
import { z } from "zod";
import type { AlertCommand } from "#domain/input";
import type { EpochMs, PolicyId } from "#domain/ids";
import { contentLimits } from "#wire/alert-content";
import { cleanText } from "#wire/hostile-text";
import { readSeverity } from "#wire/severity-words";

/** Where the person is; the command line and the pages say so, a script need not. */
const origin = z.enum(["api", "command-line", "console", "window"]).default("api");

export const raiseBody = z.object({
  title: z.string().trim().min(1),
  severity: z
    .string()
    .transform(
      (word, context) =>
        readSeverity(word) ?? fail(context, `must be "critical", "error", "warning" or "info"`),
    )
    .optional(),
  source: z.string().optional(),
  dedupKey: z.string().min(1).max(contentLimits.dedupKey).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  links: z.array(z.object({ href: z.string(), text: z.string().optional() })).optional(),
});

const plainBody = z.object({ origin });
const shortestSnoozeMs = 1000;
const longestSnoozeMs = 30 * 86_400_000;
const snoozeBody = z
  .object({
    origin,
    forMs: z.number().optional(),
    for: z.string().optional(),
    until: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((body) => [body.forMs, body.for, body.until].filter((given) => given !== undefined).length === 1, {
    message: `give exactly one of "for" (such as "30m"), "forMs" and "until"`,
  });
const transferBody = z.object({ origin, policy: z.string().min(1).max(63) });
const noteBody = z.object({ origin, text: z.string().trim().min(1).max(4000) });

export type ReadCommand =
  | { readonly ok: true; readonly command: AlertCommand; readonly origin: z.infer<typeof origin> }
  | { readonly ok: false; readonly text: string };

export const actionNames = ["acknowledge", "resolve", "snooze", "escalate", "transfer", "note"] as const;
export type ActionName = (typeof actionNames)[number];

/** `now` is what `until` is counted from. */
export function readCommand(action: ActionName, body: unknown, now: EpochMs): ReadCommand {
  switch (action) {
    case "acknowledge":
    case "resolve":
    case "escalate":
      return accept(plainBody.safeParse(body), () => ({ kind: action }));
    case "transfer":
      return accept(transferBody.safeParse(body), ({ policy }) => ({
        kind: "transfer",
        policy: policy as PolicyId,
      }));
    case "note":
      return accept(noteBody.safeParse(body), ({ text }) => ({ kind: "note", text: cleanText(text, 4000) }));
    case "snooze":
      return accept(snoozeBody.safeParse(body), (asked) => {
        const forMs =
          asked.forMs ?? (asked.until === undefined ? durationMs(asked.for!) : Date.parse(asked.until) - now);
        if (!(forMs >= shortestSnoozeMs && forMs <= longestSnoozeMs))
          return "a snooze lasts from 1 s to 30 days, such as 30m";
        return { kind: "snooze", forMs: Math.round(forMs) };
      });
  }
}

/** One sentence for each fault, with its place. */
export function faultsOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}

function accept<Body extends { origin: z.infer<typeof origin> }>(
  parsed: { success: true; data: Body } | { success: false; error: z.ZodError },
  make: (body: Body) => AlertCommand | string,
): ReadCommand {
  if (!parsed.success) return { ok: false, text: faultsOf(parsed.error) };
  const command = make(parsed.data);
  return typeof command === "string"
    ? { ok: false, text: command }
    : { ok: true, command, origin: parsed.data.origin };
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `5m`, `2h`, `1d` or ISO 8601's `PT5M` (contract §2); NaN for anything else. */
function durationMs(text: string): number {
  const short = /^(\d{1,9})([smhd])$/.exec(text);
  if (short !== null) return Number(short[1]) * unitMs[short[2]!]!;
  const long = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/.exec(text);
  if (long === null) return NaN;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = long.slice(1).map((part) => Number(part ?? 0));
  return days * unitMs["d"]! + hours * unitMs["h"]! + minutes * unitMs["m"]! + seconds * unitMs["s"]!;
}

function fail(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}
