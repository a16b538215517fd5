/**
 * A duplex of JSON messages with an authenticated machine: what a desk and an engine speak the client contract over. The
 * same shape as a client's connection in the room `api`, so that `compose` can attach it there.
 */
import { closeCodes } from "./close-codes.ts";
import type { TextSocket } from "./text-socket.ts";

export interface JsonConnection<Sent> {
  send(message: Sent): void;
  /** A message that is written already, once for many. */
  sendText(text: string): void;
  /** What comes in is not trusted: any value at all; `undefined` for what is no JSON. */
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: (why: string) => void): void;
  close(reason: string): void;
}

export function jsonConnection<Sent>(socket: TextSocket): JsonConnection<Sent> {
  return {
    send: (message) => void socket.send(JSON.stringify(message)),
    sendText: (text) => void socket.send(text),
    onMessage: (listener) => socket.onText((text) => listener(parse(text))),
    onClose: (listener) => socket.onClose(listener),
    close: (reason) => socket.close(closeCodes.ended, reason),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
