/**
 * Hooks that the pages share: what the engine says, what main knows, and the time.
 */
import { useEffect, useState } from "preact/hooks";
import type { DesktopState } from "../../contract.ts";
import { askDesktop, bridge } from "./bridge.ts";
import type { EngineLink, EngineView } from "./engine-link.ts";

export function useEngine(link: EngineLink): EngineView {
  const [view, setView] = useState(link.view);
  useEffect(() => {
    setView(link.view);
    return link.subscribe(() => setView(link.view));
  }, [link]);
  return view;
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

/** Milliseconds since the epoch, renewed at every full second while `running`: a hidden window need not wake anybody. */
export function useNow(running = true): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      setNow(Date.now());
      timer = setTimeout(tick, 1000 - (Date.now() % 1000));
    };
    timer = setTimeout(tick, 1000 - (Date.now() % 1000));
    return () => clearTimeout(timer);
  }, [running]);
  return now;
}
