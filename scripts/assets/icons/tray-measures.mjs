// Where everything on a tray icon lies, on its own grid of 16 or 22 pixels: straight edges fall on
// whole pixels, or they blur. Boxes are [left, top, right, bottom]. Read by tray.mjs.

export const TRAY_MEASURES = {
  16: {
    bell: {
      center: 8,
      top: 4,
      bottom: 12,
      half: 6,
      beam: { half: 4, top: 1, bottom: 3, neck: 1 },
      clapper: { center: 12.5, radius: 2 },
    },
    swungHalf: 5.25,
    plate: { side: 2, lid: 1, least: 9, radius: 1 },
    check: { start: [8.5, 11], corner: [10.75, 13.25], end: [14, 8], pen: 2 },
    bars: { left: [9, 8, 11, 15], right: [13, 8, 15, 15] },
    caution: { apex: [8, 5], right: [14, 14], left: [2, 14], stem: [7, 7, 9, 11], dot: [7, 12, 9, 14] },
  },
  22: {
    bell: {
      center: 11,
      top: 5,
      bottom: 17,
      half: 8,
      beam: { half: 5, top: 1, bottom: 3, neck: 1 },
      clapper: { center: 18, radius: 2.5 },
    },
    swungHalf: 7.25,
    plate: { side: 3, lid: 1, least: 11, radius: 2 },
    check: { start: [11.5, 15.5], corner: [14.5, 18.5], end: [19.5, 11], pen: 2.8 },
    bars: { left: [11, 11, 14, 21], right: [17, 11, 20, 21] },
    caution: {
      apex: [11, 5.5],
      right: [19.5, 19],
      left: [2.5, 19],
      stem: [10, 9, 12, 15],
      dot: [10, 16, 12, 18],
    },
  },
};
