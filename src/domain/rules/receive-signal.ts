/**
 * What a monitoring tool's message means: a new alert, one more report of an open one, or its end.
 *
 * The same (integration, key) while an alert is open is that alert; after its resolve it is a new one, with a new id.
 */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import type { Signal } from "../input.ts";
import { limits } from "../limits.ts";
import type { IntegrationId } from "../ids.ts";
import { keyOf, openAlertsOf, type State } from "../state.ts";
import type { Team } from "../team.ts";
import { acknowledgeBySource } from "./acknowledge.ts";
import { deduplicate } from "./deduplicate.ts";
import { enterStep } from "./escalate.ts";
import { resolveBySource } from "./resolve.ts";
import { route } from "./route.ts";

export function receiveSignal(decision: Decision, signal: Signal): void {
  const { state } = decision;
  const ids = state.openByKey.get(keyOf(signal.integration, signal.dedupKey)) ?? [];
  const [alert, ...others] = ids.map((id) => state.open.get(id)!);
  if (signal.status === "firing") {
    if (alert !== undefined) for (const one of [...others, alert]) deduplicate(decision, one, signal);
    else if (isOfWhatEnded(decision, signal)) decision.done(null, "ignored");
    else openAlert(decision, signal);
    return;
  }
  if (alert === undefined) {
    // As PagerDuty does: the end of something that is not open is accepted and means nothing.
    decision.done(null, "ignored");
    return;
  }
  const end = signal.status === "resolved" ? resolveBySource : acknowledgeBySource;
  for (const other of others) end(decision, other, signal);
  end(decision, alert, signal);
}

/**
 * Contract §4, "Late and out of step": one of several senders has not noticed the end yet. Only for a while: what it still
 * says then is a firing like any other.
 */
function isOfWhatEnded(
  { state, now }: Decision,
  { integration, dedupKey, said, silentAfterMs }: Signal,
): boolean {
  if (said === undefined || said.startsAt === null || said.wentOn === true) return false;
  const ended = state.resolvedLately.get(keyOf(integration, dedupKey));
  if (ended === undefined || !ended.ends.includes(said.startsAt)) return false;
  const forMs = silentAfterMs === null ? limits.outOfStepOnceMs : limits.outOfStepMs;
  // An end that is still to come is one from before the clock was set: it must hold nothing shut for as long.
  return now < ended.at + forMs && ended.at <= now + limits.outOfStepSlackMs;
}

function openAlert(decision: Decision, signal: Signal): void {
  const { team } = decision.state;
  if (team === null) {
    decision.refuse("no-team", "No team file has been loaded yet, so nobody could be told.");
    return;
  }
  const full = whyFull(decision.state, signal.integration);
  if (full !== null) {
    decision.refuse("too-many-open-alerts", `${full}; resolve some, or fix what floods.`);
    return;
  }
  decision.done(open(decision, signal, team), "opened");
}

/** Each integration has its own room: one that floods takes none of another's. Null: there is some. */
function whyFull(state: State, integration: IntegrationId | null): string | null {
  const own = openAlertsOf(state, integration);
  if (own >= limits.openAlerts) return `${own} alerts of ${integration ?? "Tocsin's own"} are open`;
  if (own < limits.openAlertsAlways || state.open.size < limits.openAlertsInAll) return null;
  return `${state.open.size} alerts are open, ${own} of them of ${integration ?? "Tocsin's own"}`;
}

function open(decision: Decision, signal: Signal, team: Team): Alert {
  const { said } = signal;
  const alert = decision.open(signal.freshId, {
    kind: "alert-opened",
    ...signal.content,
    integration: signal.integration,
    dedupKey: signal.dedupKey,
    policy: route(team, signal.content, signal.integration),
    teamRevision: team.revision,
    silentAfterMs: signal.silentAfterMs,
    by: signal.by,
    ...(said !== undefined && {
      said: { sender: said.sender, startsAt: said.startsAt, endsAt: said.endsAt },
    }),
  });
  return enterStep(decision, alert, { step: 0, repeat: 0 }, "opened");
}
