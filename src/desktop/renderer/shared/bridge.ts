/**
 * The desktop app's side of a page: the preload's bridge as a transport, and main's state. In a plain browser there is
 * no bridge, and `bridge` is null.
 */
import { useEffect, useState } from "preact/hooks";
import type { DesktopReply, DesktopRequest, DesktopState, TocsinBridge } from "../../contract.ts";
import type { Transport } from "./engine-link.ts";

export const bridge: TocsinBridge | null = (globalThis as { tocsin?: TocsinBridge }).tocsin ?? null;

export function bridgeTransport(over: TocsinBridge): Transport {
  return { send: (message) => over.sendToEngine(message), onMessage: (listener) => over.onEngineMessage(listener) };
}

/** Asks main. Never rejects: what goes wrong is a reply that says so. */
export async function askDesktop(request: DesktopRequest): Promise<DesktopReply> {
  if (bridge === null) return { ok: false, text: "Only the desktop app can do this." };
  try {
    return await bridge.request(request);
  } catch (error) {
    return { ok: false, text: String(error) };
  }
}

/** What main knows, kept current; null in a browser, and for the first moment. */
export function useDesktopState(): DesktopState | null {
  const [state, setState] = useState<DesktopState | null>(null);
  useEffect(() => {
    bridge?.onDesktopState(setState);
    void askDesktop({ type: "state" }).then((reply) => reply.state && setState(reply.state));
  }, []);
  return state;
}
