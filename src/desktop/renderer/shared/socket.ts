/**
 * The client contract over a WebSocket, for the console in a plain browser: token first, then the contract; a lost
 * connection is tried again for ever. Used by `console/main.tsx`.
 *
 * The token comes from the address (`#token=…`, taken out of it at once), else from this tab's memory, else from the person.
 */
import type { ClientMessage, EngineMessage } from "#wire/client-contract";
import type { EngineLink } from "./engine-link.ts";

const storageKey = "tocsin-token";
const retriesMs = [250, 1000, 2000, 5000];
/** RFC 6455 leaves 4000–4999 to applications: the engine does not know the token. */
const closedUnauthorised = 4401;

export function takeToken(): string | null {
  const given = /^#token=([^&]+)/.exec(location.hash)?.[1];
  if (given === undefined) return sessionStorage.getItem(storageKey);
  history.replaceState(null, "", location.pathname);
  const token = decodeURIComponent(given);
  sessionStorage.setItem(storageKey, token);
  return token;
}

export function rememberToken(token: string): void {
  sessionStorage.setItem(storageKey, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(storageKey);
}

/** Keeps `link` connected. `onRefused`: the engine does not know the token; nothing more is tried. Returns how to stop. */
export function keepConnected(link: EngineLink, token: string, onRefused: () => void): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let stopped = false;

  const connect = (): void => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const current = new WebSocket(`${scheme}//${location.host}/api/v1/stream`);
    socket = current;
    current.addEventListener("open", () => {
      current.send(JSON.stringify({ type: "token", token }));
      link.attach({
        send: (message: ClientMessage) =>
          current.readyState === WebSocket.OPEN && current.send(JSON.stringify(message)),
        onMessage: (listener) =>
          current.addEventListener("message", (event) => {
            attempt = 0;
            listener(JSON.parse(String(event.data)) as EngineMessage);
          }),
      });
    });
    current.addEventListener("close", (event) => {
      if (stopped) return;
      link.detach();
      if (event.code === closedUnauthorised) return onRefused();
      timer = setTimeout(connect, retriesMs[Math.min(attempt++, retriesMs.length - 1)]);
    });
  };
  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
