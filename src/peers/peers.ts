/**
 * This machine among the others of its team: who acts, whose journal lacks what, whose desktops are where. Made by
 * `compose` (and by the simulation, on the same ports); the engine asks it for its position at every turn.
 *
 * Everything that happens here (a message, a timer, a commit) is noted at once and looked at together a moment later, in
 * `look`. As long as no other engine is known, it does nothing and has no timer.
 */
import type { Tell } from "#domain/command";
import type { EpochMs, MachineId, PersonId } from "#domain/ids";
import type { Clock, Desktops, Engine, EngineChange, Standing } from "#engine/ports";
import type { PeerMessage, RuntimeJson } from "#wire/peer-contract";
import type { HeartbeatWords } from "./heartbeat.ts";
import { Membership } from "./membership.ts";
import type { PeerLink } from "./peer-link.ts";
import { PeerSession } from "./peer-session.ts";
import { peerLimits, peerTiming } from "./peer-timing.ts";
import { PresentForOthers } from "./present-for-others.ts";
import { RemoteDesktops } from "./remote-desktops.ts";
import { StillFiring, type StillFiringMessage } from "./still-firing.ts";
import { Synchronisation } from "./synchronisation.ts";
import { TeamDesktops, type LocalDesktops } from "./team-desktops.ts";
import { teamPeople } from "./team-people.ts";
import { saysTheSame, type TeamStatus } from "./team-status.ts";
import { TeamView } from "./team-view.ts";
import { WhoActs } from "./who-acts.ts";

export interface PeersDependencies {
  readonly clock: Clock;
  readonly self: MachineId;
  readonly engine: Engine;
  /** Ids of the other engines of the team that are not revoked, now. */
  others(): readonly MachineId[];
  /** The desktops that are attached to this machine's own engine. */
  readonly local: LocalDesktops;
  /** Cheap: asked with every heartbeat. */
  runtime(): RuntimeJson;
  log(level: "info" | "warn" | "error", text: string): void;
  securityLog(event: string, details: Record<string, unknown>): void;
  /** Whether this machine's journal and channels work: only then do the others count on it. */
  able(): boolean;
  /** Something has changed in where this machine stands: the engine looks at what is due. */
  wake(): void;
  /** A problem of kind `peers`, in words; null: none any more. */
  report(text: string | null): void;
}

export class Peers implements Standing {
  private readonly membership: Membership;
  private readonly whoActs: WhoActs;
  private readonly synchronisation: Synchronisation;
  private readonly remote: RemoteDesktops;
  private readonly teamDesktops: TeamDesktops;
  private readonly forOthers: PresentForOthers;
  private readonly stillFiring = new StillFiring();
  private readonly view: TeamView;

  private readonly sessions = new Map<MachineId, PeerSession>();
  private readonly statusListeners = new Set<(status: TeamStatus) => void>();
  private team: readonly MachineId[] = [];
  private running = false;
  private stopListening = () => {};
  private lookIsPlanned = false;
  private timer: { readonly at: EpochMs; readonly cancel: () => void } | null = null;
  private settlings = 0;
  /** When heartbeats, gossip and the last sign of our own life were; null while there is no other engine. */
  private cycle: { beatAt: EpochMs; gossipAt: EpochMs; awakeAt: EpochMs } | null = null;
  private told = { beat: "", people: "[]", problem: null as string | null, position: 0 as number | null };
  private shown: TeamStatus | null = null;

  constructor(private readonly dependencies: PeersDependencies) {
    const { clock, self, engine, local, able } = dependencies;
    this.membership = new Membership(self);
    const others = () => this.team;
    this.whoActs = new WhoActs({
      self,
      membership: this.membership,
      others,
      linked: () => [...this.sessions.keys()],
      able: () => able(),
      synced: (machine) => this.synchronisation.isSynced(machine),
    });
    this.synchronisation = new Synchronisation({
      clock,
      engine,
      settling: () => (this.whoActs.isSettling ? this.settlings : null),
      restored: (machine, origin, firstOfOurs) => this.journalWasRestored(machine, origin, firstOfOurs),
      refuse: (link, event, details) => this.refuse(link, event, details),
      securityLog: (event, details) => dependencies.securityLog(event, details),
      caughtUp: (machine) => this.tellAllFiring(machine),
      hears: (machine, other) => this.membership.find(machine)?.words?.hears.includes(other) === true,
      changed: () => this.lookSoon(),
    });
    const send = (machine: MachineId, message: PeerMessage) =>
      this.sessions.get(machine)?.send(message) === true;
    const machines = () => this.reachablePeople();
    this.remote = new RemoteDesktops(clock, send);
    this.teamDesktops = new TeamDesktops({ clock, local, remote: this.remote, machines, send });
    this.forOthers = new PresentForOthers(clock, engine, local.desktops);
    this.view = new TeamView({
      self,
      membership: this.membership,
      whoActs: this.whoActs,
      synchronisation: this.synchronisation,
      others,
      nameOf: (machine) => engine.state.machines.get(machine)?.name ?? machine.slice(0, 8),
    });
  }

  /** After the engine has read its journal. */
  start(): void {
    const { clock, engine, local, others } = this.dependencies;
    this.running = true;
    this.stopListening = engine.onChange((change) => this.committed(change));
    local.onPeopleChanged(() => this.lookSoon());
    clock.onStep((deltaMs) => this.clockStepped(deltaMs));
    this.team = others();
    if (this.team.length > 0) this.settle(clock.now());
    this.look();
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    for (const session of this.sessions.values()) session.send({ type: "goodbye", reason: "stop" });
    this.running = false;
    this.stopListening();
    this.moveTimer(null);
    for (const session of [...this.sessions.values()]) this.end(session, "this machine stops");
  }

  /** Takes an authenticated link. A second one of the same machine replaces the first. */
  attach(link: PeerLink): void {
    if (!this.running) return link.close("this machine is not taking part now");
    const now = this.enter();
    const previous = this.sessions.get(link.machine);
    const log = (event: string, details: Record<string, unknown>) =>
      this.dependencies.securityLog(event, details);
    const session = new PeerSession(link, this.synchronisation.add(link), log);
    this.sessions.set(link.machine, session);
    previous?.over.abort();
    previous?.link.close("replaced by a newer link");
    this.remote.lost(link.machine);
    this.membership.linked(link.machine, now);
    link.onClose((why) => this.closed(session, why));
    if (this.cycle !== null && !this.whoActs.isSuspended) session.beat(this.words(now));
    link.onMessage((message) => this.receive(session, message));
    this.lookSoon();
  }

  /** Right whenever it is asked, even if this machine has just woken up and no timer has noticed it yet. */
  position(): number | null {
    if (!this.running) return this.dependencies.others().length === 0 ? 0 : null;
    if (this.team.length === 0) return 0;
    const now = this.enter();
    this.whoActs.look(now);
    const position = this.whoActs.position(now);
    if (position !== this.told.position) this.lookSoon();
    return position;
  }

  /** All desktops of the team. */
  desktops(): Desktops {
    return this.teamDesktops;
  }

  /** A quiet word, wherever in the team the person is. */
  tell(word: Tell): void {
    this.teamDesktops.tell(word);
  }

  /** About to sleep: hands over at once. Returns when the goodbyes are on their way; there is no time for more. */
  suspend(): void {
    if (this.cycle === null) return;
    for (const session of this.sessions.values()) session.send({ type: "goodbye", reason: "sleep" });
    this.whoActs.suspend(this.dependencies.clock.now());
    this.lookSoon();
  }

  resume(): void {
    if (this.cycle === null || (this.whoActs.isSettling && !this.whoActs.isSuspended)) return;
    this.woke(this.dependencies.clock.now());
  }

  status(): TeamStatus {
    const now = this.dependencies.clock.now();
    return this.view.status(this.position(), this.dependencies.runtime(), now);
  }

  /** Called a moment after something has changed that a person would notice. Returns how to stop listening. */
  onStatus(listener: (status: TeamStatus) => void): () => void {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  }

  // ---- what happens

  private receive(session: PeerSession, message: PeerMessage): void {
    const now = this.enter();
    if (!this.running || !session.admits(message, now)) return;
    const { machine, synchronisation } = session;
    switch (message.type) {
      case "hello":
        return;
      case "heartbeat": {
        const words = session.reader.read(message);
        this.membership.heartbeat(machine, words, now);
        if (message.vector !== undefined) {
          if (synchronisation.theirs === null) synchronisation.showHeadOf(this.dependencies.engine.origin);
          synchronisation.heard(words.vector);
        }
        return this.lookSoon();
      }
      case "goodbye":
        this.membership.goodbye(machine, message.reason);
        return this.lookSoon();
      case "want":
        return synchronisation.want(message);
      case "facts":
        return synchronisation.facts(message);
      case "present": {
        const answer = this.forOthers.present(message, session.over.signal);
        const { requestId } = message;
        return void answer.then((result) => session.send({ type: "presented", requestId, result }));
      }
      case "presented":
        return this.remote.presented(machine, message.requestId, message.result);
      case "tell": {
        const { title, text, forMs } = message;
        const person = message.person as PersonId;
        return this.dependencies.local.tell({ kind: "tell", person, title, text, until: now + forMs });
      }
      case "still-firing":
        return this.heardStillFiring(machine, message, now);
    }
  }

  private closed(session: PeerSession, why: string): void {
    session.over.abort();
    if (this.sessions.get(session.machine) !== session) return;
    this.sessions.delete(session.machine);
    this.synchronisation.remove(session.machine);
    this.remote.lost(session.machine);
    this.membership.unlinked(session.machine, this.dependencies.clock.now());
    this.dependencies.log("info", `The link to ${session.machine} closed: ${why}`);
    this.lookSoon();
  }

  private end(session: PeerSession, why: string): void {
    session.link.close(why);
    this.closed(session, why);
  }

  private refuse(link: PeerLink, event: string, details: Record<string, unknown>): void {
    this.dependencies.securityLog(event, { machine: link.machine, ...details });
    const session = this.sessions.get(link.machine);
    if (session?.link === link) this.end(session, event);
  }

  private committed(change: EngineChange): void {
    if (!this.running) return;
    this.forOthers.alertsChanged(change.alerts);
    if (change.facts.some(({ kind }) => kind.startsWith("machine-"))) this.lookSoon();
    if (this.cycle !== null) this.synchronisation.pushOwn();
  }

  private clockStepped(deltaMs: number): void {
    if (!this.running || this.cycle === null) return;
    if (deltaMs === 0) return this.woke(this.dependencies.clock.now());
    for (const part of [this.membership, this.whoActs, this.stillFiring, this.view]) part.shift(deltaMs);
    this.cycle.beatAt += deltaMs;
    this.cycle.gossipAt += deltaMs;
    this.cycle.awakeAt += deltaMs;
    this.moveTimer(null);
    this.lookSoon();
  }

  /** The beginning of everything: if we slept or hung since the last time, nothing of before holds. */
  private enter(): EpochMs {
    const now = this.dependencies.clock.now();
    if (this.cycle !== null && now - this.cycle.awakeAt > peerTiming.sleptAfterMs) this.woke(now);
    return now;
  }

  private woke(now: EpochMs): void {
    this.dependencies.log("info", "This machine has slept or hung; it catches up before it acts again.");
    this.membership.forgetWhatWasHeard(now);
    this.settle(now);
    this.lookSoon();
  }

  private settle(now: EpochMs): void {
    this.settlings += 1;
    this.whoActs.settle(now);
    if (this.cycle !== null) this.cycle.awakeAt = now;
  }

  private journalWasRestored(machine: MachineId, origin: string, firstOfOurs: number): void {
    const details = { machine, origin, firstOfOurs };
    this.dependencies.securityLog("restored-journal", details);
    this.dependencies.log(
      "warn",
      `This journal was restored from an older copy: ${machine} holds facts of it that are missing here. They are taken from there, and this machine writes to a new log.`,
    );
  }

  // ---- the look

  private lookSoon(): void {
    if (this.lookIsPlanned || !this.running) return;
    this.lookIsPlanned = true;
    this.dependencies.clock.defer(() => this.look());
  }

  private look(): void {
    this.lookIsPlanned = false;
    if (!this.running) return;
    this.reviewTeam();
    const now = this.enter();
    if (this.cycle !== null) this.goRound(this.cycle, now);
    else this.membershipOfOne(now);
    this.feedPeople(now);
    this.showStatus(now);
  }

  /** Everything that is due by now, and what has changed since the last time. */
  private goRound(cycle: NonNullable<Peers["cycle"]>, now: EpochMs): void {
    cycle.awakeAt = now;
    if (this.whoActs.overslept(now)) this.woke(now);
    this.closeSilentLinks(now);
    this.synchronisation.pushOwn();
    this.synchronisation.answerWaiting();
    this.synchronisation.askAround(now);
    this.whoActs.look(now);
    this.view.look(now);
    if (!this.whoActs.isSuspended) this.beat(cycle, now);
    if (now - cycle.gossipAt >= peerTiming.gossipEveryMs) this.gossip(cycle, now);
    this.tellPosition(this.whoActs.position(now));
    this.reportProblem(this.view.problem(this.dependencies.runtime(), now));
    const beatAt = (this.whoActs.isSuspended ? now : cycle.beatAt) + peerTiming.beatEveryMs;
    const changes = [beatAt, this.membership.nextChangeAt(now), this.whoActs.nextChangeAt(now)];
    this.moveTimer(Math.min(...changes.filter((at) => at !== null)));
  }

  /** Machines come and go by facts; with the first other engine the cycle begins, with the last it ends. */
  private reviewTeam(): void {
    const before = this.team;
    this.team = this.dependencies.others();
    for (const machine of before.filter((one) => !this.team.includes(one))) {
      const session = this.sessions.get(machine);
      if (session !== undefined) this.end(session, "it does not belong to the team any more");
      this.membership.remove(machine);
    }
    const now = this.dependencies.clock.now();
    if (this.team.length === 0) this.cycle = null;
    else this.cycle ??= { beatAt: Number.NEGATIVE_INFINITY, gossipAt: now, awakeAt: now };
  }

  private membershipOfOne(now: EpochMs): void {
    this.moveTimer(null);
    this.view.look(now);
    this.tellPosition(0);
    this.reportProblem(null);
  }

  private closeSilentLinks(now: EpochMs): void {
    for (const session of [...this.sessions.values()]) {
      const quietSince = this.membership.find(session.machine)?.quietSince ?? now;
      if (now - quietSince >= peerTiming.closeSilentLinkAfterMs) this.end(session, "nothing was heard of it");
    }
  }

  private beat(cycle: NonNullable<Peers["cycle"]>, now: EpochMs): void {
    const words = this.words(now);
    const { epoch, coordinator, acts, hears, people } = words;
    const urgent = JSON.stringify([epoch, coordinator, acts, hears, people]);
    if (now - cycle.beatAt < peerTiming.beatEveryMs && urgent === this.told.beat) return;
    this.told.beat = urgent;
    cycle.beatAt = now;
    for (const session of this.sessions.values()) session.beat(words);
  }

  private words(now: EpochMs): HeartbeatWords {
    const { engine, local, runtime } = this.dependencies;
    return {
      epoch: this.whoActs.epoch,
      coordinator: this.whoActs.coordinator?.machine ?? null,
      acts: this.whoActs.acts,
      hears: this.membership.heard(now).map(({ machine }) => machine),
      vector: engine.vector(),
      people: local.people().slice(0, peerLimits.peopleInHeartbeat),
      clock: now,
      runtime: runtime(),
    };
  }

  private gossip(cycle: NonNullable<Peers["cycle"]>, now: EpochMs): void {
    cycle.gossipAt = now;
    const newsFor = this.stillFiring.news(this.dependencies.engine.state.open, now);
    for (const session of this.sessions.values()) {
      const hears = this.membership.find(session.machine)?.words?.hears ?? [];
      // Who has it from somebody else, or said it itself, is not told again.
      for (const message of newsFor((from) => from === session.machine || hears.includes(from)))
        session.send(message);
    }
  }

  private tellAllFiring(machine: MachineId): void {
    const session = this.sessions.get(machine);
    if (session === undefined || session.toldAllFiring) return;
    session.toldAllFiring = true;
    const { engine, clock } = this.dependencies;
    for (const message of this.stillFiring.all(engine.state.open, clock.now())) session.send(message);
  }

  private heardStillFiring(machine: MachineId, message: StillFiringMessage, now: EpochMs): void {
    const { engine } = this.dependencies;
    const input = this.stillFiring.heard(message, machine, engine.state.open, now);
    if (input !== null) void engine.submit(input);
  }

  private reachablePeople(): { machine: MachineId; people: HeartbeatWords["people"] }[] {
    const reachable = this.membership.reachable(this.dependencies.clock.now());
    return reachable.map(({ machine, words }) => ({ machine, people: words?.people ?? [] }));
  }

  private feedPeople(_now: EpochMs): void {
    const { engine, local } = this.dependencies;
    const all = teamPeople([local.people(), ...this.reachablePeople().map(({ people }) => people)]);
    const written = all.people.length === 0 ? "[]" : JSON.stringify(all);
    if (written === this.told.people) return;
    this.told.people = written;
    void engine.submit({ kind: "desktops-changed", ...all });
  }

  private tellPosition(position: number | null): void {
    if (position === this.told.position) return;
    this.told.position = position;
    this.dependencies.wake();
  }

  private reportProblem(text: string | null): void {
    if (text === this.told.problem) return;
    this.told.problem = text;
    this.dependencies.report(text);
  }

  private showStatus(now: EpochMs): void {
    if (this.statusListeners.size === 0) return;
    const status = this.view.status(this.told.position, this.dependencies.runtime(), now);
    if (this.shown !== null && saysTheSame(this.shown, status)) return;
    this.shown = status;
    for (const listener of this.statusListeners) listener(status);
  }

  private moveTimer(at: EpochMs | null): void {
    if (this.timer?.at === at) return;
    this.timer?.cancel();
    this.timer = null;
    if (at === null) return;
    const cancel = this.dependencies.clock.callAt(at, () => {
      this.timer = null;
      this.look();
    });
    this.timer = { at, cancel };
  }
}
