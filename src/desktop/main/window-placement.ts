/**
 * Where the alert window goes. Pure geometry in device-independent pixels; used by `alert-window.ts`.
 */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const marginPx = 16;

/** A window of the wanted size, centred a little above the middle of `workArea`, and never larger than it. */
export function placeIn(
  workArea: Rectangle,
  wanted: { readonly width: number; readonly height: number },
): Rectangle {
  const width = Math.min(wanted.width, workArea.width - 2 * marginPx);
  const height = Math.min(wanted.height, workArea.height - 2 * marginPx);
  return {
    x: Math.round(workArea.x + (workArea.width - width) / 2),
    y: Math.round(workArea.y + marginPx + (workArea.height - height - 2 * marginPx) / 3),
    width: Math.round(width),
    height: Math.round(height),
  };
}

/** The window at another height: it grows downwards, and moves up only as far as the area's end makes it. */
export function grown(window: Rectangle, height: number, workArea: Rectangle): Rectangle {
  const fitting = Math.min(Math.round(height), workArea.height - 2 * marginPx);
  const lowest = workArea.y + workArea.height - marginPx - fitting;
  return { ...window, y: Math.max(workArea.y + marginPx, Math.min(window.y, lowest)), height: fitting };
}

/** True when the whole window is on one of the work areas; a display may have gone since it was placed. */
export function isWithinOne(window: Rectangle, workAreas: readonly Rectangle[]): boolean {
  return workAreas.some(
    (area) =>
      window.x >= area.x &&
      window.y >= area.y &&
      window.x + window.width <= area.x + area.width &&
      window.y + window.height <= area.y + area.height,
  );
}
