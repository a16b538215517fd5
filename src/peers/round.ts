/**
 * The round: looks at everything that is due or has changed, says what the others are to know, and tells the engine where
 * this machine stands. Planned a moment after each event, and at the time of the next heartbeat. Kept by `peers.ts`.
 *
 * While no other engine is known there is no cycle: nothing is said, and no timer stands.
 */
import type { EpochMs, MachineId } from "#domain/ids";
import type { PersonPresence } from "#domain/presence";
import type { HeartbeatWords } from "./heartbeat.ts";
import type { Membership } from "./membership.ts";
import { peerLimits, peerTiming } from "./peer-timing.ts";
import type { PeersDependencies } from "./peers.ts";
import type { Sessions } from "./sessions.ts";
import type { StillFiring } from "./still-firing.ts";
import type { Synchronisation } from "./synchronisation.ts";
import { TeamPeople } from "./team-people.ts";
import type { TeamView } from "./team-view.ts";
import type { WhoActs } from "./who-acts.ts";

export interface RoundParts {
  readonly membership: Membership;
  readonly whoActs: WhoActs;
  readonly synchronisation: Synchronisation;
  readonly sessions: Sessions;
  readonly stillFiring: StillFiring;
  readonly view: TeamView;
  /** Something that a person sees may have changed. */
  show(now: EpochMs): void;
}

interface Cycle {
  /** The last heartbeat, the last gossip, and the last time that we were awake for certain. */
  beatAt: EpochMs;
  gossipAt: EpochMs;
  awakeAt: EpochMs;
}

export class Round {
  /** The other engines of the team. */
  team: readonly MachineId[] = [];
  /** How often this machine has settled. */
  settlings = 0;
  private cycle: Cycle | null = null;
  private isPlanned = false;
  private isOver = false;
  private timer: { readonly at: EpochMs; readonly cancel: () => void } | null = null;
  /** Of the desktops here. */
  private localPeople: readonly PersonPresence[] = [];
  private told = {
    beat: "",
    problem: null as string | null,
    note: null as string | null,
    position: 0 as number | null,
    others: "",
  };
  private readonly people = new TeamPeople((change) => void this.dependencies.engine.submit(change));

  constructor(
    private readonly dependencies: PeersDependencies,
    private readonly parts: RoundParts,
  ) {}

  /** There are other engines. */
  get isTeam(): boolean {
    return this.cycle !== null;
  }

  /** As the engine was told last. */
  get position(): number | null {
    return this.told.position;
  }

  begin(now: EpochMs): void {
    this.localPeople = this.dependencies.local.people();
    this.reviewTeam(now);
    if (this.isTeam) this.settle(now);
    this.go();
  }

  localPeopleChanged(): void {
    this.localPeople = this.dependencies.local.people();
    this.soon();
  }

  end(): void {
    this.isOver = true;
    this.moveTimer(null);
  }

  soon(): void {
    if (this.isPlanned || this.isOver) return;
    this.isPlanned = true;
    this.dependencies.clock.defer(() => this.go());
  }

  /** The beginning of whatever happens: if we slept or hung since the last time, nothing of before holds. */
  enter(): EpochMs {
    const now = this.dependencies.clock.now();
    if (this.cycle !== null && now - this.cycle.awakeAt > peerTiming.sleptAfterMs) this.woke(now);
    return now;
  }

  woke(now: EpochMs): void {
    this.dependencies.log("info", "This machine has slept or hung; it catches up before it acts again.");
    this.parts.membership.forgetWhatWasHeard(now);
    this.settle(now);
    this.soon();
  }

  clockStepped(deltaMs: number): void {
    if (this.cycle === null || this.isOver) return;
    if (deltaMs === 0) return this.woke(this.dependencies.clock.now());
    const { membership, whoActs, stillFiring, view } = this.parts;
    for (const part of [membership, whoActs, stillFiring, view]) part.shift(deltaMs);
    this.cycle.beatAt += deltaMs;
    this.cycle.gossipAt += deltaMs;
    this.cycle.awakeAt += deltaMs;
    this.moveTimer(null);
    this.soon();
  }

  /** What this machine says of itself. */
  words(now: EpochMs): HeartbeatWords {
    const { engine, local, runtime } = this.dependencies;
    const desks = local.desks?.() ?? [];
    return { ...this.urgentWords(now), vector: engine.vector(), desks, clock: now, runtime: runtime() };
  }

  /** Of that, what others act on: it is said at once. New facts are pushed anyway. */
  private urgentWords(now: EpochMs): Omit<HeartbeatWords, "vector" | "desks" | "clock" | "runtime"> {
    const { whoActs, membership } = this.parts;
    return {
      epoch: whoActs.epoch,
      coordinator: whoActs.coordinator?.machine ?? null,
      acts: whoActs.acts,
      hears: membership.heard(now).map(({ machine }) => machine),
      people: this.localPeople.slice(0, peerLimits.peopleInHeartbeat),
    };
  }

  private go(): void {
    this.isPlanned = false;
    if (this.isOver) return;
    const now = this.enter();
    this.reviewTeam(now);
    this.parts.view.look(now);
    if (this.cycle !== null) this.goThrough(this.cycle, now);
    else {
      this.moveTimer(null);
      this.tellStanding(0, now);
      this.reportProblem(null);
      this.reportNote(null);
    }
    const elsewhere = this.parts.membership.reachable(now).map(({ words }) => words?.people ?? []);
    this.people.are([this.localPeople, ...elsewhere]);
    this.parts.show(now);
  }

  private goThrough(cycle: Cycle, now: EpochMs): void {
    const { whoActs, synchronisation, sessions, membership, view } = this.parts;
    cycle.awakeAt = now;
    if (whoActs.overslept(now)) this.woke(now);
    sessions.closeSilent(now);
    synchronisation.goOn(now);
    whoActs.look(now);
    view.look(now);
    if (!whoActs.isSuspended) this.beat(cycle, now);
    if (now - cycle.gossipAt >= peerTiming.gossipEveryMs) this.gossip(cycle, now);
    this.tellStanding(whoActs.position(now), now);
    const runtime = this.dependencies.runtime();
    this.reportProblem(view.problem(runtime, now));
    this.reportNote(view.note(runtime, now));
    const beatAt = (whoActs.isSuspended ? now : cycle.beatAt) + peerTiming.beatEveryMs;
    const changes = [beatAt, membership.nextChangeAt(now), whoActs.nextChangeAt(now)];
    this.moveTimer(Math.min(...changes.filter((at) => at !== null)));
  }

  private settle(now: EpochMs): void {
    this.settlings += 1;
    this.parts.whoActs.settle(now, this.cycle?.awakeAt ?? now);
    if (this.cycle !== null) this.cycle.awakeAt = now;
  }

  /** Machines come and go by facts; with the first other engine the cycle begins, with the last it ends. */
  private reviewTeam(now: EpochMs): void {
    const before = this.team;
    this.team = this.dependencies.others();
    for (const machine of before.filter((one) => !this.team.includes(one))) {
      const session = this.parts.sessions.find(machine);
      if (session !== undefined) this.parts.sessions.end(session, "it does not belong to the team any more");
      this.parts.membership.remove(machine);
    }
    if (this.team.length === 0) this.cycle = null;
    else this.cycle ??= { beatAt: Number.NEGATIVE_INFINITY, gossipAt: now, awakeAt: now };
  }

  /** Every 2 s, and at once when something urgent has changed. */
  private beat(cycle: Cycle, now: EpochMs): void {
    const urgent = JSON.stringify(this.urgentWords(now));
    if (now - cycle.beatAt < peerTiming.beatEveryMs && urgent === this.told.beat) return;
    this.told.beat = urgent;
    cycle.beatAt = now;
    const words = this.words(now);
    for (const session of this.parts.sessions) session.beat(words);
  }

  private gossip(cycle: Cycle, now: EpochMs): void {
    cycle.gossipAt = now;
    const { sessions, stillFiring, membership } = this.parts;
    const newsFor = stillFiring.news(this.dependencies.engine.state.open, now);
    for (const session of sessions) {
      const hears = membership.find(session.machine)?.words?.hears ?? [];
      // Who has it from somebody else, or said it itself, is not told again.
      const news = newsFor((from) => from === session.machine || hears.includes(from));
      for (const message of news) session.send(message);
    }
  }

  private tellStanding(position: number | null, now: EpochMs): void {
    const acting = this.parts.membership.acting(now);
    const others = acting.map(({ machine }) => machine).join();
    if (position === this.told.position && others === this.told.others) return;
    Object.assign(this.told, { position, others });
    this.dependencies.wake();
  }

  private reportProblem(text: string | null): void {
    if (text === this.told.problem) return;
    this.told.problem = text;
    this.dependencies.report(text);
  }

  private reportNote(text: string | null): void {
    if (text === this.told.note) return;
    this.told.note = text;
    this.dependencies.note?.(text);
  }

  private moveTimer(at: EpochMs | null): void {
    if (this.timer?.at === at) return;
    this.timer?.cancel();
    this.timer = null;
    if (at === null) return;
    const cancel = this.dependencies.clock.callAt(at, () => {
      this.timer = null;
      this.go();
    });
    this.timer = { at, cancel };
  }
}
