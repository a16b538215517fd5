/**
 * The next value of one alert after one fact: truly pure, and the only place that knows what a fact means.
 * Called by `evolve`, and by the rules while they decide, so that a rule sees the effect of what it has just said.
 *
 * Facts come in canonical order, but several machines may have said them without knowing of one another. So each one is
 * judged by the round it belongs to, never by having come last: an acknowledgement quiets its round for good, and what
 * was sent stays sent.
 */
import type { Alert } from "./alert.ts";
import {
  endedUpTo,
  evolveNotifications,
  isToCome,
  planned,
  plannedByBoth,
  shiftNotifications,
} from "./evolve-notifications.ts";
import type { AlertFact } from "./fact.ts";
import type { EpochMs } from "./ids.ts";
import { beginningsOf, withReport } from "./said.ts";
import { isWorse } from "./severity.ts";
import { covers, joined, logicalTimeOf, type Place, type Vector } from "./place.ts";

/**
 * `steppedMs`: by how much this machine's clock was set since the fact came, for what is counted from the fact's own time;
 * its deadlines have it already (`inLocalTime`).
 * @throws when the alert is not there and the fact does not open it: a broken invariant.
 */
export function evolveAlert(before: Alert | undefined, fact: AlertFact, place: Place, steppedMs = 0): Alert {
  if (before === undefined && fact.kind !== "alert-opened")
    throw new Error(`invariant: ${fact.kind} for unknown alert ${fact.alertId}`);
  const after =
    before === undefined ? opened(fact as Opened, place, steppedMs) : changed(before, fact, place, steppedMs);
  const latest = { hlc: logicalTimeOf(fact), origin: place.origin, seq: place.seq };
  if (after === before) return { ...after, latest };
  // Nobody else has it yet; copying it once more would double the cost of a fact.
  return Object.assign(after, { latest });
}

type Opened = AlertFact & { kind: "alert-opened" };

/** Every pending deadline moved by `deltaMs`, after the wall clock was set: what was five minutes away still is. */
export function shiftDeadlines(alert: Alert, deltaMs: number): Alert {
  const shifted = (at: EpochMs | null) => (at === null ? null : at + deltaMs);
  return {
    ...alert,
    nextEscalationAt: shifted(alert.nextEscalationAt),
    ackTimeoutAt: shifted(alert.ackTimeoutAt),
    snoozedUntil: shifted(alert.snoozedUntil),
    staleAt: shifted(alert.staleAt),
    triggeredAt: alert.triggeredAt + deltaMs,
    ...(alert.reports !== undefined && { reports: shiftReports(alert.reports, deltaMs) }),
    notifications: shiftNotifications(alert.notifications, deltaMs),
  };
}

function shiftReports(
  reports: NonNullable<Alert["reports"]>,
  deltaMs: number,
): NonNullable<Alert["reports"]> {
  return Object.fromEntries(
    Object.entries(reports).map(([sender, report]) => [sender, { ...report, at: report.at + deltaMs }]),
  );
}

function opened(fact: Opened, place: Place, steppedMs: number): Alert {
  return {
    id: fact.alertId,
    status: "triggered",
    severity: fact.severity,
    title: fact.title,
    source: fact.source,
    labels: fact.labels,
    details: fact.details,
    links: fact.links,
    integration: fact.integration,
    dedupKey: fact.dedupKey,
    policy: fact.policy,
    teamRevision: fact.teamRevision,
    step: 0,
    repeat: 0,
    wave: 0,
    round: 0,
    quietRound: -1,
    nextEscalationAt: null,
    asked: [],
    nobodyReachable: false,
    notifications: [],
    openedAt: fact.at,
    triggeredAt: fact.at + steppedMs,
    acknowledgedAt: null,
    acknowledgedBy: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    resolvedAt: null,
    news: reportAt(place),
    covered: {},
    latest: { hlc: 0, origin: "", seq: 0 },
    occurrences: 1,
    silentAfterMs: fact.silentAfterMs,
    staleAt: fact.silentAfterMs === null ? null : fact.at + steppedMs + fact.silentAfterMs,
    stale: false,
    ...reportsWith({}, fact, steppedMs),
  };
}

/** What a machine says of the source when it opens the alert, or hears of it as well. */
function reportsWith(
  known: NonNullable<Alert["reports"]>,
  { said, at }: Opened,
  steppedMs: number,
): Pick<Alert, "reports"> {
  if (said === undefined) return {};
  const { sender, startsAt, endsAt } = said;
  return { reports: withReport(known, sender, { startsAt, endsAt, at: at + steppedMs }) };
}

function changed(alert: Alert, fact: AlertFact, place: Place, steppedMs: number): Alert {
  const at = fact.at + steppedMs;
  switch (fact.kind) {
    case "alert-opened":
      // Another machine heard of it as well.
      return reported({ ...alert, ...reportsWith(alert.reports ?? {}, fact, steppedMs) }, place, at);
    case "content-changed":
      // Severity has facts of its own, since it decides who is asked.
      return { ...alert, ...fact.content, severity: alert.severity };
    case "severity-raised": {
      const round = fact.round ?? alert.round;
      const worse = { ...alert, severity: isWorse(fact.to, alert.severity) ? fact.to : alert.severity };
      const isNew = alert.status !== "resolved" && round > alert.round;
      return reported(isNew ? triggeredAnew(worse, round, at) : worse, place, at);
    }
    case "occurrences-counted":
      return reported({ ...alert, occurrences: Math.max(alert.occurrences, fact.occurrences) }, place, at);
    case "step-entered":
      return stepEntered(alert, fact);
    case "notification-attempted":
    case "notification-sent":
    case "notification-withdrawn":
    case "notification-failed":
    case "attention-reached":
    case "person-not-waited-for":
      return { ...alert, notifications: evolveNotifications(alert.notifications, fact, steppedMs) };
    case "alert-acknowledged":
      return acknowledged(alert, fact);
    case "alert-snoozed":
      return snoozed(alert, fact);
    case "alert-retriggered": {
      const round = fact.round ?? alert.round + 1;
      const isOver = alert.status === "resolved" || alert.status === "triggered";
      return !isOver && round > alert.quietRound ? triggeredAnew(alert, round, at) : alert;
    }
    case "alert-escalated": {
      const round = fact.round ?? alert.round;
      if (alert.status === "resolved" || round <= alert.round) return alert;
      // Whoever was asked so far goes on having been asked.
      return { ...triggeredAnew(alert, round, at), asked: alert.asked };
    }
    case "alert-transferred": {
      const round = fact.round ?? alert.round + 1;
      if (alert.status === "resolved" || round < alert.round) return alert;
      const { policy, teamRevision } = fact;
      const after = round > alert.quietRound ? triggeredAnew(alert, round, at) : alert;
      return { ...after, policy, teamRevision, repeat: 0 };
    }
    case "alert-went-stale":
      return { ...alert, stale: true, staleAt: null };
    case "alert-heard-again":
      return { ...alert, stale: false };
    case "alert-resolved":
      return resolved(alert, fact, place, at);
    case "step-skipped":
    case "note-added":
      return alert;
    default:
      // A kind that only a newer Tocsin knows.
      return alert;
  }
}

function acknowledged(alert: Alert, fact: AlertFact & { kind: "alert-acknowledged" }): Alert {
  const round = fact.round ?? alert.round;
  if (alert.status === "resolved" || round < alert.round) return quietUpTo(alert, round);
  // Two people at once, on two machines: it is in the hands of the first.
  if (alert.status === "acknowledged" && alert.quietRound >= round) return alert;
  return {
    ...quiet(alert),
    status: "acknowledged",
    round,
    quietRound: round,
    acknowledgedAt: fact.at,
    acknowledgedBy: fact.by,
    acknowledgedFrom: fact.origin,
    ackTimeoutAt: fact.ackTimeoutAt,
  };
}

function snoozed(alert: Alert, fact: AlertFact & { kind: "alert-snoozed" }): Alert {
  const round = fact.round ?? alert.round;
  if (alert.status === "resolved" || round < alert.round) return quietUpTo(alert, round);
  return { ...quiet(alert), status: "snoozed", round, quietRound: round, snoozedUntil: fact.until };
}

/** Said without knowing that it is resolved, or in a later round: what that round still planned is over all the same. */
function quietUpTo(alert: Alert, round: number): Alert {
  if (round <= alert.quietRound) return alert;
  return {
    ...alert,
    quietRound: round,
    notifications: endedUpTo(alert.notifications, round),
  };
}

/** A resolve ends the alert unless there is a report that whoever resolved it could not know of. */
function resolved(
  alert: Alert,
  fact: AlertFact & { kind: "alert-resolved" },
  place: Place,
  at: EpochMs,
): Alert {
  const covered = joined(alert.covered, { ...(fact.covers ?? alert.news), ...reportAt(place) });
  const quietRound = Math.max(alert.quietRound, alert.round);
  const ended: Alert = {
    ...quiet(alert),
    status: "resolved",
    resolvedAt: alert.status === "resolved" ? alert.resolvedAt : fact.at,
    staleAt: null,
    covered,
    quietRound,
    ...(fact.origin === "source" && {
      ends: beginningsOf({}, [...(alert.ends ?? []), ...(fact.ends ?? [])]),
    }),
  };
  return covers(covered, alert.news) ? ended : triggeredAnew(ended, quietRound + 1, at);
}

/** One more report. A resolve that did not know of it has not ended the alert. */
function reported(alert: Alert, place: Place, at: EpochMs): Alert {
  const after = { ...alert, news: joined(alert.news, reportAt(place)) };
  if (alert.status !== "resolved" || covers(after.covered, after.news)) return after;
  return triggeredAnew(after, alert.quietRound + 1, at);
}

function reportAt({ origin, seq }: Place): Vector {
  return { [origin]: seq } as Vector;
}

/** A new round; the step that it begins with is another fact. While it still climbed, what was planned goes on. */
function triggeredAnew(alert: Alert, round: number, at: EpochMs): Alert {
  const climbing = alert.status === "triggered";
  return {
    ...(climbing ? alert : quiet(alert)),
    status: "triggered",
    round,
    nextEscalationAt: null,
    triggeredAt: at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    ...(alert.ends !== undefined && { ends: [] }),
    asked: climbing ? alert.asked : [],
  };
}

function stepEntered(alert: Alert, fact: AlertFact & { kind: "step-entered" }): Alert {
  const round = fact.round ?? alert.round;
  const wave = Math.max(alert.wave, fact.wave);
  // Said by a machine that did not know yet: acknowledged meanwhile, or triggered anew.
  if (alert.status === "resolved" || round < alert.round || round <= alert.quietRound)
    return { ...alert, wave };
  // Another machine has entered this wave, or gone beyond it: what both planned is done once, by its action id.
  if (fact.wave <= alert.wave && alert.nextEscalationAt !== null) return alsoPlanned(alert, fact, round);
  const replanned = new Set(fact.notifications.map((n) => `${n.person} ${n.via}`));
  // What an earlier tier was still to be told goes on, unless this tier tells the same person the same way.
  const goingOn = alert.notifications.filter(
    (n) => n.state === "attempted" || (isToCome(n) && !replanned.has(`${n.person} ${n.via}`)),
  );
  return {
    ...alert,
    status: "triggered",
    acknowledgedAt: null,
    acknowledgedBy: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    step: fact.step,
    repeat: fact.repeat,
    wave,
    round,
    nextEscalationAt: fact.nextEscalationAt,
    nobodyReachable: fact.reason === "nobody-reachable",
    asked: alsoAsked(alert, fact),
    notifications: [...goingOn, ...planned(fact, round, alert)],
  };
}

function alsoPlanned(alert: Alert, fact: AlertFact & { kind: "step-entered" }, round: number): Alert {
  const nextEscalationAt =
    fact.wave === alert.wave
      ? Math.min(fact.nextEscalationAt, alert.nextEscalationAt!)
      : alert.nextEscalationAt;
  return {
    ...alert,
    nextEscalationAt,
    nobodyReachable: alert.nobodyReachable && fact.reason === "nobody-reachable",
    asked: alsoAsked(alert, fact),
    notifications: plannedByBoth(alert.notifications, planned(fact, round, alert)),
  };
}

function alsoAsked(alert: Alert, { asked }: AlertFact & { kind: "step-entered" }): Alert["asked"] {
  const again = new Set(asked.map(({ person }) => person));
  return [...alert.asked.filter(({ person }) => !again.has(person)), ...asked];
}

/** Nothing escalates and nothing further is sent; what is under way still reports its outcome. */
function quiet(alert: Alert): Alert {
  return {
    ...alert,
    nextEscalationAt: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    nobodyReachable: false,
    notifications: endedUpTo(alert.notifications, Infinity),
  };
}
