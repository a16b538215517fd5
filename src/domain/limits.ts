/** The domain's limits. Reaching one is itself an alert (invariant 7), never a silent loss. */
export const limits = {
  /** Alerts of one integration that may be open at once; beyond it a new one is refused, loudly. */
  openAlerts: 50_000,
  /** The same of all together, */
  openAlertsInAll: 100_000,
  /** but so many of each integration have a place whatever the others do; Tocsin's own and those raised by hand are one. */
  openAlertsAlways: 1_000,
  /** Resolved alerts kept in memory for the screens; all of them stay in the journal. */
  resolvedInMemory: 200,
  /** Reports of one alert that are each journaled; later ones only at powers of two. */
  exactOccurrences: 32,
  /** The first wait before a temporary failure is tried again; doubles each time. */
  retryFirstMs: 5_000,
  retryLongestMs: 40_000,
  /** After so many attempts (a quarter of an hour) it is tried less often, for as long as the alert is open. */
  retriedOften: 24,
  retrySeldomMs: 5 * 60_000,
  /** The longest that a mail server's wish to wait is granted. */
  retryAfterLongestMs: 30 * 60_000,
  /** Failing for so long, after this many attempts, a way brings the person's next one forward. */
  stuckAfterMs: 60_000,
  stuckAfterAttempts: 3,
  /** Settings of this machine's clock that facts of alerts are still counted over. */
  clockStepsKept: 1_000,
  /** Revisions of the team that are kept for alerts which another machine may still send. */
  teamsKept: 32,
  /** Senders of one alert whose last report is remembered. */
  sendersKept: 8,
  /** Prometheus says a firing alert again for four minutes (four times its resend delay of a minute) ahead. */
  usualValidityMs: 4 * 60_000,
  /** How long a resolve may be on its way. */
  freshResolveMs: 10_000,
  /**
   * How long after its resolve a firing that was reported before does not open it again: of a source that says each
   * firing alert again by itself, and of one that says it once, where waiting would lose it.
   */
  outOfStepMs: 5 * 60_000,
  outOfStepOnceMs: 60_000,
  /** How far ahead of the clock an end may seem, by rounding. */
  outOfStepSlackMs: 2_000,
  /** Resolves that are remembered for this. */
  resolvedLately: 50_000,
  /** Edits of the team file of which is known what they were made from. */
  adoptionsKept: 300,
  /** How long until an alert that reached nobody tries all tiers again, if no desktop turns up before. */
  nobodyReachableRetryMs: 60_000,
} as const;
