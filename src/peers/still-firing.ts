/**
 * Tells the other machines which alerts' sources were heard again, so that an alert does not go stale where its source
 * does not report to. Never journaled: Prometheus says it each minute of each alert. Driven by `peers.ts`.
 */
import type { Alert } from "#domain/alert";
import type { AlertId, EpochMs, MachineId } from "#domain/ids";
import type { Input } from "#domain/input";
import type { PeerMessage } from "#wire/peer-contract";
import { peerLimits } from "./peer-timing.ts";

export type StillFiringMessage = Extract<PeerMessage, { type: "still-firing" }>;

/** Less is no news: it may be our own word come back, the time on the way added to it. */
const worthSayingMs = 5_000;

interface Known {
  readonly staleAt: EpochMs;
  /** Who has said so; null: heard here. */
  readonly from: MachineId | null;
}

export class StillFiring {
  /** What was said last, by us or to us. */
  private readonly known = new Map<AlertId, Known>();
  /** Heard from others, to be passed on to those that do not hear them. */
  private readonly passOn = new Map<AlertId, Known>();
  private begun = false;

  /** What is news since the last time, for one machine each: `hears(from)` says whether it has it from there already. */
  news(
    open: ReadonlyMap<AlertId, Alert>,
    now: EpochMs,
  ): (hears: (from: MachineId) => boolean) => StillFiringMessage[] {
    for (const id of this.known.keys()) if (!open.has(id)) this.known.delete(id);
    const news = new Map(this.passOn);
    this.passOn.clear();
    for (const alert of open.values()) {
      const { id, staleAt } = alert;
      const known = this.known.get(id)?.staleAt ?? staleAtFirst(alert, now);
      if (staleAt === null || staleAt <= known + worthSayingMs) continue;
      const heardHere = { staleAt, from: null };
      this.known.set(id, heardHere);
      // A restart gives every source some time; that is not to say that it was heard.
      if (this.begun) news.set(id, heardHere);
    }
    this.begun = true;
    return (hears) =>
      messagesOf(
        [...news].filter(([, { from }]) => from === null || !hears(from)),
        now,
      );
  }

  /** Everything, for a machine that has just caught up. */
  all(open: ReadonlyMap<AlertId, Alert>, now: EpochMs): StillFiringMessage[] {
    const known = [...open.values()].flatMap(({ id, staleAt }) =>
      staleAt === null ? [] : [[id, { staleAt, from: null }] as const],
    );
    return messagesOf(known, now);
  }

  /** Another machine's word. What it says is later than what is known here goes to the engine; null: nothing. */
  heard(
    message: StillFiringMessage,
    from: MachineId,
    open: ReadonlyMap<AlertId, Alert>,
    now: EpochMs,
  ): Extract<Input, { kind: "still-firing" }> | null {
    const alerts: { alertId: AlertId; staleAt: EpochMs }[] = [];
    for (const { alertId, staleInMs } of message.alerts) {
      const alert = open.get(alertId as AlertId);
      const staleAt = now + Math.min(staleInMs, alert?.silentAfterMs ?? 0);
      if (alert === undefined || alert.silentAfterMs === null) continue;
      if (alert.staleAt !== null && staleAt < alert.staleAt + worthSayingMs) continue;
      if (alert.staleAt === null && staleAt <= now) continue;
      alerts.push({ alertId: alert.id, staleAt });
      this.known.set(alert.id, { staleAt, from });
      this.passOn.set(alert.id, { staleAt, from });
    }
    return alerts.length === 0 ? null : { kind: "still-firing", alerts };
  }

  /** The wall clock was set by so much. */
  shift(deltaMs: number): void {
    for (const said of [this.known, this.passOn])
      for (const [id, { staleAt, from }] of said) said.set(id, { staleAt: staleAt + deltaMs, from });
  }
}

/** As the fact that opened it has it, which everybody gets. Opened by a clock that was ahead: nobody knows, so it is said. */
function staleAtFirst({ openedAt, silentAfterMs }: Alert, now: EpochMs): EpochMs {
  if (openedAt > now) return Number.NEGATIVE_INFINITY;
  return openedAt + (silentAfterMs ?? 0);
}

function messagesOf(news: readonly (readonly [AlertId, Known])[], now: EpochMs): StillFiringMessage[] {
  const messages: StillFiringMessage[] = [];
  for (let first = 0; first < news.length; first += peerLimits.alertsInGossip) {
    const part = news.slice(first, first + peerLimits.alertsInGossip);
    const alerts = part.map(([alertId, { staleAt }]) => ({ alertId, staleInMs: Math.max(0, staleAt - now) }));
    messages.push({ type: "still-firing", alerts });
  }
  return messages;
}
