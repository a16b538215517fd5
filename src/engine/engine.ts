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
import { evolve, observe } from "#domain/evolve";
import type { Fact } from "#domain/fact";
import type { AlertId, EpochMs, OriginId } from "#domain/ids";
import type { Input } from "#domain/input";
import type { Vector } from "#domain/place";
import { emptyState, type State } from "#domain/state";
import type { Severity } from "#domain/severity";
import { Agenda } from "./agenda.ts";
import { AlertArchive, inMemory } from "./alert-archive.ts";
import { engineLimits, type EngineDependencies } from "./dependencies.ts";
import { ChangeListeners } from "./change-listeners.ts";
import type { Folded } from "./fold.ts";
import { HandoffWatch } from "./handoff-watch.ts";
import { HealthBoard } from "./health-board.ts";
import { Inbox, type Pending } from "./inbox.ts";
import { OneTimer } from "./one-timer.ts";
import { Outbox } from "./outbox.ts";
import { JournalGuard } from "./journal-guard.ts";
import { LatestAlerts } from "./latest-alerts.ts";
import { Merges } from "./merges.ts";
import { JournalError, type Engine, type EngineProblem, type TravellingFact } from "./ports.ts";
import { Quarantine } from "./quarantine.ts";
import { asOfNow, inputsOfStart, recoverState } from "./recover-state.ts";
import { noteStanding } from "./standing.ts";
import { errorFound, errorText, inboxIsFull, ownSignal, tooManyOpen } from "./own-signal.ts";
import { ProblemWatch } from "./problem-watch.ts";
import { Revocation } from "./revocation.ts";
import { SnapshotKeeper } from "./snapshot-keeper.ts";
import { internalError, journalUnavailable, refusal, tooBusy, Turn } from "./turn.ts";

export class LoopEngine implements Engine {
  private current: State = emptyState();
  private readonly inbox = new Inbox();
  private turnIsPlanned = false;
  private readonly timer: OneTimer;
  private readonly quarantine = new Quarantine();
  /** Whether this machine was revoked, as far as it knows. */
  readonly revocation: Revocation;
  private started = false;
  private stopping = false;
  private readonly warn = (text: string, error: unknown) => this.dependencies.log("warn", text, error);
  private readonly handoffs = new HandoffWatch(this.warn);
  private readonly board = new HealthBoard();
  private readonly problems = new ProblemWatch(this.board, () => this.current);
  private readonly listeners = new ChangeListeners(
    (id) => inMemory(this.current, id),
    () => this.health,
  );
  private readonly outbox: Outbox;
  private readonly guard: JournalGuard;
  private readonly agenda: Agenda;
  private readonly archive: AlertArchive;
  private readonly merges: Merges;
  private readonly latest: LatestAlerts;
  private snapshots: SnapshotKeeper | null = null;

  constructor(private readonly dependencies: EngineDependencies) {
    this.outbox = new Outbox({
      ...dependencies,
      state: () => this.current,
      done: ({ alertId, actionId }, outcome) =>
        void this.submit({ kind: "outcome", alertId, actionId, outcome }),
      mayAct: () => this.revocation.position() !== null,
      goOn: () => this.planTurn(),
    });
    this.revocation = new Revocation(dependencies, this.board, () => this.listeners.tellHealth());
    this.timer = new OneTimer(dependencies.clock, () => this.planTurn());
    this.guard = new JournalGuard(dependencies.journal, (text) => this.reportProblem("journal", text));
    this.agenda = new Agenda(this.guard, this.quarantine, this.handoffs);
    this.archive = new AlertArchive(dependencies.journal);
    this.merges = new Merges(dependencies.journal, this.warn);
    this.latest = new LatestAlerts(dependencies.journal, dependencies.random);
    dependencies.clock.onStep((deltaMs) => {
      this.agenda.clockStepped(deltaMs);
      void this.submit({ kind: "clock-stepped", deltaMs });
      this.setTimer();
    });
  }

  get state(): State {
    return this.current;
  }

  get health(): Engine["health"] {
    return this.board.health;
  }

  get inboxDepth(): number {
    return this.inbox.depth;
  }

  /**
   * Replays the journal. What was put in before (the team, the attached desktops) is decided first, then what the last
   * run left undone is taken up.
   * @throws JournalError when the journal cannot be read.
   */
  async start(): Promise<void> {
    const { journal, clock, version } = this.dependencies;
    const { state, snapshotSeq } = recoverState(journal);
    this.current = this.withOwn(state);
    this.snapshots = new SnapshotKeeper(journal, clock, () => this.current, this.warn, snapshotSeq);
    const problem = this.guard.begin(clock.now());
    if (problem !== null) this.board.report("journal", problem, clock.now());
    this.started = true;
    await Promise.all(inputsOfStart(this.current, clock, version).map((input) => this.submit(input)));
    this.problems.lookAtAll(clock.now());
    if (this.board.setReady(true)) this.listeners.tellHealth();
  }

  submit(input: Input): Promise<Answer> {
    if (this.stopping && input.kind !== "outcome" && input.kind !== "engine-stopping")
      return Promise.resolve(refusal("stopping", "Tocsin is shutting down."));
    if (this.inbox.isFullFor(input)) {
      if (this.inbox.isFirstRefusalOf(input)) this.alarm(...inboxIsFull(input));
      return Promise.resolve(tooBusy);
    }
    this.planTurn();
    return this.inbox.add(input);
  }

  findAlert(id: AlertId): Alert | null {
    return this.archive.find(this.current, id);
  }

  factsOf(id: AlertId): readonly Fact[] {
    return this.archive.factsOf(this.current, id);
  }

  get origin(): OriginId {
    return this.dependencies.journal.origin;
  }

  vector(): Vector {
    return this.dependencies.journal.vector();
  }

  factsBeyond(vector: Vector, maxBytes: number): TravellingFact[] {
    // First, since looking at the clock may find that it was set.
    const now = this.dependencies.clock.now();
    const steps = [...this.current.clockSteps, this.inbox.clockStepAhead()];
    return this.merges.factsBeyond(vector, maxBytes, now, steps);
  }

  merge(facts: readonly TravellingFact[]): ReturnType<Engine["merge"]> {
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

  onChange(listener: Parameters<Engine["onChange"]>[0]): () => void {
    return this.listeners.add(listener);
  }

  /** Something is wrong that `decide` does not see (a refused team file, a dead clock): shown until cleared. */
  reportProblem(kind: EngineProblem["kind"], text: string): void {
    if (this.board.report(kind, text, this.dependencies.clock.now())) this.listeners.tellHealth();
  }

  clearProblem(kind: EngineProblem["kind"]): void {
    if (this.board.clear(kind)) this.listeners.tellHealth();
  }

  /** Tocsin raises an alert about itself; while one with this key is open, no second one. */
  alarm(key: string, severity: Severity, title: string, details: Readonly<Record<string, string>>): void {
    const { random, self } = this.dependencies;
    void this.submit(ownSignal(random.alertId(), key, severity, title, details, self ?? null));
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
    await this.submit({ kind: "engine-stopping", uptime: this.dependencies.clock.uptime?.() ?? null });
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
    // What others say is reckoned by the clock as it is now: merged before its step, it would be shifted with the rest.
    if (this.inbox.startsWithClockStep) this.decideAll(this.inbox.takeClockSteps(), now);
    this.takeMerges(now);
    this.takeStanding();
    this.decideAll(this.inputs(now), now);
    if (this.inbox.depth > 0 || this.merges.any) this.planTurn();
    this.setTimer();
  }

  private takeStanding(): void {
    this.revocation.look(this.current);
    noteStanding(this.current, this.revocation);
  }

  /** What can be sent now, what waits, then what is due after that. */
  private *inputs(now: EpochMs): Generator<Pending> {
    // First: a flood that waits to be taken in does not hold up what is to go out.
    if (!this.stopping && this.guard.keepsFacts) yield* this.outbox.attempts();
    const taken = this.inbox.take();
    this.latest.readAhead(taken, this.current);
    yield* taken;
    if (this.stopping || this.inbox.clockStepAhead().deltaMs !== 0) return;
    for (const input of this.agenda.due(this.current, now)) yield { input, answer: () => {} };
  }

  /** In one commit. */
  private decideAll(all: Iterable<Pending>, now: EpochMs): void {
    const turn = new Turn();
    for (const pending of all) this.decideOne(turn, pending, now);
    if (this.commit(turn, now)) this.finish(turn);
  }

  private takeMerges(now: EpochMs): void {
    if (!this.guard.works) return this.merges.refuseAll();
    const failure = this.merges.take(this.current, now, (folded) => this.changed(folded, false));
    if (failure !== null) this.journalFailed(failure, now);
  }

  private decideOne(turn: Turn, pending: Pending, now: EpochMs): void {
    const { input, answer } = pending;
    const refused = this.revocation.refuse(input);
    if (refused !== null) return void turn.answers.push({ tell: answer, answer: refused });
    // A signal that would be refused is the occasion to look whether there is room again.
    if (!this.guard.accepts(input)) {
      if (!this.probeJournal(now, input.kind === "signal")) {
        this.inbox.postpone([input]);
        return void turn.answers.push({ tell: answer, answer: journalUnavailable });
      }
      // How the clock was set meanwhile comes first: what is decided before it would be shifted with the rest.
      if (this.inbox.clockStepAhead().deltaMs !== 0) return this.inbox.putOff(pending);
    }
    let decided: Decided;
    try {
      if (input.kind === "command") this.archive.bringToMemory(this.current, input.alertId);
      decided = decide(this.current, this.latest.named(input, this.current), now);
    } catch (error) {
      this.invariantBroken(input, error, now);
      return void turn.answers.push({ tell: answer, answer: internalError });
    }
    for (const fact of decided.facts) this.current = evolve(this.current, fact);
    for (const seen of decided.observations) this.current = observe(this.current, seen);
    for (const fact of decided.facts) if (fact.kind === "alert-opened") this.latest.note(fact);
    turn.add(input, decided, answer);
    if (input.kind === "tick") this.quarantine.release(input.alertId);
    if (input.kind === "handoffs-due") this.handoffs.decided();
  }

  /** @returns whether the facts are on disk. If not, nothing has happened: the state is as the journal has it. */
  private commit(turn: Turn, now: EpochMs): boolean {
    if (turn.facts.length === 0) return true;
    try {
      this.dependencies.journal.append(turn.facts);
      this.latest.kept();
      return true;
    } catch (error) {
      this.inbox.postpone(turn.inputs);
      this.journalFailed(error, now);
      for (const { tell, answer } of turn.answers) tell(answer.ok ? journalUnavailable : answer);
      return false;
    }
  }

  private finish(turn: Turn): void {
    for (const { tell, answer } of turn.answers) tell(answer);
    for (const command of turn.commands) this.outbox.add(command);
    if (turn.facts.length > 0 || turn.touched.size > 0) this.changed(turn, true);
    if (turn.limitReached !== null) this.alarm(...tooManyOpen(turn.limitReached));
  }

  private changed({ touched, facts }: Folded, isOwn: boolean): void {
    this.problems.changed(touched, facts, isOwn, this.dependencies.clock.now());
    // A clock that was set moves what is due of all alerts.
    this.outbox.alertsChanged(facts.some(({ kind }) => kind === "clock-stepped") ? null : touched);
    this.listeners.tell(touched, facts);
    if (facts.length > 0) this.snapshots?.factsAdded();
  }

  // ---- time

  private setTimer(): void {
    if (!this.started || this.stopping) return;
    this.timer.moveTo(this.agenda.next(this.current, this.dependencies.clock.now()));
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
    this.listeners.tellHealth();
    if (this.guard.keepsFacts) for (const input of this.inbox.takePostponed()) void this.submit(input);
  }

  /** @returns whether the journal can be written again, and could not before. */
  private probeJournal(now: EpochMs, forSignal: boolean): boolean {
    const recovered = this.guard.probe(now, forSignal);
    if (recovered === null) return false;
    // It is in the journal, and what comes next is numbered after it.
    this.current = evolve(this.current, recovered);
    this.clearProblem("journal");
    for (const input of this.inbox.takePostponed()) void this.submit(input);
    return true;
  }

  /** Back to what the journal has; what only this process knew (attached desktops) stays. */
  private reload(): void {
    this.latest.kept();
    this.current = this.withOwn(recoverState(this.dependencies.journal).state);
    this.problems.lookAtAll(this.dependencies.clock.now());
    this.outbox.alertsChanged(null);
  }

  private withOwn(state: State): State {
    const { self = null } = this.dependencies;
    return asOfNow(state, this.current, self, this.outbox.underWayIds, this.revocation);
  }

  // ---- what else can go wrong

  private invariantBroken(input: Input, error: unknown, now: EpochMs): void {
    const text = error instanceof Error ? error.message : String(error);
    this.dependencies.log("error", `Broken invariant at ${input.kind}: ${text}`, error);
    this.board.report("invariant", errorText(text), now);
    if (input.kind === "tick" || input.kind === "attempt") this.quarantine.put(input.alertId, now);
    if (input.kind === "handoffs-due") this.handoffs.broken(this.current, now);
    if (error instanceof JournalError && error.reason === "damaged") this.dependencies.onBroken(error);
    // About its own alarm there is none: it would break in the same way, and so on.
    if (input.kind !== "signal" || input.integration !== null) this.alarm(...errorFound(input.kind, text));
  }
}
