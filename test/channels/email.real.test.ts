/** The e-mail channel against a real SMTP and IMAP server: what arrives, and what each way of failing turns into. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEmailChannel, type EmailChannelOptions } from "#channels/email";
import type { EmailSettings } from "#config/email-schema";
import { verifyEmail } from "#channels/email-verify";
import { defaultEmailLimits } from "#channels/email-pool";
import type { Notice } from "#engine/ports";
import { channelSuite } from "../acceptance/channel-suite.ts";
import { eventually } from "../support/eventually.ts";
import { startMailServer, type MailServer, type ReceivedMail } from "../support/mail-server.ts";
import { buildNotice, freshAlertId, openedAt } from "./build-notice.ts";

const never = new AbortController().signal;
const from = "Tocsin <tocsin@tocsin.test>";
let server: MailServer;
let plain: EmailSettings;
let login: Pick<EmailSettings, "user" | "password" | "caFile" | "from" | "host">;

beforeAll(async () => {
  server = await startMailServer();
  plain = { host: server.host, port: server.smtpPort, secure: false, from };
  login = { host: server.host, from, user: "tocsin", password: "tocsinpw", caFile: server.caFile };
});
afterAll(() => server.stop());

async function sendOnce(settings: EmailSettings, notice: Notice, options: Partial<EmailChannelOptions> = {}) {
  const channel = createEmailChannel({ settings: () => settings, now: () => openedAt + 1_000, ...options });
  try {
    return await channel.send(notice, never);
  } finally {
    await channel.close();
  }
}

/** One after the other: what the server has taken is delivered in its own time, and in any order. */
async function deliver(user: string, notices: readonly Notice[]): Promise<ReceivedMail[]> {
  await server.mailbox(user).clear();
  let mails: ReceivedMail[] = [];
  for (const [index, notice] of notices.entries()) {
    expect(await sendOnce(plain, notice)).toMatchObject({ kind: "sent" });
    mails = await eventually(`${index + 1} mails`, async () => {
      const found = await server.mailbox(user).messages();
      return found.length > index && found;
    });
  }
  return mails;
}

channelSuite("email", async () => {
  await server.mailbox("ana").clear();
  const silent = await listenSilently();
  let settings = plain;
  const channel = createEmailChannel({ settings: () => settings, now: () => openedAt });
  return {
    channel,
    notice: (title, stillWanted = () => true) =>
      buildNotice({ alert: { id: freshAlertId(), title }, stillWanted }),
    unreachable: () => buildNotice({ person: { email: "nobody@tocsin.test" } }),
    async arrived(count) {
      // One more mail, sent after all others: once it is there, nothing else is still on its way.
      await sendOnce(plain, buildNotice({ alert: { id: freshAlertId(), title: "The last one" } }));
      for (;;) {
        const titles = (await server.mailbox("ana").messages()).map((mail) =>
          mail.subject.replace("[CRITICAL] ", ""),
        );
        if (titles.length > count && titles.includes("The last one"))
          return titles.filter((title) => title !== "The last one");
      }
    },
    hang: () => {
      settings = { ...plain, port: silent.port };
    },
    stop: () => silent.stop(),
  };
});

describe("reaches the person", () => {
  test.each([
    ["plain", () => plain],
    [
      "TLS from the start, with login",
      (): EmailSettings => ({ ...login, port: server.smtpsPort, secure: true }),
    ],
    [
      "STARTTLS, with login",
      (): EmailSettings => ({ ...login, port: server.submissionPort, secure: false, requireTls: true }),
    ],
    [
      "this computer's relay with a self-signed certificate",
      (): EmailSettings => ({
        host: server.host,
        from,
        user: "tocsin",
        password: "tocsinpw",
        port: server.smtpsPort,
        secure: true,
      }),
    ],
  ])("%s", async (way, settings) => {
    const notice = buildNotice({ alert: { id: freshAlertId(), title: `Over ${way}` } });
    expect(await sendOnce(settings(), notice)).toMatchObject({
      kind: "sent",
      text: expect.stringMatching(/250/),
    });
    const mail = await server.waitForMail("ana", ({ subject }) => subject === `[CRITICAL] Over ${way}`);
    expect(mail.text).toContain("You are on call in schedule primary.");
    expect(mail.text).toContain(`tocsin ack ${notice.alert.id}`);
    expect(mail.html).toContain("<h2");
    expect(mail.headers.get("auto-submitted")).toEqual(["auto-generated"]);
    expect(mail.headers.get("x-tocsin-alert")).toEqual([notice.alert.id]);
    expect(mail.headers.get("importance")).toEqual(["High"]);
    expect(mail.headers.get("date")).toEqual(["Mon, 05 Jan 2026 08:00:01 +0000"]);
  });
});

describe("says why it failed", () => {
  const failed = (permanent: boolean, reason: string, text: RegExp | string = "") => ({
    kind: "failed",
    permanent,
    reason,
    text: text instanceof RegExp ? expect.stringMatching(text) : expect.stringContaining(text),
  });

  test("wrong password", async () => {
    const settings = { ...login, password: "guess", port: server.submissionPort, secure: false };
    const outcome = await sendOnce(settings, buildNotice());
    expect(outcome).toEqual(failed(true, "authentication", /535.*email\.password/));
    expect(JSON.stringify(outcome)).not.toContain("guess");
  });

  test("no login where one is required", async () => {
    const settings = { ...plain, port: server.smtpsPort, secure: true };
    expect(await sendOnce(settings, buildNotice())).toMatchObject(
      failed(true, "refused", "Authentication required"),
    );
  });

  test("451: later", async () => {
    expect(await sendOnce(plain, buildNotice({ person: { email: "slow@tocsin.test" } }))).toEqual(
      failed(false, "temporary", "451"),
    );
  });

  test("550: never", async () => {
    expect(await sendOnce(plain, buildNotice({ person: { email: "nobody@tocsin.test" } }))).toMatchObject(
      failed(true, "refused", "550"),
    );
  });

  test("nobody listens", async () => {
    const { port, stop } = await listenSilently();
    await stop();
    expect(await sendOnce({ ...plain, port }, buildNotice())).toEqual(
      failed(false, "unreachable", `127.0.0.1:${port}`),
    );
  });

  test("no such host", async () => {
    expect(await sendOnce({ ...plain, host: "mail.invalid" }, buildNotice())).toEqual(
      failed(false, "unreachable", "mail.invalid"),
    );
  });

  test("a certificate from nobody we trust", async () => {
    const settings = { ...plain, port: server.smtpsPort, secure: true, fingerprint256: "00:11" };
    expect(await sendOnce(settings, buildNotice())).toEqual(
      failed(true, "unreachable", /self-signed.*email\.caFile/),
    );
  });

  test("a trusted certificate with another fingerprint", async () => {
    const settings = { ...login, port: server.smtpsPort, secure: true, fingerprint256: "00:11" };
    expect(await sendOnce(settings, buildNotice())).toMatchObject({
      kind: "failed",
      text: expect.stringContaining("fingerprint"),
    });
  });

  test("TLS spoken to a plain port", async () => {
    expect(await sendOnce({ ...plain, secure: true }, buildNotice())).toEqual(
      failed(true, "unreachable", "email.secure"),
    );
  });

  test("encryption required, not offered", async () => {
    const bare = await listen((socket) => {
      socket.write("220 bare\r\n");
      socket.on("data", (data) =>
        socket.write(data.toString().startsWith("EHLO") ? "250 bare\r\n" : "502 unknown\r\n"),
      );
    });
    expect(await sendOnce({ ...plain, port: bare.port, requireTls: true }, buildNotice())).toEqual(
      failed(true, "unreachable", "encryption"),
    );
    await bare.stop();
  });

  test("a CA file that is not there", async () => {
    expect(await sendOnce({ ...plain, caFile: "/nowhere/ca.pem" }, buildNotice())).toEqual(
      failed(true, "not-configured", "/nowhere/ca.pem"),
    );
  });

  test("accepts and never answers", { timeout: 5_000 }, async () => {
    const silent = await listenSilently();
    const outcome = await sendOnce({ ...plain, port: silent.port }, buildNotice(), {
      limits: { connectMs: 200 },
    });
    expect(outcome).toEqual(failed(false, "timed-out", `127.0.0.1:${silent.port}`));
    await silent.stop();
  });

  test(
    "trickles, so that no silence is long enough: the limit for the whole mail",
    { timeout: 5_000 },
    async () => {
      const trickling = await listen((socket) => {
        const timer = setInterval(() => socket.write("220-wait\r\n"), 20);
        socket.on("close", () => clearInterval(timer));
      });
      const outcome = await sendOnce({ ...plain, port: trickling.port }, buildNotice(), {
        limits: { totalMs: 300, connectMs: 60_000, silenceMs: 60_000 },
      });
      expect(outcome).toEqual(failed(false, "timed-out"));
      await trickling.stop();
    },
  );
});

test("hostile text arrives as text: whole in the body, harmless in the headers", async () => {
  const long = "x".repeat(10_000);
  const title = `<script>alert(1)</script>\r\nBcc: ops@tocsin.test\r\n\u0000🔥 \u202Egnp.exe ${long}`;
  const notice = buildNotice({
    alert: {
      id: freshAlertId(),
      title,
      labels: { "a\r\nBcc": "ops@tocsin.test" },
      links: [{ href: "javascript:alert(1)", text: "<b>click</b>" }],
    },
  });
  expect(await sendOnce(plain, notice)).toMatchObject({ kind: "sent" });
  const mail = await server.waitForMail(
    "ana",
    ({ headers }) => headers.get("x-tocsin-alert")?.[0] === notice.alert.id,
  );
  expect(mail.text).toContain(
    `CRITICAL: <script>alert(1)</script> Bcc: ops@tocsin.test \uFFFD🔥 \u202Egnp.exe ${long}\n`,
  );
  expect(mail.html).toContain("&lt;script&gt;");
  expect(mail.html).not.toMatch(/<script|javascript:[^<]*"/);
  expect(mail.headers.has("bcc")).toBe(false);
  expect(mail.subject).toMatch(
    /^\[CRITICAL\] <script>alert\(1\)<\/script> Bcc: ops@tocsin.test \uFFFD🔥 gnp.exe x+…$/,
  );
  expect([...mail.headers.keys()].sort()).toEqual(expectedHeaders);
});

/** All that a mail of ours has; `received` is the server's. */
const expectedHeaders = [
  "auto-submitted",
  "content-type",
  "date",
  "from",
  "importance",
  "in-reply-to",
  "message-id",
  "mime-version",
  "received",
  "references",
  "subject",
  "to",
  "x-auto-response-suppress",
  "x-mailer",
  "x-msmail-priority",
  "x-priority",
  "x-tocsin-alert",
];

describe("threads and identities", () => {
  test("the mails of one alert are one thread, those of another are not", async () => {
    const person = { email: "ben@tocsin.test" };
    const [first, other] = [freshAlertId(), freshAlertId()];
    const alerts = [
      { id: first, wave: 1 },
      { id: first, wave: 2 },
      { id: other, wave: 1 },
      { id: first, wave: 3 },
    ];
    const mails = await deliver(
      "ben",
      alerts.map((alert) => buildNotice({ alert, person })),
    );
    const [a, b, c, d] = mails.map((mail) => mail.uid);
    expect(await server.mailbox("ben").threads()).toEqual([[a, b, d], [c]]);
  });

  test("a repeated attempt has the same Message-ID, another notification another", async () => {
    const person = { email: "chi@tocsin.test" };
    const id = freshAlertId();
    const mails = await deliver("chi", [
      buildNotice({ alert: { id, wave: 1 }, person, attempt: 1 }),
      buildNotice({ alert: { id, wave: 1 }, person, attempt: 2 }),
      buildNotice({ alert: { id, wave: 2 }, person, attempt: 1 }),
    ]);
    const ids = mails.map((mail) => mail.headers.get("message-id")?.[0]);
    expect(ids).toHaveLength(3);
    expect(ids[0]).toMatch(/^<[0-9a-f]{64}@tocsin\.test>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});

test("follows the settings: a corrected server counts for the next mail", async () => {
  let settings: EmailSettings | null = null;
  const channel = createEmailChannel({ settings: () => settings, now: () => openedAt });
  const kinds: string[] = [];
  for (const next of [null, { ...plain, host: "mail.invalid" }, plain]) {
    settings = next;
    const outcome = await channel.send(buildNotice({ alert: { id: freshAlertId() } }), never);
    kinds.push(outcome.kind === "failed" ? outcome.reason : outcome.kind);
  }
  await channel.close();
  expect(kinds).toEqual(["not-configured", "unreachable", "sent"]);
});

test("survives a server that drops its connections between two mails", async () => {
  const between = await listen((socket) => {
    const upstream = connect(server.smtpPort, server.host);
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  const channel = createEmailChannel({
    settings: () => ({ ...plain, port: between.port }),
    now: () => openedAt,
  });
  const send = () => channel.send(buildNotice({ alert: { id: freshAlertId() } }), never);
  expect(await send()).toMatchObject({ kind: "sent" });
  between.drop();
  expect(await send()).toMatchObject({ kind: "sent" });
  await between.stop();
  expect(await send()).toMatchObject({ kind: "failed", permanent: false, reason: "unreachable" });
  await channel.close();
});

test("close waits for the mail under way, but not for ever", async () => {
  const channel = createEmailChannel({ settings: () => plain, now: () => openedAt });
  const sending = channel.send(buildNotice({ alert: { id: freshAlertId() } }), never);
  await channel.close();
  expect(await sending).toMatchObject({ kind: "sent" });

  const silent = await listenSilently();
  const stuck = createEmailChannel({
    settings: () => ({ ...plain, port: silent.port }),
    now: () => openedAt,
    limits: { drainMs: 100 },
  });
  const hanging = stuck.send(buildNotice({ alert: { id: freshAlertId() } }), never);
  await stuck.close();
  expect(await hanging).toMatchObject({ kind: "failed", permanent: false });
  await silent.stop();
});

describe("verifyEmail, for the doctor", () => {
  test("works", async () => {
    expect(await verifyEmail({ ...login, port: server.submissionPort, secure: false })).toEqual({ ok: true });
  });
  test("wrong password", async () => {
    const settings = { ...login, password: "guess", port: server.smtpsPort, secure: true };
    expect(await verifyEmail(settings)).toMatchObject({ ok: false, reason: "authentication" });
  });
  test("no answer", async () => {
    const silent = await listenSilently();
    const limits = { ...defaultEmailLimits, totalMs: 200 };
    expect(await verifyEmail({ ...plain, port: silent.port }, limits)).toMatchObject({
      ok: false,
      reason: "timed-out",
    });
    await silent.stop();
  });
});

interface Listening {
  readonly port: number;
  /** Ends all connections, as a restart or a firewall does. */
  drop(): void;
  stop(): Promise<void>;
}

/** Accepts connections and says nothing, ever. */
function listenSilently(): Promise<Listening> {
  return listen(() => {});
}

async function listen(onConnection: (socket: Socket) => void): Promise<Listening> {
  const sockets = new Set<Socket>();
  const listener: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    drop,
    stop: () =>
      new Promise((resolve) => {
        drop();
        listener.close(() => resolve());
      }),
  };
}
