/** Starting and stopping the server, with the remedy when it cannot start. */
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createHttpServer } from "#api/http-server";
import { send } from "../support/http-client.ts";

function server(host: string, port: number, limits = {}) {
  const log = { warn: () => {}, error: () => {} } as never;
  const made = createHttpServer({ host, port, log, limits });
  onTestFinished(() => made.close());
  return made;
}

test("a port in use is said so, with what to do", async () => {
  const first = await server("127.0.0.1", 0).listen();
  if (!first.ok) throw new Error(first.text);
  expect(first.url).toBe(`http://127.0.0.1:${first.port}`);
  const second = await server("127.0.0.1", first.port).listen();
  expect(second).toMatchObject({
    ok: false,
    reason: "port-in-use",
    text: expect.stringContaining("--port") as string,
  });
});

test("an address that this machine has not got is said so", async () => {
  expect(await server("192.0.2.1", 0).listen()).toMatchObject({ ok: false, reason: "no-such-address" });
});

test("listening everywhere, it answers to the address it was reached at", async () => {
  const listening = await server("0.0.0.0", 0).listen();
  if (!listening.ok) throw new Error(listening.text);
  expect(listening.url).toBe(`http://127.0.0.1:${listening.port}`);
  expect((await send(listening.port, "/nothing")).status).toBe(404);
  expect((await send(listening.port, "/nothing", { headers: { host: "192.0.2.1" } })).status).toBe(421);
});

test("closing hangs up on idle connections and waits for nobody for ever", async () => {
  const made = server("127.0.0.1", 0);
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  made.app.get("/never", () => {
    asked();
    return new Promise(() => {});
  });
  const listening = await made.listen();
  if (!listening.ok) throw new Error(listening.text);
  const closed = new Promise((resolve) =>
    connect(listening.port, "127.0.0.1")
      .on("close", resolve)
      .on("error", () => {})
      .resume(),
  );
  const hanging = send(listening.port, "/never").catch(() => "hung up");
  await isAsked;
  await made.close(50);
  await closed;
  expect(await hanging).toBe("hung up");
});
