import { createServer, type RequestListener } from "node:http";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { askInside } from "#api/ask-inside";

const get = { method: "GET", path: "/", headers: {}, body: null };
const serverOf = (listener: RequestListener) => createServer(listener);

test("a server that does not listen is asked and answers", async () => {
  const app = Fastify();
  app.post("/echo", (request, reply) =>
    reply.code(201).send({ got: request.body, as: request.headers["x-who"] }),
  );
  await app.ready();
  const asked = { method: "POST", path: "/echo", body: '{"word":"Grüße"}' };
  const headers = { "content-type": "application/json", "x-who": "ben" };
  const answer = await askInside(app.server, { ...asked, headers });
  expect(answer.status).toBe(201);
  expect(JSON.parse(answer.text)).toEqual({ got: { word: "Grüße" }, as: "ben" });
  await app.close();
});

test("a long answer comes whole, and several at once do not mix", async () => {
  const server = serverOf((request, response) => response.end(request.url!.repeat(500_000)));
  const paths = ["/a", "/b", "/c"];
  const answers = await Promise.all(paths.map((path) => askInside(server, { ...get, path })));
  expect(answers.map(({ text }) => text)).toEqual(paths.map((path) => path.repeat(500_000)));
});

test("a server that hangs up is an error, before the answer and in the middle of it", async () => {
  const before = serverOf((request) => request.socket.destroy());
  await expect(askInside(before, get)).rejects.toThrow("socket hang up");
  const during = serverOf((request, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("half", () => request.socket.destroy());
  });
  await expect(askInside(during, get)).rejects.toThrow("aborted");
});
