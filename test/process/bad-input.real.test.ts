/** What a hostile or broken world does to the real process: bad requests, floods, slow clients. Contract §4, invariant 7. */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, type TocsinProcess } from "../support/tocsin-process.ts";

afterAll(endProcesses);

/** `change`: what differs in its team file. */
function start(change: Record<string, unknown> = {}): Promise<TocsinProcess> {
  const folder = freshFolder();
  return serve({ data: folder, team: writeTeamFile(folder, teamFile({ change })) });
}

const json = `/in/${keys.events}/json`;
const batch = `/in/${keys.prometheus}/api/v2/alerts`;
const webhook = `/in/${keys.webhook}/alertmanager`;

test("a bad request is refused, changes nothing and makes one line in the log", async () => {
  const engine = await start();
  const bad: [path: string, body: unknown, status: number][] = [
    [json, "{ not JSON", 400],
    [json, "", 400],
    [json, "null", 422],
    [json, [], 422],
    [json, { title: 7 }, 422],
    [json, { title: "x", severity: "terrible" }, 422],
    [json, { title: "x", labels: ["a"] }, 422],
    [json, { status: "resolved" }, 422],
    [json, "[".repeat(200_000), 400],
    [batch, "{", 400],
    [batch, { labels: {} }, 400],
    [batch, [{ labels: {} }], 400],
    [batch, [{ labels: { a: 1 } }], 400],
    [webhook, { version: "99" }, 422],
    ["/v2/enqueue", "{", 400],
    ["/v2/enqueue", { routing_key: keys.events, event_action: "explode" }, 400],
    ["/v2/enqueue", { routing_key: 7 }, 400],
    ["/in/no-such-key-0123456789-0123456789-00/json", { title: "x" }, 401],
    ["/v2/enqueue", { routing_key: "0".repeat(32), event_action: "trigger" }, 401],
    ["/api/v1/alerts", { title: "x" }, 401],
    ["/nowhere", {}, 404],
  ];
  for (const [path, body, status] of bad) {
    const answer = await engine.post(path, body);
    expect([path, String(JSON.stringify(body)).slice(0, 60), answer.status]).toEqual([
      path,
      String(JSON.stringify(body)).slice(0, 60),
      status,
    ]);
    expect(() => answer.json()).not.toThrow();
  }
  // Ids are whatever a client says, too.
  const actions = { acknowledge: {}, resolve: {}, escalate: {}, note: { text: "x" }, snooze: { for: "5m" } };
  for (const [action, body] of Object.entries(actions)) {
    const act = engine.api("POST", `/api/v1/alerts/a%00b/${action}`, body);
    await expect(act, action).rejects.toThrow(": 404 ");
  }
  await expect(engine.api("GET", "/api/v1/alerts/a%00b")).rejects.toThrow(": 404 ");
  expect(await engine.alerts("all")).toEqual([]);
  expect((await engine.get("/readyz")).status).toBe(200);
  const log = readFileSync(`${engine.data}/tocsin.log`, "utf8").trim().split("\n");
  expect(log.length).toBeLessThanOrEqual(bad.length + 2);
});

describe("100 MB in one body", () => {
  const hundredMegabytes = 100 * 1024 * 1024;

  test.each([
    ["announced", `Content-Length: ${hundredMegabytes}`],
    ["in chunks, not announced", "Transfer-Encoding: chunked"],
  ])("%s: 413 or hung up on, in little memory, and others are served", async (_, header) => {
    const engine = await start();
    const before = peakMemory(engine.pid);
    const socket = connect(engine.port, "127.0.0.1");
    socket.write(
      `POST ${json} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${header}\r\n\r\n`,
    );
    const flood = floodOf(socket, header.startsWith("Transfer") ? "10000\r\n" : "", hundredMegabytes);
    const answer = await textUntilEnd(socket);
    flood.stop();
    expect(answer === "" || answer.startsWith("HTTP/1.1 413 ")).toBe(true);
    expect((await engine.post(json, { title: "Meanwhile" })).status).toBe(202);
    expect(peakMemory(engine.pid) - before).toBeLessThan(64 * 1024 * 1024);
  });
});

test.concurrent("10,000 alerts in one batch: all kept, and a person's command is not held up for long", async () => {
  // Nobody wants ten thousand mails.
  const policies = [{ id: "default", steps: [{ notify: [{ person: "ana" }], within: "1h" }] }];
  const quiet = await start({ policies });
  const alerts = Array.from({ length: 10_000 }, (_, index) => ({
    labels: { alertname: "Flood", index: `${index}` },
  }));
  const startedAt = performance.now();
  const flooding = quiet.post(batch, alerts);
  const raised = await quiet.api<{ status: string }>("POST", "/api/v1/alerts", { title: "By hand" });
  const raisedAfterMs = performance.now() - startedAt;
  expect((await flooding).status).toBe(200);
  console.log(
    `10,000 alerts in one batch: ${Math.round(performance.now() - startedAt)} ms; an alert by hand meanwhile: ${Math.round(raisedAfterMs)} ms; peak ${Math.round(peakMemory(quiet.pid) / 1024 / 1024)} MiB`,
  );
  expect(raised.status).toBe("triggered");
  expect(raisedAfterMs).toBeLessThan(5_000);
  await quiet.crash();
  const again = await serve({ data: quiet.data });
  const kept = await again.alerts();
  expect(kept).toHaveLength(10_000);
  const metrics = (await again.get("/metrics")).text;
  expect(metrics).toMatch(/^tocsin_[a-z_]*open[a-z_]*(\{[^}]*\})? 1000[01]$/m);
}, 60_000);

// Beside the flood: the engine gives each of them half a minute.
test.concurrent("slow clients that never finish do not hold up others, and are hung up on", async () => {
  const engine = await start();
  const slow = Array.from({ length: 100 }, (_, index) => {
    const socket = connect(engine.port, "127.0.0.1");
    socket.on("error", () => {});
    const head = `POST ${json} HTTP/1.1\r\nHost: localhost\r\n`;
    socket.write(index % 2 === 0 ? head : `${head}Content-Length: 1000\r\n\r\n{"title":`);
    // A byte now and then must not keep it open for ever.
    const timer = setInterval(() => socket.writable && socket.write(index % 2 === 0 ? "X" : " "), 2_000);
    return new Promise<void>((resolve) =>
      socket.resume().once("close", () => {
        clearInterval(timer);
        resolve();
      }),
    );
  });
  for (let count = 0; count < 20; count += 1) {
    const startedAt = performance.now();
    expect((await engine.post(json, { title: "Quick" })).status).toBe(202);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  }
  await Promise.all(slow);
  // Whether their broken bodies are refusals, of which Tocsin tells, or nothing at all depends on who hangs up first.
  const reported = (await engine.alerts()).filter(({ source }) => source !== "tocsin");
  expect(new Set(reported.map(({ title }) => title))).toEqual(new Set(["Quick"]));
}, 60_000);

test("a page in a browser cannot drive it: other hosts are refused", async () => {
  const engine = await start();
  const socket = connect(engine.port, "127.0.0.1");
  const body = JSON.stringify({ title: "Rebound" });
  socket.write(
    `POST ${json} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  expect(await textUntilEnd(socket)).toMatch(/^HTTP\/1\.1 421 /);
  expect(await engine.alerts("all")).toEqual([]);
});

/** Bytes, since the process started; Linux only. */
function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(kilobytes) * 1024;
}

/** Pieces of 64 KiB, each with `prefix` (a chunk's size), as fast as they are taken. */
function floodOf(socket: Socket, prefix: string, bytes: number): { stop(): void } {
  const piece = Buffer.from(`${prefix}${" ".repeat(0x10000)}${prefix === "" ? "" : "\r\n"}`);
  let left = bytes;
  const pump = (): void => {
    while (left > 0 && socket.writable) {
      left -= 0x10000;
      if (!socket.write(piece)) {
        socket.once("drain", pump);
        return;
      }
    }
  };
  pump();
  return { stop: () => void (left = 0) };
}

/** All that came; a connection that was reset has ended too. */
function textUntilEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk) => {
      text += String(chunk);
      if (text.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(text));
  });
}
