// A port of 127.0.0.1 that is free now, for what cannot choose one itself.
import { createServer } from "node:net";

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
