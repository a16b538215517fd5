/** What a real Prometheus watches in tests: a server with one metric, `disk_full`, that is 0 or 1. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface WatchedThing {
  /** `127.0.0.1:PORT`, as Prometheus wants it. */
  readonly target: string;
  /** 1 from the next look on, or 0. */
  fail(failing: boolean): void;
  stop(): Promise<void>;
}

export async function startWatchedThing(): Promise<WatchedThing> {
  let value = 0;
  const server = createServer((_request, response) =>
    response.setHeader("content-type", "text/plain").end(`disk_full ${value}\n`),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (failing) => {
      value = failing ? 1 : 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
