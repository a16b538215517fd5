/**
 * The SMTP connections of the e-mail channel: one pool for the current settings; a pool whose settings have changed
 * finishes what it has and goes. Uses nodemailer; nothing outside this file and `email-verify` knows its options.
 */
import { Readable } from "node:stream";
import { createTransport, type SendMailOptions } from "nodemailer";
import { encryptionOf, settingsKey } from "./email-settings.ts";
import type { EmailSettings } from "#config/email-schema";
import { parallelSends } from "#engine/ports";

/** All in milliseconds. */
export interface EmailLimits {
  readonly connectMs: number;
  /** How long the server may say nothing once connected. */
  readonly silenceMs: number;
  /** One mail from beginning to end. */
  readonly totalMs: number;
  /** How long `close` waits for mails under way. */
  readonly drainMs: number;
}

export const defaultEmailLimits: EmailLimits = {
  connectMs: 10_000,
  silenceMs: 20_000,
  totalMs: 30_000,
  drainMs: 3_000,
};

/** Called when the server has said "go ahead", right before the first byte of the mail; throwing keeps it from leaving. */
type BeforeFirstByte = () => void;

export interface EmailPool {
  /** Resolves with the server's answer; rejects with nodemailer's error. `settings` may differ from call to call. */
  send(settings: EmailSettings, mail: SendMailOptions, beforeFirstByte: BeforeFirstByte): Promise<string>;
  /** Ends idle connections at once and those in use by force. */
  close(): void;
}

export function createEmailPool(limits: EmailLimits): EmailPool {
  const open = new Set<Transport>();
  let current: Transport | null = null;

  function transportFor(settings: EmailSettings): Transport {
    // A certificate file that was replaced counts from the next mail on.
    const key = settingsKey(settings);
    if (current?.key !== key) {
      const outdated = current;
      current = { key, underWay: 0, pool: createPool(settings, limits) };
      open.add(current);
      if (outdated !== null) retireIfIdle(outdated);
    }
    return current;
  }

  function retireIfIdle(transport: Transport): void {
    if (transport === current || transport.underWay > 0) return;
    transport.pool.close();
    open.delete(transport);
  }

  return {
    async send(settings, mail, beforeFirstByte) {
      const transport = transportFor(settings);
      transport.underWay += 1;
      try {
        const gated: GatedMail = { ...mail, beforeFirstByte };
        const info = await transport.pool.sendMail(gated);
        return info.response;
      } finally {
        transport.underWay -= 1;
        retireIfIdle(transport);
      }
    },
    close() {
      for (const { pool } of open) pool.close({ force: true });
      open.clear();
      current = null;
    },
  };
}

interface Transport {
  readonly key: string;
  readonly pool: ReturnType<typeof createPool>;
  underWay: number;
}

interface GatedMail extends SendMailOptions {
  readonly beforeFirstByte: BeforeFirstByte;
}

function createPool(settings: EmailSettings, limits: EmailLimits) {
  const pool = createTransport({
    ...connectionOptions(settings, limits),
    pool: true,
    // As many as the engine has under way: none of them waits in here, where nobody could overtake it.
    maxConnections: parallelSends.email.critical,
    // Only a connection that died before a byte of the mail was sent counts; the engine does the real retrying.
    maxRequeues: 1,
    // Short, since a laptop that slept meanwhile finds the connection dead and loses `silenceMs` noticing it.
    idleTimeout: 30_000,
  });
  // The mail is a stream that nobody reads before the server's 354; ending in an error, it is never completed by the
  // final dot, so the server throws away what it has (RFC 5321 §4.1.1.4). This is the last moment to change one's mind.
  pool.use("stream", (mail, done) => {
    const { beforeFirstByte } = mail.data as GatedMail;
    mail.message.processFunc((content) =>
      Readable.from(gate(content, beforeFirstByte), { objectMode: false }),
    );
    done();
  });
  return pool;
}

async function* gate(content: Readable, beforeFirstByte: BeforeFirstByte): AsyncGenerator<Buffer> {
  beforeFirstByte();
  yield* content;
}

/** What nodemailer needs to connect with these settings. Throws when the CA file cannot be read. */
export function connectionOptions(settings: EmailSettings, limits: EmailLimits) {
  const { host, port, secure, user, password } = settings;
  return {
    host,
    port,
    secure,
    ...encryptionOf(settings),
    ...(user !== undefined && { auth: { user, pass: password ?? "" } }),
    dnsTimeout: limits.connectMs,
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.connectMs,
    socketTimeout: limits.silenceMs,
    socketCloseTimeout: 1_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
