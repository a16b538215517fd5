/** Why nobody is on call, as data and in words. Found by `oncall/coverage`; shown by the console and the command line. */

/** Why nobody is on call. Of several layers' reasons, the one that is nearest to having somebody. */
export type GapReason =
  | "cannot-be-worked-out"
  | "everyone-away"
  | "turn-of-nobody"
  | "outside-windows"
  | "ended"
  | "not-started"
  | "no-participants"
  | "no-layers";

/** For people, behind "nobody is on call:" or a stretch of time. */
export const gapWords: Readonly<Record<GapReason, string>> = {
  "cannot-be-worked-out": "this machine cannot work the schedule out",
  "everyone-away": "everyone in the rotation is away",
  "turn-of-nobody": "it is a turn of nobody",
  "outside-windows": "outside every layer's windows",
  ended: "the layers have ended",
  "not-started": "no layer has started yet",
  "no-participants": "the layers have no participants",
  "no-layers": "the schedule has no layers",
};
