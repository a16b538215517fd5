/**
 * Tries the mail server without sending anything: connects, encrypts, logs in, on a connection of its own. For
 * `email-watch` and `tocsin doctor`.
 */
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { FailureReason } from "#domain/fact";
import { outcomeOfSmtpError } from "./email-outcome.ts";
import { connectionOptions, defaultEmailLimits, type EmailLimits } from "./email-pool.ts";
import type { EmailSettings } from "#config/email-schema";
import { startTimeLimit } from "./time-limit.ts";

export type EmailVerification =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: FailureReason;
      /** Trying again the same way cannot help. */
      readonly permanent: boolean;
      readonly text: string;
    };

/** Never rejects; `text` is one sentence with the remedy. `outer`: gives up, and leaves no connection behind. */
export async function verifyEmail(
  settings: EmailSettings,
  limits: EmailLimits = defaultEmailLimits,
  outer: AbortSignal = new AbortController().signal,
): Promise<EmailVerification> {
  const server = `${settings.host}:${settings.port}`;
  const limit = startTimeLimit(limits.totalMs, outer);
  let connection: SMTPConnection | null = null;
  try {
    connection = new SMTPConnection(connectionOptions(settings, limits));
    const loggedIn = logIn(connection, settings);
    // Lost when the time is over first; then nobody waits for it any more.
    loggedIn.catch(() => {});
    await Promise.race([loggedIn, limit.over]);
    if (!limit.signal.aborted) {
      connection.quit();
      connection = null;
      return { ok: true };
    }
    const text = `Mail server ${server} did not answer within ${limits.totalMs / 1000} s: check email.host, email.port and email.secure.`;
    return { ok: false, reason: "timed-out", permanent: false, text };
  } catch (error) {
    const { reason, permanent, text } = outcomeOfSmtpError(error, server);
    return { ok: false, reason, permanent, text };
  } finally {
    limit.end();
    connection?.close();
  }
}

/** As the channel does before each mail: without a login where the server offers none. */
function logIn(connection: SMTPConnection, { user, password = "" }: EmailSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once("error", reject);
    connection.once("end", () => reject(new Error("It closed the connection.")));
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    connection.connect((error?: Error | null) => {
      if (error || user === undefined || !connection.allowsAuth) return done(error ?? null);
      connection.login({ user, credentials: { user, pass: password } }, done);
    });
  });
}
