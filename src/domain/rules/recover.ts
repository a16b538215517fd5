/**
 * The engine is up again after a stop or a crash. What was under way when it died has an unknown outcome and is made
 * again: a duplicate is allowed under faults, a miss is not (invariant 4).
 */
import type { Alert } from "../alert.ts";
import type { Uptime } from "../boot.ts";
import type { Decision } from "../decision.ts";
import type { OfBoot } from "../fact.ts";
import type { Input } from "../input.ts";
import { escalateIfTierFailed } from "./escalate.ts";
import { notifyDue } from "./notify.ts";

export function recover(decision: Decision, started: Input & { kind: "engine-started" }): void {
  const { version, uptime } = started;
  decision.say({ kind: "engine-started", version, ...ofBoot(uptime) });
  for (const alert of decision.state.open.values()) {
    if (decision.actsFirst) escalateIfTierFailed(decision, notifyDue(decision, alert));
    giveSourceTime(decision, alert);
  }
}

/** For the next start, to know by how much the clock was set meanwhile. */
export function ofBoot(uptime: Uptime | null = null): OfBoot {
  if (uptime === null) return {};
  const { uptimeMs, boot } = uptime;
  return { uptimeMs: Math.round(uptimeMs), ...(boot === null ? {} : { boot }) };
}

/**
 * While the engine was down nobody listened, so a source gets time to say it again before its alerts count as stale.
 * Prometheus promises validity for four resend intervals and may take two for a resend (an evaluation interval that
 * only just misses the resend delay): half of the promise.
 */
function giveSourceTime(decision: Decision, { id, silentAfterMs, staleAt }: Alert): void {
  if (silentAfterMs === null || staleAt === null) return;
  const earliest = decision.now + silentAfterMs / 2;
  decision.observations.push({ kind: "still-firing", alertId: id, staleAt: Math.max(staleAt, earliest) });
}
