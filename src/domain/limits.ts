/** The domain's limits. Reaching one is itself an alert (invariant 7), never a silent loss. */
export const limits = {
  /** Alerts of monitoring tools that may be open at once; beyond it a new one is refused, loudly. */
  openAlerts: 50_000,
  /** What Tocsin says about itself still gets through when the limit above is reached. */
  openAlertsOfTocsin: 100,
  /** Resolved alerts kept in memory for the screens; all of them stay in the journal. */
  resolvedInMemory: 200,
  /** Reports of one alert that are each journaled; later ones only at powers of two. */
  exactOccurrences: 32,
  /** The first wait before a temporary failure is tried again; doubles each time. */
  retryFirstMs: 5_000,
  retryLongestMs: 40_000,
  /** After so many attempts (some ten minutes) it is tried less often, for as long as the alert is open. */
  retriedOften: 15,
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
  /** How long until an alert that reached nobody tries all tiers again, if no desktop turns up before. */
  nobodyReachableRetryMs: 60_000,
} as const;
