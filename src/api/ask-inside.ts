/**
 * Asks an HTTP server that listens nowhere, over a connection within this process. Used by `desk-door.ts`.
 *
 * Fastify's own `inject` does the same, but loads a package that Electron 33 (Node 20.18) cannot load: a CommonJS module
 * that requires an ES module.
 */
import { request, type OutgoingHttpHeaders, type Server } from "node:http";
import { duplexPair } from "node:stream";

export interface InnerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Null: none. */
  readonly body: string | null;
}

export interface InnerAnswer {
  readonly status: number;
  readonly text: string;
}

/** Rejects when the server ends the connection before it has answered. */
export function askInside(server: Server, { body, ...options }: InnerRequest): Promise<InnerAnswer> {
  const [ours, theirs] = duplexPair();
  // Its end is passed on by itself, its being cut off is not.
  theirs.once("close", () => !theirs.writableFinished && ours.destroy());
  server.emit("connection", theirs);
  return new Promise((resolve, reject) => {
    const asking = request({ ...options, createConnection: () => ours }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.once("end", () => resolve({ status: answer.statusCode!, text }));
      answer.once("error", reject);
    });
    asking.once("error", reject);
    asking.end(body ?? undefined);
  });
}
