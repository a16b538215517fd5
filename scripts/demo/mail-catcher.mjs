// A mail server that keeps what it gets in memory (RFC 5321, as much as a mail program needs). For `npm run demo` where no
// real one can be had, and for the tests that count mails.
import { createServer } from "node:net";

/**
 * Listens on a free port of 127.0.0.1. `onMail` is called before the sender is told that its mail was taken; with
 * `answerAfterMs` that answer waits, as a slow server's does.
 */
export async function startMailCatcher({ onMail = () => {}, answerAfterMs = 0 } = {}) {
  const mails = [];
  const sockets = new Set();
  const keep = (source, to) => {
    const mail = { at: Date.now(), to, ...headersOf(source), source };
    mails.push(mail);
    onMail(mail);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    converse(socket, keep, answerAfterMs);
  });
  await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  return {
    port: server.address().port,
    mails,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(socket, keep, answerAfterMs) {
  let received = "";
  let inMail = false;
  let recipients = [];
  const say = (line) => socket.writable && socket.write(`${line}\r\n`);
  const commands = {
    EHLO: () => say("250-catcher\r\n250 8BITMIME"),
    HELO: () => say("250 catcher"),
    MAIL: () => say("250 ok"),
    RCPT: (line) => {
      recipients.push(/<([^>]*)>/.exec(line)?.[1] ?? "");
      say("250 ok");
    },
    DATA: () => {
      inMail = true;
      say("354 go ahead");
    },
    RSET: () => {
      recipients = [];
      say("250 ok");
    },
    NOOP: () => say("250 ok"),
    QUIT: () => {
      say("221 bye");
      socket.end();
    },
  };
  const takeMail = () => {
    const end = received.startsWith(".\r\n") ? 0 : received.indexOf("\r\n.\r\n") + 2;
    if (end === 1) return false;
    keep(received.slice(0, end).replaceAll("\r\n..", "\r\n."), recipients);
    received = received.slice(end + 3);
    recipients = [];
    inMail = false;
    setTimeout(() => say("250 taken"), answerAfterMs);
    return true;
  };
  const takeLine = () => {
    const end = received.indexOf("\r\n");
    if (end === -1) return false;
    const line = received.slice(0, end);
    received = received.slice(end + 2);
    (commands[line.slice(0, 4).toUpperCase()] ?? (() => say("500 what?")))(line);
    return true;
  };
  say("220 catcher");
  socket.setEncoding("latin1");
  socket.on("data", (text) => {
    received += text;
    while (inMail ? takeMail() : takeLine());
  });
}

/** Unfolded; the subject of a mail in another script than ours stays encoded (RFC 2047). */
function headersOf(source) {
  const block = source.slice(0, source.indexOf("\r\n\r\n")).replace(/\r\n(?=[ \t])/g, "");
  const header = (name) => new RegExp(`^${name}: *(.*)$`, "im").exec(block)?.[1]?.trim() ?? "";
  return { subject: header("Subject"), messageId: header("Message-ID") };
}
