/** The times by which machines judge one another, in ms. From the design in src/README.md; the simulation runs on the same. */
export const peerTiming = {
  /** Between two heartbeats to the same machine, when nothing changes. */
  beatEveryMs: 2_000,
  /** Without a heartbeat for so long, a machine counts as gone although its link stands: it hangs, or is cut off. */
  silentAfterMs: 8_000,
  /** A link closed without goodbye: so long may it take to come back before its machine counts as gone. */
  closedForMs: 3_000,
  /** So long a machine that we have begun to hear is taken to hear us too, although it has not said so yet. */
  presumedToHearMs: 4_000,
  /** Each machine that is better placed and in sight has so long to take over before the next one does. */
  takeoverStepMs: 4_000,
  /** After start and resume: the longest time until it acts, whoever is missing … */
  settleAtMostMs: 10_000,
  /** … and the shortest while some are missing, so that their links have time to come up. */
  settleAtLeastMs: 3_000,
  /** Settled in sight of others, it says that it will act so long before it does: two that settle at once rank themselves. */
  announcedMs: 500,
  /** A longer pause than this in our own cycle means that we slept or hung. */
  sleptAfterMs: 5_000,
  /** Suspended, and yet awake for so long: the sleep has not come about. */
  suspendedAtMostMs: 30_000,
  /** A link on which so long no heartbeat has come is closed, so that a new one can be made. */
  closeSilentLinkAfterMs: 20_000,
  /** One machine may take so long over a portion of facts before another one is asked as well. */
  answerWithinMs: 2_000,
  /** An answer that has not come by then was lost: it asks again. */
  askAgainAfterMs: 10_000,
  /** How long somebody else's desktop has to say that its window is drawn: the desktop's own limit and the way there. */
  presentedWithinMs: 8_000,
  /** A popup was asked for whose alert has not arrived here yet. */
  alertArrivesWithinMs: 2_000,
  /** Between two words on which sources were heard again. */
  gossipEveryMs: 10_000,
  /** A clock that is further off than this is worth a warning. */
  clockDifferenceMs: 120_000,
  /** Two machines may have different team revisions for so long while one is about to reach the other. */
  revisionLagMs: 30_000,
} as const;

/** Sizes in bytes (as JSON on the wire), and counts. */
export const peerLimits = {
  /** Facts in one message, about; a single one that is larger goes alone. At 320 bytes the fact, some 800 of them. */
  portionBytes: 256 * 1024,
  /** A machine that lacks more than so many facts is not pushed any; it asks for them at its own pace. */
  pushedFacts: 2_000,
  /** What a machine has not read of ours; beyond it nothing is pushed to it, and its questions wait. */
  unreadBytes: 1024 * 1024,
  /** Facts that a machine has sent and we have not taken in yet. */
  untakenBytes: 8 * 1024 * 1024,
  alertsInGossip: 5_000,
  peopleInHeartbeat: 1_000,
} as const;
