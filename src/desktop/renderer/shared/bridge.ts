/**
 * The desktop app's side of a page: the preload's bridge, also as a transport. In a plain browser there is no bridge, and
 * `bridge` is null.
 */
import type { DesktopReply, DesktopRequest, TocsinBridge } from "../../contract.ts";
import type { Transport } from "./engine-link.ts";

export const bridge: TocsinBridge | null = (globalThis as { tocsin?: TocsinBridge }).tocsin ?? null;

export function bridgeTransport(over: TocsinBridge): Transport {
  return {
    send: (message) => over.sendToEngine(message),
    onMessage: (listener) => over.onEngineMessage(listener),
  };
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
