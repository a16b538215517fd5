// A wire between two programs on the loopback that counts what goes over it, both ways, in bytes of TCP's content.
import { connect, createServer } from "node:net";
import { atTheEnd } from "./child-processes.mjs";

/** Forwards to this port of 127.0.0.1. Returns `{ port, bytes() }`. */
export async function countingProxy(to) {
  let bytes = 0;
  const sockets = new Set();
  const server = createServer({ noDelay: true }, (inside) => {
    const outside = connect({ port: to, host: "127.0.0.1", noDelay: true });
    for (const [from, onto] of [
      [inside, outside],
      [outside, inside],
    ]) {
      sockets.add(from);
      from.on("data", (chunk) => (bytes += chunk.length));
      from.pipe(onto);
      from.on("error", () => onto.destroy());
      from.on("close", () => onto.destroy() && sockets.delete(from));
    }
  });
  await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  atTheEnd(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return { port: server.address().port, bytes: () => bytes };
}
