/**
 * Keeps a key or a click that was meant for something else from acting on an alert: for half a second after another
 * alert has taken the place of the one shown, nothing is done. Main guards the moment of appearing in the same way.
 */
import { useLayoutEffect, useRef } from "preact/hooks";

const guardMs = 500;

/** Returns whether it is too early to act on what is shown. A choice of the person's own is guarded too: it costs nothing. */
export function useGuard(shown: string | null): () => boolean {
  const since = useRef(0);
  useLayoutEffect(() => {
    since.current = performance.now();
  }, [shown]);
  return () => performance.now() - since.current < guardMs;
}
