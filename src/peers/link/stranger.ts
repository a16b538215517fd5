/**
 * Somebody whose certificate nobody knows, on the pairing path: may say one thing, hears one thing, and is gone. Made by
 * `peer-server.ts`, heard by `pairing/pairing-desk.ts`.
 */
import type { WebSocket } from "ws";
import type { Guest } from "./door.ts";
import type { Scheduler } from "./scheduler.ts";

export interface Stranger {
  /** Of the certificate whose key it holds. */
  readonly fingerprint: string;
  /** `HOST:PORT`. */
  readonly address: string;
  /** The one thing that it says; null: it was no text. Not called when it says nothing in time, or too much. */
  onQuestion(listener: (text: string | null) => void): void;
  /** The last word, to one who is to read it in peace: it has shown a secret. */
  answer(text: string): void;
  /** The last word, to one who goes on taking a stranger's place until it is gone. */
  refuse(text: string): void;
}

const readWithinMs = 20_000;

export function strangerOver(client: WebSocket, guest: Guest, scheduler: Scheduler): Stranger {
  client.pause();
  // Too large, broken: the library says goodbye, the door's time limit sees to the rest.
  client.on("error", () => client.terminate());
  const say = (text: string) =>
    client.send(text, () => {
      client.resume();
      client.close(1000);
    });
  return {
    fingerprint: guest.fingerprint,
    address: guest.address,
    onQuestion: (listener) => {
      client.once("message", (data, isBinary) => {
        client.pause();
        listener(isBinary ? null : String(data));
      });
      client.resume();
    },
    answer: (text) => {
      guest.admit();
      const cancel = scheduler.after(readWithinMs, () => client.terminate());
      client.once("close", cancel);
      say(text);
    },
    refuse: say,
  };
}
