/**
 * Climbing a policy: which tier is next, who is in it, and what each of them will be told by when.
 *
 * A tier that is below its `minSeverity`, empty or unreachable costs no waiting time. After the last tier the policy
 * repeats, then its last usable tier goes on for ever: nobody is given up silently (invariant 2).
 */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { PlannedNotification, StepReason } from "../fact.ts";
import type { Asked } from "../alert.ts";
import { actionIdOf } from "../ids.ts";
import type { PersonCommand } from "../input.ts";
import { isPendingFor } from "../evolve-notifications.ts";
import { limits } from "../limits.ts";
import type { Policy } from "../team.ts";
import { ask, personOf, policyOf, present, teamOf } from "./ask.ts";
import { notifyDue } from "./notify.ts";
import { route } from "./route.ts";

/** Where in the policy: the tier's index, and how often the whole policy has been run through. */
interface Position {
  readonly step: number;
  readonly repeat: number;
}

/** Enters `position`, or the next tier after it that can ask somebody, and tells those who are to be told at once. */
export function enterStep(decision: Decision, before: Alert, position: Position, reason: StepReason): Alert {
  const policy = policyOf(decision.state, before);
  let alert = before;
  for (const candidate of positionsFrom(policy, position)) {
    const step = policy.steps[candidate.step]!;
    const asked = ask(decision.state, alert, step, decision.now);
    if (typeof asked !== "string") {
      return notifyDue(decision, enter(decision, alert, candidate, reason, asked, step.withinMs));
    }
    alert = decision.emit(alert, { kind: "step-skipped", ...candidate, reason: asked });
  }
  return notifyDue(decision, askWhoeverIsThere(decision, alert, position));
}

/** The tier's time is up. */
export function escalateInTime(decision: Decision, alert: Alert): Alert {
  const policy = policyOf(decision.state, alert);
  if (alert.nobodyReachable) {
    if (!asksSomebody(decision, alert)) {
      const moved = underTeamInForce(decision, alert);
      if (moved !== null)
        return enterStep(decision, moved, { step: 0, repeat: 0 }, "somebody-reachable-again");
      const until = decision.now + limits.nobodyReachableRetryMs;
      decision.observations.push({ kind: "postponed", alertId: alert.id, until });
      // Whoever is asked as a last resort may have a rule that is due just now.
      return notifyDue(decision, { ...alert, nextEscalationAt: until });
    }
    return enterStep(decision, alert, { step: 0, repeat: alert.repeat }, "somebody-reachable-again");
  }
  const next = positionAfter(policy, alert);
  if (next.step > alert.step) return enterStep(decision, alert, next, "not-acknowledged-in-time");
  return enterStep(
    decision,
    alert,
    next,
    next.repeat > alert.repeat ? "policy-repeated" : "last-step-repeated",
  );
}

function asksSomebody({ state, now }: Decision, alert: Alert): boolean {
  return policyOf(state, alert).steps.some((step) => typeof ask(state, alert, step, now) !== "string");
}

/**
 * An alert keeps the team that it opened under, but not for the price of reaching nobody: an address was added meanwhile,
 * an absence taken back, somebody put on call. In the same round, so that whoever has answered it has answered it. Null:
 * the team in force reaches nobody either.
 */
function underTeamInForce(decision: Decision, alert: Alert): Alert | null {
  const { team } = decision.state;
  if (team === null || team.revision === alert.teamRevision) return null;
  const isThere = team.policies.some(({ id }) => id === alert.policy);
  const policy = isThere ? alert.policy : route(team, alert, alert.integration);
  const taken = { policy, teamRevision: team.revision };
  if (!asksSomebody(decision, { ...alert, ...taken })) return null;
  return decision.emit(alert, {
    kind: "alert-transferred",
    ...taken,
    round: alert.round,
    by: null,
    origin: "source",
    because: "nobody-reachable",
  });
}

/**
 * Nobody in the tier could be told, so its time need not pass; but only upwards. After the last tier the time does
 * pass, else a broken mail server would be asked in a circle without a pause.
 */
export function escalateIfTierFailed(decision: Decision, alert: Alert): Alert {
  // It has just woken up, say: what it knows may be long over.
  if (decision.acting.position === null) return alert;
  const wave = alert.notifications.filter((n) => n.wave === alert.wave);
  if (alert.status !== "triggered" || alert.nobodyReachable || wave.length === 0) return alert;
  if (wave.some((n) => n.state !== "failed")) return alert;
  const { steps } = policyOf(decision.state, alert);
  const above = steps.findIndex(
    (step, index) => index > alert.step && typeof ask(decision.state, alert, step, decision.now) !== "string",
  );
  if (above === -1) return alert;
  return enterStep(decision, alert, { step: alert.step + 1, repeat: alert.repeat }, "tier-failed");
}

/** "Escalate": somebody wants the next tier now, whether or not the alert is acknowledged. */
export function escalateByHand(decision: Decision, before: Alert, input: PersonCommand): void {
  const { by, origin } = input;
  const alert = decision.emit(before, { kind: "alert-escalated", by, origin, round: before.round + 1 });
  const next = positionAfter(policyOf(decision.state, alert), alert);
  decision.done(enterStep(decision, alert, next, "escalated-by-person"), "done");
}

function positionAfter(policy: Policy, { step, repeat }: Position): Position {
  if (step + 1 < policy.steps.length) return { step: step + 1, repeat };
  if (repeat < policy.repeat) return { step: 0, repeat: repeat + 1 };
  return { step: policy.steps.length - 1, repeat };
}

/** The tiers to try, in order: the rest of this run, then one more run, or the last ones downwards when none is left. */
function* positionsFrom(policy: Policy, from: Position): Generator<Position> {
  const { steps } = policy;
  for (let step = from.step; step < steps.length; step += 1) yield { step, repeat: from.repeat };
  if (from.repeat < policy.repeat) {
    for (let step = 0; step < from.step; step += 1) yield { step, repeat: from.repeat + 1 };
  } else {
    for (let step = from.step - 1; step >= 0; step -= 1) yield { step, repeat: from.repeat };
  }
}

function enter(
  decision: Decision,
  alert: Alert,
  position: Position,
  reason: StepReason,
  asked: readonly Asked[],
  withinMs: number,
): Alert {
  const wave = alert.wave + 1;
  const team = teamOf(decision.state, alert);
  const notifications = asked.flatMap(({ person, because }): PlannedNotification[] => {
    const rules = (personOf(team, person)?.notify ?? []).filter(
      (rule) => because !== "last-resort" || rule.via === "desktop",
    );
    return rules.map(({ via, afterMs }, index) => {
      const nth = rules.slice(0, index).filter((rule) => rule.via === via).length;
      const actionId = actionIdOf(alert.id, { round: alert.round, wave }, person, via, nth);
      // Asked again before their time came: it must not start over, or a slow rule in quick steps would never come due;
      // nor be hurried, if it was put off. What somebody has given up is asked for anew, in its time.
      const waiting = alert.notifications.filter((n) => isPendingFor(n, person, via))[nth];
      const inTime = Math.min(decision.now + afterMs, waiting?.dueAt ?? Infinity);
      return { actionId, person, via, dueAt: (waiting?.attempts ?? 0) > 0 ? waiting!.dueAt : inTime };
    });
  });
  const nextEscalationAt = decision.now + withinMs;
  return decision.emit(alert, {
    kind: "step-entered",
    ...position,
    wave,
    round: alert.round,
    reason,
    asked,
    notifications,
    nextEscalationAt,
  });
}

/** No tier can reach anybody. Whoever has a desktop open sees it, and the tiers are tried again soon. */
function askWhoeverIsThere(decision: Decision, alert: Alert, { step, repeat }: Position): Alert {
  const team = teamOf(decision.state, alert);
  const there = team.people.map(({ id }) => id).filter((person) => decision.state.desktops.has(person));
  // Somebody on holiday whose machine runs is still better than nobody.
  const notAway = present(there, team, decision.now);
  const asked = (notAway.length === 0 ? there : notAway).map((person): Asked => ({
    person,
    because: "last-resort",
  }));
  return enter(decision, alert, { step, repeat }, "nobody-reachable", asked, limits.nobodyReachableRetryMs);
}
