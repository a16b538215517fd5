/**
 * Tells main which alerts are on the screen, once they have been painted, and how much room the page wants. Main answers
 * the engine with it: "shown" must not be said earlier. Used by `alert-page.tsx`.
 */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { askDesktop } from "../shared/bridge.ts";

/** A window that is being brought up may get its first frame late; it is drawn by then all the same. */
const frameWithinMs = 500;

export function useReportDrawn(ids: readonly string[]): void {
  const key = ids.join(" ");
  useLayoutEffect(() => {
    afterPaint(() => void askDesktop({ type: "drawn", alertIds: key === "" ? [] : key.split(" ") }));
  }, [key]);
  const highest = useRef(0);
  if (ids.length === 0) highest.current = 0;
  const measuring = useRef(0);
  // After every render, since anything in it may have grown; but once a frame, since measuring costs a layout.
  useEffect(() => {
    cancelAnimationFrame(measuring.current);
    measuring.current = requestAnimationFrame(measure);
  });
  const measure = (): void => {
    const height = wantedHeight();
    // Only ever higher while something is shown: buttons that move away under the hand are pressed wrongly.
    if (height <= highest.current) return;
    highest.current = height;
    void askDesktop({ type: "content-height", heightPx: height });
  };
}

/** More of one alert's text than this is scrolled. */
const textAtMostPx = 420;

/** The height at which nothing but a very long text has to be scrolled, in CSS pixels; 0 when nothing is shown. */
function wantedHeight(): number {
  const body = document.querySelector(".alert-body");
  const content = document.querySelector(".alert-content");
  if (body === null || content === null) return 0;
  const others = [...body.parentElement!.children].filter((child) => child !== body);
  const paddingPx = 40;
  const borderPx = 4;
  const text = Math.min(content.getBoundingClientRect().height, textAtMostPx) + paddingPx;
  return Math.ceil(
    others.reduce((sum, child) => sum + child.getBoundingClientRect().height, text) + borderPx,
  );
}

/** Never cancelled by what comes later: in a flood nothing would be reported at all. */
function afterPaint(callback: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) callback();
    done = true;
  };
  setTimeout(once, frameWithinMs);
  requestAnimationFrame(() => requestAnimationFrame(once));
}
