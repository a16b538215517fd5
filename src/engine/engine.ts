/**
 * The loop: inbox -> decide -> journal -> evolve -> answers and commands. Built by `compose`, driven by every room that
 * takes input; the only owner of the state.
 *
 * All inputs of one turn share one commit, so a burst costs few fsyncs and a lone alert waits for nobody. One timer
 * stands at the earliest deadline of all alerts; there is no polling.
 */
import type { Alert } from "#domain/alert";
import type { Answer } from "#domain/command";
import { decide, type Decided } from "#domain/decide";
import { waitMs } from "#domain/acting";
import { evolve, inTimeOf, observe } from "#domain/evolve";
import type { Fact } from "#domain/fact";
import type { AlertId, EpochMs, OriginId } from "#domain/ids";
import type { Input, Signal } from "#domain/input";
import { byCanonicalOrder, type Vector } from "#domain/place";
import { emptyState, keyOf, type State } from "#domain/state";
import type { Severity } from "#domain/severity";
import { AlertArchive, inMemory } from "./alert-archive.ts";
import { engineLimits, type EngineDependencies } from "./dependencies.ts";
import { HandoffWatch } from "./handoff-watch.ts";
import { HealthBoard } from "./health-board.ts";
import { OneTimer } from "./one-timer.ts";
import { Outbox } from "./outbox.ts";
import { JournalGuard } from "./journal-guard.ts";
import { LatestAlerts } from "./latest-alerts.ts";
import { Merges } from "./merges.ts";
import {
  JournalError,
  type Engine,
  type EngineChange,
  type EngineHealth,
  type EngineProblem,
  type MergeAnswer,
  type TravellingFact,
} from "./ports.ts";
import { Quarantine } from "./quarantine.ts";
import { recoverState } from "./recover-state.ts";
import { ownSignal } from "./own-signal.ts";
import { watchFacts } from "./problem-watch.ts";
import { SnapshotKeeper } from "./snapshot-keeper.ts";
import { journalUnavailable, refusal, Turn } from "./turn.ts";

/** Inputs whose sender does not hear the answer, or would not say it again. */
const unrepeatable: ReadonlySet<Input["kind"]> = new Set([
  "outcome",
  "clock-stepped",
  "team-loaded",
  "engine-started",
]);

interface Pending {
  readonly input: Input;
  readonly answer: (answer: Answer) => void;
}

export class LoopEngine implements Engine {
  private current: State = emptyState();
  private inbox: Pending[] = [];
  private turnIsPlanned = false;
  private readonly timer: OneTimer;
  private readonly quarantine = new Quarantine();
  private readonly handoffs: HandoffWatch;
  private readonly postponed: Input[] = [];
  private started = false;
  private stopping = false;
  private readonly board = new HealthBoard();
  private readonly listeners = new Set<(change: EngineChange) => void>();
  private readonly outbox: Outbox;
  private readonly guard: JournalGuard;
  private readonly archive: AlertArchive;
  private readonly merges: Merges;
  private readonly latest: LatestAlerts;
  private snapshots: SnapshotKeeper | null = null;

  constructor(private readonly dependencies: EngineDependencies) {
    this.outbox = new Outbox({
      clock: dependencies.clock,
      channels: dependencies.channels,
      find: (id) => inMemory(this.current, id),
      person: (alert, id) =>
        this.current.teams.get(alert.teamRevision)?.people.find((person) => person.id === id),
      tell: (word) => dependencies.tell?.(word),
      done: (command, outcome) =>
        void this.submit({ kind: "outcome", alertId: command.alertId, actionId: command.actionId, outcome }),
      mayAct: () => this.position() !== null,
    });
    this.handoffs = new HandoffWatch((text, error) => dependencies.log("warn", text, error));
    this.timer = new OneTimer(dependencies.clock, () => this.planTurn());
    this.guard = new JournalGuard(dependencies.journal);
    this.archive = new AlertArchive(dependencies.journal);
    this.merges = new Merges(dependencies.journal);
    this.latest = new LatestAlerts(dependencies.journal);
    dependencies.clock.onStep((deltaMs) => {
      void this.submit({ kind: "clock-stepped", deltaMs });
      this.setTimer();
    });
  }

  get state(): State {
    return this.current;
  }

  get health(): EngineHealth {
    return this.board.health;
  }

  get inboxDepth(): number {
    return this.inbox.length;
  }

  /**
   * Replays the journal. What was put in before (the team, the attached desktops) is decided first, then what the last
   * run left undone is taken up.
   * @throws JournalError when the journal cannot be read.
   */
  async start(): Promise<void> {
    const { journal, clock, log, version } = this.dependencies;
    const { state, snapshotSeq } = recoverState(journal);
    this.current = this.asOfNow(state);
    const warn = (text: string, error: unknown) => log("warn", text, error);
    this.snapshots = new SnapshotKeeper(journal, clock, () => this.current, warn, snapshotSeq);
    const problem = this.guard.begin(clock.now());
    if (problem !== null) this.board.report("journal", problem, clock.now());
    this.started = true;
    await this.submit({ kind: "engine-started", version });
    if (this.board.setReady(true)) this.publishHealth();
  }

  submit(input: Input): Promise<Answer> {
    if (this.stopping && input.kind !== "outcome" && input.kind !== "engine-stopping") {
      return Promise.resolve(refusal("stopping", "Tocsin is shutting down."));
    }
    if (this.inbox.length >= engineLimits.inbox && input.kind === "signal" && input.integration !== null) {
      this.alarm("limit-inbox", "critical", "Tocsin receives more than it can take in", {
        limit: `${engineLimits.inbox} waiting inputs`,
        remedy: "Find out which integration floods (see /metrics) and slow it down at its source.",
      });
      return Promise.resolve(refusal("busy", "Too much is waiting to be taken in; try again shortly."));
    }
    return new Promise((answer) => {
      // The clock comes first: what else waits is decided by the time as it is now, and must not be shifted with the rest.
      if (input.kind === "clock-stepped") this.inbox.unshift({ input, answer });
      else this.inbox.push({ input, answer });
      this.planTurn();
    });
  }

  findAlert(id: AlertId): Alert | null {
    return this.archive.find(this.current, id);
  }

  factsOf(id: AlertId): readonly Fact[] {
    const facts = this.dependencies.journal.factsOf(id).toSorted(byCanonicalOrder);
    return facts.map((journaled) => inTimeOf(this.current, journaled));
  }

  get origin(): OriginId {
    return this.dependencies.journal.origin;
  }

  vector(): Vector {
    return this.dependencies.journal.vector();
  }

  factsBeyond(vector: Vector, maxBytes: number): TravellingFact[] {
    return this.dependencies.journal.factsBeyond(vector, maxBytes, this.dependencies.clock.now());
  }

  merge(facts: readonly TravellingFact[]): Promise<MergeAnswer> {
    if (this.stopping) return Promise.resolve({ ok: false });
    const answer = this.merges.add(facts);
    this.planTurn();
    return answer;
  }

  /** Between two turns, since the numbers of this machine's facts change. */
  startNewOrigin(firstOfOurs: number): void {
    this.dependencies.journal.startNewOrigin(firstOfOurs);
    this.reload();
  }

  listResolved(limit: number): readonly Alert[] {
    return this.archive.resolved(this.current, limit);
  }

  onChange(listener: (change: EngineChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Something is wrong that `decide` does not see (a refused team file, a dead clock): shown until cleared. */
  reportProblem(kind: EngineProblem["kind"], text: string): void {
    if (this.board.report(kind, text, this.dependencies.clock.now())) this.publishHealth();
  }

  clearProblem(kind: EngineProblem["kind"]): void {
    if (this.board.clear(kind)) this.publishHealth();
  }

  /** Tocsin raises an alert about itself; while one with this key is open, no second one. */
  alarm(key: string, severity: Severity, title: string, details: Readonly<Record<string, string>>): void {
    const { random, self = null } = this.dependencies;
    void this.submit(ownSignal(random.alertId(), key, severity, title, details, self));
  }

  /** Something happened that often goes with a sleep or a set clock: notice it now, not at the next deadline. */
  lookAtClock(): void {
    this.dependencies.clock.now();
    this.planTurn();
  }

  async stop(): Promise<void> {
    if (this.stopping || !this.started) return;
    this.stopping = true;
    this.timer.moveTo(null);
    this.snapshots?.stop();
    await this.outbox.drain(engineLimits.stopWithinMs);
    await this.submit({ kind: "engine-stopping" });
    this.board.setReady(false);
    if (this.guard.works) this.snapshots?.keep();
  }

  private planTurn(): void {
    if (this.turnIsPlanned || !this.started) return;
    this.turnIsPlanned = true;
    this.dependencies.clock.defer(() => this.turn());
  }

  /** One turn: as many inputs as share a commit, then whatever is due. */
  private turn(): void {
    this.turnIsPlanned = false;
    const now = this.dependencies.clock.now();
    // What was put off while the journal failed comes first: a set clock decides what is due.
    this.probeJournal(now, false);
    this.takeStanding();
    this.takeMerges(now);
    const taken =
      this.inbox.length > engineLimits.turn ? this.inbox.splice(0, engineLimits.turn) : this.takeAll();
    const turn = new Turn();
    for (const pending of taken) this.decideOne(turn, pending, now);
    for (const alertId of this.dueAlerts(now)) {
      this.decideOne(turn, { input: { kind: "tick", alertId }, answer: () => {} }, now);
    }
    if (this.handoffIsDue(now))
      this.decideOne(turn, { input: { kind: "handoffs-due" }, answer: () => {} }, now);
    if (this.commit(turn, now)) this.finish(turn);
    if (this.inbox.length > 0 || this.merges.any) this.planTurn();
    this.setTimer();
  }

  private position(): number | null {
    const { standing } = this.dependencies;
    return standing === undefined ? 0 : standing.position();
  }

  private takeStanding(): void {
    const position = this.position();
    if (position !== this.current.acting.position)
      observe(this.current, { kind: "standing-changed", position });
  }

  private takeMerges(now: EpochMs): void {
    if (!this.merges.any) return;
    if (!this.guard.works) return this.merges.refuseAll();
    try {
      for (const { touched, facts } of this.merges.take(this.current, now)) {
        this.publish([...touched], facts);
        this.snapshots?.factsAdded();
      }
    } catch (error) {
      this.journalFailed(error, now);
    }
  }

  private takeAll(): Pending[] {
    const taken = this.inbox;
    this.inbox = [];
    return taken;
  }

  private dueAlerts(now: EpochMs): AlertId[] {
    if (this.stopping || !this.guard.keepsFacts) return [];
    return this.quarantine.due(this.current, now, engineLimits.dueInOneTurn);
  }

  private handoffIsDue(now: EpochMs): boolean {
    const waited = this.waitedFor(now);
    return (
      waited !== null && !this.stopping && this.guard.keepsFacts && this.handoffs.isDue(this.current, waited)
    );
  }

  private nextHandoffNotice(now: EpochMs): EpochMs | null {
    const waited = this.waitedFor(now);
    if (waited === null || this.stopping || !this.guard.keepsFacts) return null;
    const next = this.handoffs.next(this.current, waited);
    return next === null ? null : next + (now - waited);
  }

  /** What was due by then is this machine's to do now; null: nothing is. */
  private waitedFor(now: EpochMs): EpochMs | null {
    const { position } = this.current.acting;
    return position === null ? null : now - waitMs(position, "step");
  }

  private decideOne(turn: Turn, pending: Pending, now: EpochMs): void {
    const { input, answer } = pending;
    if (!this.guard.accepts(input) && !this.recoversFor(input, now)) {
      this.postpone([input]);
      turn.answers.push({ tell: answer, answer: journalUnavailable });
      return;
    }
    if (input.kind === "command") this.archive.bringToMemory(this.current, input.alertId);
    let decided: Decided;
    try {
      decided = decide(this.current, input.kind === "signal" ? this.named(input) : input, now);
    } catch (error) {
      this.invariantBroken(input, error, now);
      turn.answers.push({
        tell: answer,
        answer: refusal("busy", "An internal error; it was logged and alarmed."),
      });
      return;
    }
    for (const fact of decided.facts) this.current = evolve(this.current, fact);
    for (const seen of decided.observations) this.current = observe(this.current, seen);
    for (const fact of decided.facts) if (fact.kind === "alert-opened") this.latest.note(fact);
    turn.add(input, decided, answer);
    if (input.kind === "tick") this.quarantine.release(input.alertId);
    if (input.kind === "handoffs-due") this.handoffs.decided();
  }

  /** With the id that every machine gives to the alert which it opens. Raised by hand it has one of its own. */
  private named(signal: Signal): Signal {
    const { integration, dedupKey } = signal;
    if (signal.status !== "firing" || this.current.openByKey.has(keyOf(integration, dedupKey))) return signal;
    const previous = this.latest.of(integration, dedupKey);
    return { ...signal, freshId: this.dependencies.random.nextAlertId(integration, dedupKey, previous) };
  }

  /** @returns whether the facts are on disk. If not, nothing has happened: the state is as the journal has it. */
  private commit(turn: Turn, now: EpochMs): boolean {
    if (turn.facts.length === 0) return true;
    try {
      this.dependencies.journal.append(turn.facts);
      this.latest.kept();
      return true;
    } catch (error) {
      this.postpone(turn.inputs);
      this.journalFailed(error, now);
      for (const { tell, answer } of turn.answers) tell(answer.ok ? journalUnavailable : answer);
      return false;
    }
  }

  /** What nobody will say again is kept for when the journal works. */
  private postpone(inputs: readonly Input[]): void {
    this.postponed.push(...inputs.filter((input) => unrepeatable.has(input.kind)));
  }

  private takeUpPostponed(): void {
    for (const input of this.postponed.splice(0)) void this.submit(input);
  }

  private finish(turn: Turn): void {
    for (const { tell, answer } of turn.answers) tell(answer);
    for (const command of turn.commands) this.outbox.add(command);
    if (watchFacts(this.board, turn.facts, this.current, this.dependencies.clock.now())) this.publishHealth();
    for (const fact of turn.facts) if ("alertId" in fact) turn.touched.add(fact.alertId);
    if (turn.facts.length > 0 || turn.touched.size > 0) this.publish([...turn.touched], turn.facts);
    if (turn.limitReached !== null) {
      this.alarm("limit-open-alerts", "critical", "Tocsin holds as many open alerts as it can", {
        remedy: turn.limitReached,
      });
    }
    if (turn.facts.length > 0) this.snapshots?.factsAdded();
  }

  private publish(ids: readonly AlertId[], facts: readonly Fact[]): void {
    const alerts = ids.map((id) => inMemory(this.current, id)).filter((alert) => alert !== null);
    for (const listener of this.listeners) listener({ alerts, facts, health: this.health });
  }

  private publishHealth(): void {
    this.publish([], []);
  }

  // ---- time

  private setTimer(): void {
    if (!this.started || this.stopping) return;
    this.timer.moveTo(this.nextWakeUp());
  }

  private nextWakeUp(): EpochMs | null {
    const probeAt = this.guard.nextProbeAt;
    const now = this.dependencies.clock.now();
    const earliest = this.guard.keepsFacts ? this.quarantine.earliest(this.current, now) : null;
    const times = [probeAt, earliest, this.nextHandoffNotice(now)].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  // ---- the journal cannot be written

  private journalFailed(error: unknown, now: EpochMs): void {
    const text = this.guard.failed(error, now);
    if (this.board.report("journal", text, now)) this.dependencies.log("error", text, error);
    try {
      this.reload();
    } catch (unreadable) {
      this.dependencies.onBroken(unreadable);
    }
    if (error instanceof JournalError && error.reason === "damaged") this.dependencies.onBroken(error);
    this.publishHealth();
    if (this.guard.keepsFacts) this.takeUpPostponed();
  }

  /** @returns whether the journal can be written again, and could not before. */
  private probeJournal(now: EpochMs, forSignal: boolean): boolean {
    const recovered = this.guard.probe(now, forSignal);
    if (recovered === null) return false;
    // It is in the journal, and what comes next is numbered after it.
    this.current = evolve(this.current, recovered);
    this.clearProblem("journal");
    this.takeUpPostponed();
    return true;
  }

  /** A signal that would be refused is the occasion to look whether there is room again. */
  private recoversFor(input: Input, now: EpochMs): boolean {
    return this.probeJournal(now, input.kind === "signal");
  }

  /** Back to what the journal has; what only this process knew (attached desktops) stays. */
  private reload(): void {
    this.latest.kept();
    this.current = this.asOfNow(recoverState(this.dependencies.journal).state);
  }

  /** With what only this process knows. */
  private asOfNow(state: State): State {
    const { desktops, away, acting } = this.current;
    const { self = null } = this.dependencies;
    const underWay = new Set(this.outbox.underWayIds);
    state.desktops = desktops;
    state.away = away;
    state.acting = { ...acting, self, underWay };
    return observe(state, { kind: "standing-changed", position: this.position() });
  }

  // ---- what else can go wrong

  private invariantBroken(input: Input, error: unknown, now: EpochMs): void {
    const text = error instanceof Error ? error.message : String(error);
    this.dependencies.log("error", `Broken invariant at ${input.kind}: ${text}`, error);
    this.board.report("invariant", text, now);
    if (input.kind === "tick") this.quarantine.put(input.alertId, now);
    if (input.kind === "handoffs-due") this.handoffs.broken(this.current, now);
    this.alarm(`invariant-${input.kind}`, "critical", "Tocsin found an error in itself", { error: text });
  }
}
