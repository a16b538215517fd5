/**
 * A small real SMTP server on the loopback that takes its time: each mail is answered late, some recipients are put off
 * (greylisting) or never answered (a tarpit). It keeps what it took, in order. For tests of a backlog; mail-server.ts is the
 * real thing.
 */
import { createServer, type AddressInfo, type Socket } from "node:net";

export interface TakenMail {
  /** When it was taken, ms since the server started. */
  readonly at: number;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
}

export interface SlowMailServer {
  readonly port: number;
  readonly taken: readonly TakenMail[];
  /** How many were put off. */
  readonly putOff: number;
  /** The most mails that were under way at once. */
  readonly mostAtOnce: number;
  stop(): Promise<void>;
}

export interface SlowMailServerOptions {
  /** From the final dot to the answer. */
  readonly mailMs: number;
  /** 451 to a recipient from their first mail on, for so long. */
  readonly greylistMs?: number;
  /** Recipients whose mails get no answer, as the name before the @. */
  readonly tarpit?: readonly string[];
}

export async function startSlowMailServer(options: SlowMailServerOptions): Promise<SlowMailServer> {
  const startedAt = performance.now();
  const taken: TakenMail[] = [];
  const firstSeen = new Map<string, number>();
  const sockets = new Set<Socket>();
  let putOff = 0;
  let atOnce = 0;
  let mostAtOnce = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding("latin1").on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    const say = (line: string) => socket.writable && socket.write(`${line}\r\n`);
    let buffer = "";
    let to = "";
    let isData = false;

    const take = (source: string) => {
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      const header = (name: string) =>
        new RegExp(`^${name}:\\s*(.*(?:\r\n[ \t].*)*)`, "im").exec(source)?.[1] ?? "";
      const [subject, messageId] = [header("Subject").replace(/\r\n\s+/g, " "), header("Message-ID").trim()];
      setTimeout(() => {
        atOnce -= 1;
        if (!socket.writable) return;
        taken.push({ at: performance.now() - startedAt, to, subject, messageId });
        say("250 2.0.0 taken");
      }, options.mailMs);
    };
    const command = (line: string) => {
      const word = line.slice(0, 4).toUpperCase();
      if (word === "RCPT") {
        to = /<([^@>]*)/.exec(line)?.[1] ?? "";
        if (options.tarpit?.includes(to)) return;
        const first = firstSeen.get(to) ?? performance.now();
        firstSeen.set(to, first);
        if (performance.now() - first < (options.greylistMs ?? -1)) {
          putOff += 1;
          return void say("451 4.7.1 Greylisted, try again later");
        }
      }
      if (word === "DATA") {
        isData = true;
        return void say("354 go ahead");
      }
      say(word === "QUIT" ? "221 2.0.0 bye" : "250 2.0.0 ok");
      if (word === "QUIT") socket.end();
    };
    socket.on("data", (text: string) => {
      buffer += text;
      for (;;) {
        const end = buffer.indexOf(isData ? "\r\n.\r\n" : "\r\n");
        if (end === -1) return;
        const part = buffer.slice(0, end);
        buffer = buffer.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          take(part);
        } else command(part);
      }
    });
    say("220 slow.tocsin.test ESMTP");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    get putOff() {
      return putOff;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
