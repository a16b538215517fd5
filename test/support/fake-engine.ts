/**
 * An engine that records what it is given and answers when told to. For tests of the rooms that take input; what the
 * real one makes of it is tested with the real one.
 */
import type { Alert } from "#domain/alert";
import type { Answer } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { AlertId, OriginId, PolicyId, TeamRevision } from "#domain/ids";
import type { Input, Signal } from "#domain/input";
import type { Vector } from "#domain/place";
import { emptyState } from "#domain/state";
import type {
  Clock,
  Engine,
  EngineChange,
  EngineHealth,
  MergeAnswer,
  Random,
  TravellingFact,
} from "#engine/ports";

export class FakeEngine implements Engine {
  readonly state = emptyState();
  health: EngineHealth = { ready: true, trusted: true, problems: [] };
  readonly inputs: Input[] = [];
  /** What to answer; by default every signal opens an alert, every command is done. */
  answer: (input: Input) => Answer | Promise<Answer> = (input) => this.open(input);
  facts: Fact[] = [];
  private readonly listeners = new Set<(change: EngineChange) => void>();

  async submit(input: Input): Promise<Answer> {
    this.inputs.push(input);
    return this.answer(input);
  }

  get signals(): Signal[] {
    return this.inputs.filter((input): input is Signal => input.kind === "signal");
  }

  open(input: Input): Answer {
    if (input.kind !== "signal")
      return { ok: true, alertId: "alertId" in input ? input.alertId : null, effect: "done" };
    const alert = alertOf(input);
    this.state.open.set(alert.id, alert);
    return { ok: true, alertId: alert.id, effect: "opened" };
  }

  readonly origin = "fake-engine" as OriginId;
  readonly merge = async (): Promise<MergeAnswer> => ({ ok: false });
  readonly vector = (): Vector => ({});
  readonly factsBeyond = (): TravellingFact[] => [];
  readonly startNewOrigin = (): void => {};

  /** Tells the listeners that this was committed. */
  commit(change: Partial<EngineChange>): void {
    for (const listener of this.listeners)
      listener({ alerts: [], facts: [], health: this.health, ...change });
  }

  factsOf(alertId: AlertId): readonly Fact[] {
    return this.facts.filter((fact) => "alertId" in fact && fact.alertId === alertId);
  }

  findAlert(alertId: AlertId): Alert | null {
    return this.state.open.get(alertId) ?? this.state.resolved.get(alertId) ?? null;
  }

  listResolved(limit: number): readonly Alert[] {
    return [...this.state.resolved.values()].reverse().slice(0, limit);
  }

  onChange(listener: (change: EngineChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async stop(): Promise<void> {}
}

export function alertOf(signal: Signal, changes: Partial<Alert> = {}): Alert {
  return {
    ...signal.content,
    id: signal.freshId,
    status: "triggered",
    integration: signal.integration,
    dedupKey: signal.dedupKey,
    policy: "default" as PolicyId,
    teamRevision: "r1" as TeamRevision,
    step: 0,
    repeat: 0,
    wave: 1,
    round: 0,
    quietRound: -1,
    news: {},
    covered: {},
    latest: { hlc: 0, origin: "", seq: 0 },
    nextEscalationAt: null,
    asked: [],
    nobodyReachable: false,
    notifications: [],
    openedAt: 0,
    triggeredAt: 0,
    acknowledgedAt: null,
    acknowledgedBy: null,
    ackTimeoutAt: null,
    snoozedUntil: null,
    resolvedAt: null,
    occurrences: 1,
    silentAfterMs: signal.silentAfterMs,
    staleAt: null,
    stale: false,
    ...changes,
  };
}

/** Ids `a1`, `a2`, … */
export class CountingRandom implements Random {
  private count = 0;

  alertId(): AlertId {
    this.count += 1;
    return `a${this.count}` as AlertId;
  }

  nextAlertId(): AlertId {
    return this.alertId();
  }
}

/** A clock that stands still until it is told to move. */
export class StandingClock implements Clock {
  private timers: { readonly at: number; readonly callback: () => void }[] = [];
  private readonly stepListeners: ((deltaMs: number) => void)[] = [];

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  /** Moves on, calling back what becomes due, in order. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }

  callAt(at: number, callback: () => void): () => void {
    const timer = { at, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  callAfter(ms: number, callback: () => void): () => void {
    return this.callAt(this.now() + ms, callback);
  }

  defer(callback: () => void): void {
    queueMicrotask(callback);
  }

  onStep(listener: (deltaMs: number) => void): void {
    this.stepListeners.push(listener);
  }

  /** Somebody sets it. */
  setBy(deltaMs: number): void {
    this.time += deltaMs;
    for (const listener of this.stepListeners) listener(deltaMs);
  }
}
