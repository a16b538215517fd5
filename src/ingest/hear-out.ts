/**
 * A body that is too large is heard out before it is answered. Whoever is hung up on while still writing hears a broken
 * connection instead of the 413 that says why: Alertmanager then tries the same again until it gives up, and its log has no
 * reason. Asked by `gate.ts`.
 */
import type { IncomingMessage } from "node:http";

/** What is read is thrown away, so it costs time alone; but it must end. */
const most = { bytes: 64 * 1024 * 1024, ms: 3_000 };

/** Resolves once the rest has come, its sender has gone, or it is too much. Never rejects. */
export function hearOut(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(end, most.ms);
    request.on("data", hear).once("end", end).once("close", end).once("error", end).resume();

    function hear(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > most.bytes) end();
    }

    function end(): void {
      clearTimeout(timer);
      request.off("data", hear).off("end", end).off("close", end);
      resolve();
    }
  });
}
