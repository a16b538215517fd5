/**
 * Tries the mail server without sending anything: connects, encrypts, logs in. For `tocsin doctor`.
 */
import { createTransport } from "nodemailer";
import type { FailureReason } from "#domain/fact";
import { outcomeOfSmtpError } from "./email-outcome.ts";
import { connectionOptions, defaultEmailLimits, type EmailLimits } from "./email-pool.ts";
import type { EmailSettings } from "#config/email-schema";
import { startTimeLimit } from "./time-limit.ts";

export type EmailVerification =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: FailureReason; readonly text: string };

/** Never rejects; `text` is one sentence with the remedy. */
export async function verifyEmail(
  settings: EmailSettings,
  limits: EmailLimits = defaultEmailLimits,
): Promise<EmailVerification> {
  const server = `${settings.host}:${settings.port}`;
  const limit = startTimeLimit(limits.totalMs, new AbortController().signal);
  try {
    const transport = createTransport(connectionOptions(settings, limits));
    const verified = await Promise.race([transport.verify(), limit.over]);
    transport.close();
    if (verified === true) return { ok: true };
    return {
      ok: false,
      reason: "timed-out",
      text: `Mail server ${server} did not answer within ${limits.totalMs / 1000} s.`,
    };
  } catch (error) {
    const outcome = outcomeOfSmtpError(error, server);
    return outcome.kind === "failed"
      ? { ok: false, reason: outcome.reason, text: outcome.text }
      : { ok: true };
  } finally {
    limit.end();
  }
}
