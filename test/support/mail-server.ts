/**
 * The real mail server of scripts/mail-server (exim4 and dovecot) on ports of its own, and its mailboxes read by IMAP.
 * For every test that wants to see a mail arrive. Needs root on Debian, as the script does.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ImapFlow, type MessageStructureObject } from "imapflow";

export interface MailServer {
  readonly host: "127.0.0.1";
  /** Plain; STARTTLS offered, no login. */
  readonly smtpPort: number;
  /** TLS from the start, login required: tocsin / tocsinpw. */
  readonly smtpsPort: number;
  /** STARTTLS and login required: tocsin / tocsinpw. */
  readonly submissionPort: number;
  readonly imapPort: number;
  /** The self-signed certificate of all of them. */
  readonly caFile: string;
  /** One of ops, alice, ana, ben, chi, dan; the address is `user@tocsin.test`. slow@ gives 451, nobody@ 550. */
  mailbox(user: string): Mailbox;
  /** The first mail (oldest first) for which `predicate` holds; throws after `timeoutMs`, saying what was there. */
  waitForMail(
    user: string,
    predicate?: (mail: ReceivedMail) => boolean,
    timeoutMs?: number,
  ): Promise<ReceivedMail>;
  stop(): Promise<void>;
}

export interface Mailbox {
  /** All mails, oldest first. */
  messages(): Promise<ReceivedMail[]>;
  clear(): Promise<void>;
  /** The uids of each conversation, as a mail program would group them (RFC 5256 by `References`); longest first. */
  threads(): Promise<number[][]>;
}

export interface ReceivedMail {
  readonly uid: number;
  readonly subject: string;
  /** Decoded; empty when there is no such part. */
  readonly text: string;
  readonly html: string;
  /** By lower-case name, unfolded, still encoded; in the order of the mail. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly source: string;
}

const script = fileURLToPath(new URL("../../scripts/mail-server", import.meta.url));
const run = promisify(execFile);
const passwords: Readonly<Record<string, string>> = { ops: "opspw", alice: "alicepw" };
const usualPorts = [2525, 2465, 2587, 1143, 1993];

export async function startMailServer(): Promise<MailServer> {
  const base = await findPortBase();
  const folder = await mkdtemp(join(tmpdir(), "tocsin-mail-"));
  const control = (what: "start" | "stop") =>
    run(script, [what, folder], { env: { ...process.env, PORT_BASE: String(base) } });
  try {
    await control("start");
  } catch (error) {
    await control("stop").catch(() => {});
    throw new Error(
      "The mail server did not start; it needs root on Debian and: apt-get install -y --no-install-recommends exim4-daemon-light dovecot-imapd openssl",
      { cause: error },
    );
  }
  const imapPort = 1143 + base;
  const mailbox = (user: string): Mailbox => createMailbox(user, imapPort);
  return {
    host: "127.0.0.1",
    smtpPort: 2525 + base,
    smtpsPort: 2465 + base,
    submissionPort: 2587 + base,
    imapPort,
    caFile: join(folder, "tls/c.pem"),
    mailbox,
    async waitForMail(user, predicate = () => true, timeoutMs = 10_000) {
      const until = Date.now() + timeoutMs;
      for (;;) {
        const messages = await mailbox(user).messages();
        const found = messages.find(predicate);
        if (found !== undefined) return found;
        if (Date.now() > until) {
          throw new Error(
            `no such mail for ${user} within ${timeoutMs} ms; there were: ${JSON.stringify(messages.map((mail) => mail.subject))}`,
          );
        }
        await pause(100);
      }
    },
    async stop() {
      const groups = await Promise.all(
        ["exim.pid", "dovecot.pid"].map((file) => readPid(join(folder, file))),
      );
      await control("stop");
      // Exim's children outlive it while somebody is connected, and would write into the folder again.
      for (const group of groups) endGroup(group);
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function createMailbox(user: string, port: number): Mailbox {
  async function withImap<Result>(use: (client: ImapFlow) => Promise<Result>): Promise<Result> {
    const client = new ImapFlow({
      host: "127.0.0.1",
      port,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: passwords[user] ?? "pw" },
      logger: false,
    });
    await client.connect();
    try {
      await client.mailboxOpen("INBOX");
      return await use(client);
    } finally {
      await client.logout().catch(() => client.close());
    }
  }
  return {
    threads: () => withImap(readThreads),
    clear: () => withImap(async (client) => void (await client.messageDelete("1:*", { uid: true }))),
    messages: () =>
      withImap(async (client) => {
        const found = await client.fetchAll(
          "1:*",
          { envelope: true, source: true, bodyStructure: true },
          { uid: true },
        );
        const mails: ReceivedMail[] = [];
        for (const { uid, envelope, source, bodyStructure } of found) {
          const partOf = async (type: string): Promise<string> => {
            const part = findPart(bodyStructure, type);
            return part === null ? "" : await downloadText(client, uid, part);
          };
          const raw = source?.toString("latin1") ?? "";
          mails.push({
            uid,
            subject: envelope?.subject ?? "",
            text: await partOf("text/plain"),
            html: await partOf("text/html"),
            headers: parseHeaders(raw),
            source: raw,
          });
        }
        return mails;
      }),
  };
}

async function readThreads(client: ImapFlow): Promise<number[][]> {
  const threads: number[][] = [];
  const atoms = ["REFS", "UTF-8", "ALL"].map((value) => ({ type: "ATOM", value }));
  const untagged = async ({ attributes }: { attributes?: unknown[] }): Promise<void> => {
    for (const thread of attributes ?? [])
      threads.push((JSON.stringify(thread).match(/\d+/g) ?? []).map(Number));
  };
  // imapflow has no THREAD of its own, nor a type for its way of sending any command.
  const raw = client as unknown as {
    exec(command: string, attributes: unknown, options: unknown): Promise<{ next(): void }>;
  };
  const response = await raw.exec("UID THREAD", atoms, { untagged: { THREAD: untagged } });
  response.next();
  return threads.map((thread) => thread.sort((a, b) => a - b)).sort((a, b) => b.length - a.length);
}

/** The part number of the first part of this type; a mail of one part has the number 1. */
function findPart(node: MessageStructureObject | undefined, type: string): string | null {
  if (node === undefined) return null;
  if (node.type === type) return node.part ?? "1";
  for (const child of node.childNodes ?? []) {
    const part = findPart(child, type);
    if (part !== null) return part;
  }
  return null;
}

async function downloadText(client: ImapFlow, uid: number, part: string): Promise<string> {
  const { content } = await client.download(String(uid), part, { uid: true });
  const chunks: Buffer[] = [];
  for await (const chunk of content ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8").replaceAll("\r\n", "\n");
}

function parseHeaders(source: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  const block = source.slice(0, source.indexOf("\r\n\r\n"));
  for (const line of block.replace(/\r\n(?=[ \t])/g, "").split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return headers;
}

async function readPid(file: string): Promise<number> {
  return Number(await readFile(file, "utf8"));
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGTERM");
  } catch {
    // All gone already.
  }
}

/** A number to add to the usual ports such that all of them are free. */
async function findPortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 10_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(usualPorts.map((port) => isFree(port + base)));
    if (free.every(Boolean)) return base;
  }
  throw new Error("found no five free ports for the mail server");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
