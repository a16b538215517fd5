/**
 * The e-mail channel: tells a person by a mail over SMTP. Made by compose; the engine calls `send`.
 *
 * It keeps nothing: a mail is either taken by the server (`sent`), surely not sent, or unknown (a failure after the last
 * byte). The engine repeats the unknown ones, under the same Message-ID.
 */
import type { Outcome } from "#domain/input";
import type { AlertId, EpochMs } from "#domain/ids";
import type { Channel, Notice } from "#engine/ports";
import { messageOf } from "./email-message.ts";
import { outcomeOfSmtpError, refusedAddressOf } from "./email-outcome.ts";
import { createEmailPool, defaultEmailLimits, type EmailLimits } from "./email-pool.ts";
import type { EmailSettings } from "#config/email-schema";
import { permanent, temporary, withdrawn } from "./failure.ts";
import { shorten, singleLine } from "./hostile-text.ts";
import { startTimeLimit } from "./time-limit.ts";

export interface EmailChannelOptions {
  /** Asked for every mail, so that a reloaded team file counts at once. Null: none configured. */
  readonly settings: () => EmailSettings | null;
  readonly now: () => EpochMs;
  /** The address of an alert's page in the console, where there is one. */
  readonly consoleUrl?: (alertId: AlertId) => string | null;
  readonly limits?: Partial<EmailLimits>;
}

export function createEmailChannel(options: EmailChannelOptions): Channel {
  const limits = { ...defaultEmailLimits, ...options.limits };
  const pool = createEmailPool(limits);
  const underWay = new Set<Promise<Outcome>>();
  let closed = false;

  async function deliver(notice: Notice, outer: AbortSignal): Promise<Outcome> {
    const settings = options.settings();
    if (closed) return temporary("internal", "The e-mail channel is closed: Tocsin is stopping.");
    if (settings === null)
      return permanent("not-configured", "No mail server is configured: add `email` to the team file.");
    const address = notice.person.email?.trim() ?? "";
    if (!isAddress(address))
      return {
        ...permanent("no-address", `${notice.person.id} has no usable e-mail address.`),
        refused: { what: "recipient", address: notice.person.email ?? "" },
      };
    if (outer.aborted) return temporary("timed-out", "Given up before the mail server was asked.");
    if (!notice.stillWanted()) return withdrawn;

    const server = `${settings.host}:${settings.port}`;
    const consoleUrl = options.consoleUrl?.(notice.alert.id) ?? null;
    const message = messageOf(notice, { from: settings.from, address, consoleUrl, now: options.now() });
    const limit = startTimeLimit(limits.totalMs, outer);
    let changedMind = false;
    try {
      const mail = {
        ...message,
        xMailer: "Tocsin",
        textEncoding: "quoted-printable",
        signal: limit.signal,
      } as const;
      const answer = await pool.send(settings, mail, () => {
        // Invariant 3: the latest moment there is; the connection is up and the server waits for the first byte.
        changedMind = !notice.stillWanted();
        if (changedMind) throw new Error("acknowledged meanwhile");
      });
      return { kind: "sent", text: `Taken by ${server}: ${shorten(singleLine(answer), 200)}` };
    } catch (error) {
      if (changedMind) return withdrawn;
      if (limit.signal.aborted)
        return temporary("timed-out", `Mail server ${server} did not take the mail in time.`);
      const refused = refusedAddressOf(error, { from: settings.from, to: notice.person.email ?? "" });
      const outcome = outcomeOfSmtpError(error, server);
      return refused === null ? outcome : { ...outcome, refused };
    } finally {
      limit.end();
    }
  }

  return {
    via: "email",
    async send(notice, signal) {
      const delivery = deliver(notice, signal).catch((error: unknown) =>
        temporary("internal", `Writing the mail failed: ${String(error)}`),
      );
      underWay.add(delivery);
      try {
        return await delivery;
      } finally {
        underWay.delete(delivery);
      }
    },
    async close() {
      closed = true;
      const drain = startTimeLimit(limits.drainMs, new AbortController().signal);
      await Promise.race([Promise.all(underWay), drain.over]);
      drain.end();
      pool.close();
    },
  };
}

/** Coarse on purpose: the mail server knows better. It only keeps out what could be more than one address. */
function isAddress(text: string): boolean {
  return /^[^\s@<>,;:"()\p{Cc}]+@[^\s@<>,;:"()\p{Cc}]+$/u.test(text);
}
