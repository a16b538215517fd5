/** Fetching from a real server on loopback that answers as the worst of them do. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fetchCalendar } from "#system/fetch-calendar";

const nothing = { etag: null, lastModified: null };
const limits = { maxBytes: 1024 * 1024, timeoutMs: 5000 };

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("gets what is there, and asks the next time only whether it has changed", async () => {
  const seen: IncomingMessage["headers"][] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers);
    if (request.headers["if-none-match"] === '"1"') return response.writeHead(304).end();
    response
      .writeHead(200, { etag: '"1"', "last-modified": "Sun, 01 Mar 2026 12:00:00 GMT" })
      .end("BEGIN:VCALENDAR");
  });
  const first = await fetchCalendar(`${url}/a.ics`, nothing, limits);
  if (!first.ok || !first.isNew) throw new Error(JSON.stringify(first));
  expect(Buffer.from(first.bytes).toString()).toBe("BEGIN:VCALENDAR");
  expect(await fetchCalendar(`${url}/a.ics`, first.known, limits)).toEqual({ ok: true, isNew: false });
  expect(seen[1]).toMatchObject({
    "if-none-match": '"1"',
    "if-modified-since": "Sun, 01 Mar 2026 12:00:00 GMT",
  });
  expect(seen[0]!.authorization).toBeUndefined();
});

test("a password in the address is sent to its own host, and to no other one", async () => {
  const elsewhere: (string | undefined)[] = [];
  const other = await serve((request, response) => {
    elsewhere.push(request.headers.authorization);
    response.end("other");
  });
  const own: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    own.push(request.headers.authorization);
    if (request.url === "/moved") response.writeHead(302, { location: "/here" }).end();
    else response.writeHead(301, { location: `${other}/there` }).end();
  });
  const result = await fetchCalendar(url.replace("//", "//ana:p%40ss@") + "/moved", nothing, limits);
  expect(result.ok && result.isNew && Buffer.from(result.bytes).toString()).toBe("other");
  const basic = `Basic ${Buffer.from("ana:p@ss").toString("base64")}`;
  expect(own).toEqual([basic, basic]);
  expect(elsewhere).toEqual([undefined]);
});

test.each<[string, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
  [
    "an error",
    (_, response) => response.writeHead(500).end("x".repeat(100)),
    /^127\.0\.0\.1:\d+ answers 500$/,
  ],
  ["no right", (_, response) => response.writeHead(401).end(), /answers 401: it wants a user and a password/],
  ["gone", (_, response) => response.writeHead(404).end(), /answers 404: there is no calendar/],
  [
    "a redirect to a file",
    (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    /redirects to something that is not the web/,
  ],
  [
    "a redirect to nowhere",
    (_, response) => response.writeHead(302, { location: "http://[" }).end(),
    /redirects to what is no address/,
  ],
  [
    "a redirect to itself",
    (_, response) => response.writeHead(302, { location: "/" }).end(),
    /redirects more than 5 times/,
  ],
  ["a hang-up", (request) => request.socket.destroy(), /cannot be reached/],
  [
    "a hang-up half-way",
    (request, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("BEGIN");
      setImmediate(() => request.socket.destroy());
    },
    /cannot be reached/,
  ],
  [
    "more than is good",
    (_, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
        response.once("drain", more);
      };
      more();
    },
    /sends more than 1 MiB/,
  ],
])("%s is a sentence", async (_, answer, said) => {
  const result = await fetchCalendar(`${await serve(answer)}/secret-address.ics?key=secret`, nothing, limits);
  expect(result).toMatchObject({ ok: false, text: expect.stringMatching(said) });
  expect(JSON.stringify(result)).not.toContain("secret");
});

test("who says nothing, or a byte now and then, is left after the time limit", async () => {
  const silent = await serve(() => {});
  const slow = await serve((_, response) => {
    const drip = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(drip));
  });
  for (const url of [silent, slow]) {
    const result = await fetchCalendar(url, nothing, { ...limits, timeoutMs: 300 });
    expect(result).toMatchObject({
      ok: false,
      text: expect.stringContaining("has not answered within 0.3 s"),
    });
  }
});

test("nobody there", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await fetchCalendar(`http://127.0.0.1:${port}/`, nothing, limits)).toMatchObject({
    ok: false,
    text: expect.stringContaining("ECONNREFUSED"),
  });
});
