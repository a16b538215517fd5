/**
 * Hooks that the pages share: the engine's view, and the time.
 */
import { useEffect, useState } from "preact/hooks";
import type { EngineLink, EngineView } from "./engine-link.ts";

export function useEngine(link: EngineLink): EngineView {
  const [view, setView] = useState(link.view);
  useEffect(() => {
    setView(link.view);
    return link.subscribe(() => setView(link.view));
  }, [link]);
  return view;
}

/** Milliseconds since the epoch, renewed at every full second while somebody looks. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      setNow(Date.now());
      timer = setTimeout(tick, 1000 - (Date.now() % 1000));
    };
    timer = setTimeout(tick, 1000 - (Date.now() % 1000));
    return () => clearTimeout(timer);
  }, []);
  return now;
}
