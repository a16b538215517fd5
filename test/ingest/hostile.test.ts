/** What strangers can do to ingest: text that lies, bodies that are too large, clients that never finish. */
import { connect, type Socket } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { readAlertmanagerAlerts } from "#ingest/protocols/alertmanager-api-v2";
import { readAlertmanagerWebhook } from "#ingest/protocols/alertmanager-webhook-v4";
import { readGenericJson } from "#ingest/protocols/generic-json";
import { readPagerDutyEvent } from "#ingest/protocols/pagerduty-events-v2";
import { contentLimits } from "#wire/alert-content";
import { post, send } from "../support/http-client.ts";
import { alertmanagerKey, eventsKey, startIngest } from "./ingest-server.ts";

const jsonPath = `/in/${eventsKey}/json`;
const prometheusPath = `/in/${alertmanagerKey}/api/v2/alerts`;

async function titleOf(title: string): Promise<string> {
  const { port, engine } = await startIngest();
  await post(port, jsonPath, JSON.stringify({ title }));
  return engine.signals[0]!.content.title;
}

describe("hostile text", () => {
  test.each([
    ["a header", "Disk full\r\nBcc: everyone@example.org", "Disk full Bcc: everyone@example.org"],
    ["NUL and escape", "a\u0000b\u001b[31mc", "a\uFFFDb\uFFFD[31mc"],
    ["half a surrogate pair", "a\ud800b", "a\uFFFDb"],
    ["a bidirectional override", "safe\u202Etxt.exe", "safe\uFFFDtxt.exe"],
    ["markup, which is text", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
    ["Arabic and emoji, which are fine", "خادم معطل 🔥", "خادم معطل 🔥"],
    ["1,025 characters", "x".repeat(1025), `${"x".repeat(1023)}…`],
    ["an emoji where it is cut", `${"x".repeat(1022)}🔥🔥`, `${"x".repeat(1022)}…`],
  ])("%s", async (_name, title, expected) => {
    expect(await titleOf(title)).toBe(expected);
  });

  test("bytes that are not UTF-8 are shown as such, not refused", async () => {
    const { port, engine } = await startIngest();
    expect((await post(port, jsonPath, Buffer.from('{"title":"St\xf6rung"}', "latin1"))).status).toBe(202);
    expect(engine.signals[0]!.content.title).toBe("St\uFFFDrung");
  });

  test("names that mean something to JavaScript are names", async () => {
    const { port, engine } = await startIngest();
    await post(
      port,
      jsonPath,
      '{"title":"x","labels":{"__proto__":"a","constructor":"b"},"details":{"__proto__":{"polluted":1}}}',
    );
    const { labels, details } = engine.signals[0]!.content;
    expect(Object.entries(labels)).toEqual([
      ["(__proto__)", "a"],
      ["constructor", "b"],
    ]);
    expect(Object.entries(details)).toEqual([["(__proto__)", '{"polluted":1}']]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("too many labels and details are left out visibly", async () => {
    const { port, engine } = await startIngest();
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`name${i}`, "v".repeat(10)]));
    await post(port, jsonPath, { title: "x", labels: many, details: { log: "y".repeat(10_000) } });
    const { labels, details } = engine.signals[0]!.content;
    expect(Object.keys(labels)).toHaveLength(contentLimits.labels);
    expect(details["tocsin"]).toBe("Left out, being too many: 36 labels.");
    expect(details["log"]).toHaveLength(contentLimits.detailValue);
  });

  test("links lead to web pages only", async () => {
    const { port, engine } = await startIngest();
    await post(port, jsonPath, {
      title: "x",
      links: [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "https://ok.example/a b\u202E",
        "http://",
        "//x.example",
      ],
    });
    expect(engine.signals[0]!.content.links).toEqual([{ href: "https://ok.example/a%20b%E2%80%AE" }]);
  });

  test("a value nested a hundred thousand deep is an alert like any other", async () => {
    const { port, engine } = await startIngest();
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect((await post(port, jsonPath, `{"title":"x","details":{"deep":${deep}}}`)).status).toBe(202);
    expect(engine.signals[0]!.content.details["deep"]!.length).toBeLessThanOrEqual(contentLimits.detailValue);
  });

  test("whatever JSON it is, a protocol answers with clean, bounded content or reasons, and never throws", () => {
    const readers = [
      readGenericJson,
      readPagerDutyEvent,
      readAlertmanagerWebhook,
      (body: unknown) => readAlertmanagerAlerts(body, 1e12),
    ];
    const text = fc.string({ unit: "binary", maxLength: 40 });
    const leaf = fc.oneof(
      text,
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(
        "trigger",
        "firing",
        "resolved",
        "critical",
        "http://x.example",
        "9999-12-31T23:59:59Z",
      ),
    );
    const record = fc.dictionary(fc.oneof(text, fc.constant("__proto__")), leaf);
    const content = fc.record(
      {
        title: text,
        summary: text,
        source: leaf,
        severity: leaf,
        labels: fc.oneof(leaf, record),
        annotations: record,
        details: fc.oneof(leaf, record),
        links: fc.array(fc.oneof(leaf, fc.record({ href: leaf, text: leaf }))),
        status: leaf,
        startsAt: leaf,
        endsAt: leaf,
        dedupKey: leaf,
      },
      { requiredKeys: [] },
    );
    const event = fc.record(
      {
        routing_key: leaf,
        event_action: leaf,
        dedup_key: leaf,
        payload: fc.oneof(leaf, content),
        links: leaf,
        images: fc.array(content),
        client_url: leaf,
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.json().map((written): unknown => JSON.parse(written)),
      content,
      fc.array(fc.oneof(content, leaf)),
      event,
      fc.record({ alerts: fc.array(fc.oneof(content, leaf)) }),
    );
    fc.assert(
      fc.property(body, fc.constantFrom(...readers), (value, read) => {
        const { signals, errors } = read(value);
        for (const error of errors) expect(error).not.toBe("");
        for (const { content: made, silentAfterMs } of signals) {
          expect(made.title.length).toBeGreaterThan(0);
          expect(made.title.length).toBeLessThanOrEqual(contentLimits.title);
          expect(`${made.title}${made.source}`).not.toMatch(/[\0-\x1f\x7f-\x9f\u202a-\u202e]|\p{Cs}/u);
          for (const link of made.links) expect(link.href).toMatch(/^https?:/);
          if (silentAfterMs !== null) expect(silentAfterMs).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});

test("what is missing is called missing", () => {
  expect(readAlertmanagerWebhook({ version: "4" }).errors).toEqual(["alerts must be an array, not missing"]);
  expect(readAlertmanagerWebhook(undefined).errors).toEqual(["the body must be an object, not missing"]);
});

describe("limits", () => {
  test.each([
    ["/v2/enqueue", 5 * 1024 * 1024],
    [jsonPath, 5 * 1024 * 1024],
    [`/in/${eventsKey}/alertmanager`, 5 * 1024 * 1024],
    [prometheusPath, 5 * 1024 * 1024],
  ])("%s takes %i bytes and answers 413 to one more", async (path, limit) => {
    const { port, engine, lines } = await startIngest();
    const spaces = (size: number) => Buffer.alloc(size, " ");
    const tooLarge = await post(port, path, spaces(limit + 1));
    expect(tooLarge.status).toBe(413);
    expect(tooLarge.text).toContain(`at most ${limit / 1024 / 1024} MiB`);
    expect(lines).toHaveLength(1);
    // Blanks alone are no JSON, so what is taken is refused for that.
    expect((await post(port, path, spaces(limit))).status).toBe(400);
    expect(engine.inputs).toEqual([]);
  });

  test("one that writes all of it before it listens hears the 413 too, and not a broken connection", async () => {
    const { port, lines } = await startIngest();
    const size = 20 * 1024 * 1024;
    const heard = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => {
        socket.pause();
        socket.write(`POST ${jsonPath} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`);
        let left = size;
        const write = () => {
          if (left === 0) return void socket.resume();
          left -= 0x10000;
          socket.write(Buffer.alloc(0x10000, " "), (error) => (error ? resolve(error.message) : write()));
        };
        write();
      });
      socket.on("data", (data) => (text += String(data)));
      socket.on("error", ({ message }) => resolve(message));
      socket.on("close", () => resolve(text.split("\r\n")[0]!));
    });
    expect(heard).toBe("HTTP/1.1 413 Payload Too Large");
    expect(lines).toEqual(["the body is too large; at most 5 MiB"]);
  });

  test("one that stops writing hears it as well", async () => {
    const { port } = await startIngest();
    const heard = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`POST ${jsonPath} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n{`),
      );
      socket.once("data", (data) => resolve(String(data).split("\r\n")[0]!));
    });
    expect(heard).toBe("HTTP/1.1 413 Payload Too Large");
  });

  test("a connection that ends half-way through its message is called that", async () => {
    const { port, lines } = await startIngest();
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`POST ${jsonPath} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{`);
      setImmediate(() => socket.destroy());
    });
    await vi.waitFor(() => expect(lines).toEqual(["the connection ended before the whole message had come"]));
  });

  test("a chunked body without a length is bounded too", async () => {
    const { port } = await startIngest();
    const ending = await new Promise<string>((resolve) => {
      let heard = "";
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(`POST ${jsonPath} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`);
        const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
        const write = () => socket.writable && socket.write(chunk, () => setImmediate(write));
        write();
      });
      socket.on("data", (data) => {
        heard += String(data);
        socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(heard.split("\r\n")[0] || "reset"));
    });
    // Whoever still writes when the server hangs up may miss its last words.
    expect(["HTTP/1.1 413 Payload Too Large", "reset"]).toContain(ending);
  });

  test("10,000 alerts in one batch are one turn's work", async () => {
    const { port, engine, received } = await startIngest();
    const batch = Array.from({ length: 10_000 }, (_, i) => ({
      labels: { alertname: "Storm", instance: `host${i}`, severity: "critical" },
      annotations: { summary: `Host ${i} is down` },
    }));
    const answer = await post(port, prometheusPath, batch);
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(new Set(engine.signals.map((signal) => signal.dedupKey)).size).toBe(10_000);
    expect(received).toEqual([
      { integration: "prometheus", protocol: "alertmanager-api", result: "accepted", signals: 10_000 },
    ]);
  });

  test("a client that never finishes is hung up on, while others are served", async () => {
    const { port } = await startIngest({
      limits: { headersTimeoutMs: 150, requestTimeoutMs: 300, checkEveryMs: 50 },
    });
    const drip = (head: string) =>
      new Promise<string>((resolve) => {
        let heard = "";
        const socket = connect(port, "127.0.0.1", () => socket.write(head));
        socket.on("data", (data) => (heard += String(data)));
        socket.on("error", () => {});
        socket.on("close", () => resolve(heard));
      });
    const slow = [
      drip(`POST ${jsonPath} HTTP/1.1\r\nHost: local`),
      drip(`POST ${jsonPath} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`),
    ];
    expect((await post(port, jsonPath, { title: "x" })).status).toBe(202);
    for (const heard of await Promise.all(slow)) expect(heard).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("no more connections than the limit: the silent one that has waited longest goes, and an alert comes in", async () => {
    const { port, engine } = await startIngest({ limits: { connections: 2 } });
    const idle: Socket[] = [];
    for (let i = 0; i < 2; i += 1)
      idle.push(
        await new Promise<Socket>((resolve) => {
          const socket = connect(port, "127.0.0.1", () => resolve(socket)).on("error", () => {});
        }),
      );
    const isGone = new Promise((resolve) => idle[0]!.resume().once("close", resolve));
    expect((await post(port, jsonPath, { title: "x" })).status).toBe(202);
    await isGone;
    expect(idle[1]!.destroyed).toBe(false);
    expect(engine.signals).toHaveLength(1);
    idle[1]!.destroy();
  });
});

test("a page whose own name was made to lead here is refused (DNS rebinding)", async () => {
  const { port, engine, lines } = await startIngest();
  const rebound = (host: string) =>
    send(port, jsonPath, { method: "POST", headers: { host }, body: '{"title":"x"}' });
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.2",
    "user@localhost",
    "[::1",
  ]) {
    expect([host, (await rebound(host)).status]).toEqual([host, 421]);
  }
  expect(engine.inputs).toEqual([]);
  expect(lines).toHaveLength(7);
  for (const host of [
    "localhost",
    `localhost:${port}`,
    "LOCALHOST:1",
    "127.0.0.1",
    `[::1]:${port}`,
    "localhost.",
  ]) {
    expect([host, (await rebound(host)).status]).toEqual([host, 202]);
  }
});
