/**
 * This machine among the others of its team: who acts, whose journal lacks what, whose desktops are where. Made by
 * `compose` (and by the simulation, on the same ports); the engine asks it for its position at every turn.
 *
 * Here the parts are put together, and what other machines say is handed to the part that it concerns. What follows from
 * all of it is worked out in `round.ts`.
 */
import type { Tell } from "#domain/command";
import type { MachineId, PersonId } from "#domain/ids";
import type { Clock, Desktops, Engine, EngineChange, Standing } from "#engine/ports";
import type { HeartbeatMessage, PeerMessage, RuntimeJson } from "#wire/peer-contract";
import { Membership } from "./membership.ts";
import type { PeerLink } from "./peer-link.ts";
import type { PeerSession } from "./peer-session.ts";
import { PresentForOthers } from "./present-for-others.ts";
import { RemoteDesktops } from "./remote-desktops.ts";
import { Round } from "./round.ts";
import { Sessions } from "./sessions.ts";
import { StillFiring, type StillFiringMessage } from "./still-firing.ts";
import { Synchronisation } from "./synchronisation.ts";
import { TeamDesktops, type LocalDesktops } from "./team-desktops.ts";
import { StatusBoard, type TeamStatus } from "./team-status.ts";
import { TeamView } from "./team-view.ts";
import { WhoActs } from "./who-acts.ts";

export interface PeersDependencies {
  readonly clock: Clock;
  readonly self: MachineId;
  readonly engine: Engine;
  /** Ids of the other engines of the team that are not revoked, now. Asked often. */
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
  /** What machines will disagree about one day, in words, of kind `shifts`; null: nothing any more. */
  note?(text: string | null): void;
}

export class Peers implements Standing {
  private readonly membership: Membership;
  private readonly whoActs: WhoActs;
  private readonly synchronisation: Synchronisation;
  private readonly sessions: Sessions;
  private readonly remote: RemoteDesktops;
  private readonly teamDesktops: TeamDesktops;
  private readonly forOthers: PresentForOthers;
  private readonly stillFiring = new StillFiring();
  private readonly view: TeamView;
  private readonly board: StatusBoard;
  private readonly round: Round;
  private running = false;
  private stopListening = () => {};

  constructor(private readonly dependencies: PeersDependencies) {
    const { clock, self, engine, local } = dependencies;
    const securityLog = (event: string, details: Record<string, unknown>) =>
      dependencies.securityLog(event, details);
    const changed = () => this.round.soon();
    const others = () => this.round.team;
    const membership = (this.membership = new Membership(self));
    const sessions = (this.sessions = new Sessions({
      clock,
      membership,
      synchronisation: () => this.synchronisation,
      remote: () => this.remote,
      receive: (session, message) => this.receive(session, message),
      changed,
      log: (level, text) => dependencies.log(level, text),
      securityLog,
    }));
    const whoActs = (this.whoActs = new WhoActs({
      self,
      membership,
      others,
      linked: () => sessions.machines,
      able: () => dependencies.able(),
      synced: (machine) => this.synchronisation.isSynced(machine),
    }));
    const synchronisation = (this.synchronisation = new Synchronisation({
      clock,
      engine,
      settling: () => (whoActs.isSettling ? this.round.settlings : null),
      restored: (machine, origin, firstOfOurs) => this.journalWasRestored(machine, origin, firstOfOurs),
      refuse: (link, event, details) => sessions.refuse(link, event, details),
      securityLog,
      caughtUp: (machine) => this.tellAllFiring(machine),
      hears: (machine, other) => membership.find(machine)?.words?.hears.includes(other) === true,
      changed,
    }));
    const send = (machine: MachineId, message: PeerMessage) => sessions.send(machine, message);
    const machines = () =>
      membership
        .reachable(clock.now())
        .map(({ machine, words }) => ({ machine, people: words?.people ?? [] }));
    this.remote = new RemoteDesktops(clock, send);
    this.teamDesktops = new TeamDesktops({ clock, local, remote: this.remote, machines, send });
    this.forOthers = new PresentForOthers(clock, engine, local.desktops);
    const nameOf = (machine: MachineId) => engine.state.machines.get(machine)?.name ?? machine.slice(0, 8);
    const view = (this.view = new TeamView({ self, membership, whoActs, synchronisation, others, nameOf }));
    this.board = new StatusBoard((now) => view.status(this.round.position, dependencies.runtime(), now));
    this.round = new Round(dependencies, {
      membership,
      whoActs,
      synchronisation,
      sessions,
      stillFiring: this.stillFiring,
      view,
      show: (now) => this.board.show(now),
    });
  }

  /** After the engine has read its journal. Once. */
  start(): void {
    const { clock, engine, local } = this.dependencies;
    this.running = true;
    this.stopListening = engine.onChange((change) => this.committed(change));
    local.onPeopleChanged(() => this.round.localPeopleChanged());
    clock.onStep((deltaMs) => this.round.clockStepped(deltaMs));
    this.round.begin(clock.now());
  }

  /** Says goodbye, so that another machine takes over at once. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    this.stopListening();
    this.round.end();
    for (const session of this.sessions) {
      session.send({ type: "goodbye", reason: "stop" });
      this.sessions.end(session, "this machine stops");
    }
  }

  /** Takes an authenticated link. A second one of the same machine replaces the first. */
  attach(link: PeerLink): void {
    const known = this.dependencies.engine.state.machines.get(link.machine);
    if (!this.running) return link.close("this machine is not taking part now");
    // One that is not known at all may have joined a moment ago: the fact is on its way.
    if (known !== undefined && known.revokedAt !== null) return link.close("it was revoked");
    const now = this.round.enter();
    this.sessions.open(link, now, (session) => {
      if (this.round.isTeam && !this.whoActs.isSuspended) session.beat(this.round.words(now));
    });
  }

  /** Right whenever it is asked, even if this machine has just woken up and no timer has noticed it yet. */
  position(): number | null {
    if (!this.running) return this.dependencies.others().length === 0 ? 0 : null;
    if (!this.round.isTeam) return 0;
    const now = this.round.enter();
    this.whoActs.look(now);
    const position = this.whoActs.position(now);
    if (position !== this.round.position) this.round.soon();
    return position;
  }

  others(): readonly MachineId[] {
    const { clock } = this.dependencies;
    // Asked at every turn of the engine; most machines are alone.
    if (!this.running || !this.round.isTeam) return [];
    return this.membership.acting(clock.now()).map(({ machine }) => machine);
  }

  /** The engines that there is a link with. */
  linked(): readonly MachineId[] {
    return this.sessions.machines;
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
    if (!this.running || !this.round.isTeam) return;
    for (const session of this.sessions) session.send({ type: "goodbye", reason: "sleep" });
    this.whoActs.suspend(this.dependencies.clock.now());
    this.round.soon();
  }

  resume(): void {
    const settlesAlready = this.whoActs.isSettling && !this.whoActs.isSuspended;
    if (this.running && this.round.isTeam && !settlesAlready) this.round.woke(this.dependencies.clock.now());
  }

  status(): TeamStatus {
    return this.view.status(this.position(), this.dependencies.runtime(), this.dependencies.clock.now());
  }

  /** Called a moment after something has changed that a person would notice. Returns how to stop listening. */
  onStatus(listener: (status: TeamStatus) => void): () => void {
    return this.board.onStatus(listener);
  }

  private receive(session: PeerSession, message: PeerMessage): void {
    const now = this.round.enter();
    if (!this.running || !session.admits(message, now)) return;
    const { machine, synchronisation } = session;
    switch (message.type) {
      case "hello":
        return;
      case "heartbeat":
        return this.heartbeat(session, message);
      case "goodbye":
        this.membership.goodbye(machine, message.reason);
        return this.round.soon();
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
        return this.heardStillFiring(machine, message);
    }
  }

  private heartbeat({ machine, reader, synchronisation }: PeerSession, message: HeartbeatMessage): void {
    const words = reader.read(message);
    const isNews = this.membership.heartbeat(machine, words, this.dependencies.clock.now());
    if (message.vector !== undefined) {
      if (synchronisation.theirs === null) synchronisation.showHeadOf(this.dependencies.engine.origin);
      synchronisation.heard(words.vector);
    }
    // Most say nothing new: a large team would go round all the time.
    if (isNews) this.round.soon();
  }

  private committed(change: EngineChange): void {
    this.forOthers.alertsChanged(change.alerts);
    if (change.facts.some(({ kind }) => kind.startsWith("machine-"))) this.round.soon();
    if (this.round.isTeam) this.synchronisation.pushOwn();
  }

  private tellAllFiring(machine: MachineId): void {
    const session = this.sessions.find(machine);
    if (session === undefined || session.toldAllFiring) return;
    session.toldAllFiring = true;
    const { engine, clock } = this.dependencies;
    for (const message of this.stillFiring.all(engine.state.open, clock.now())) session.send(message);
  }

  private heardStillFiring(machine: MachineId, message: StillFiringMessage): void {
    const { engine, clock } = this.dependencies;
    const input = this.stillFiring.heard(message, machine, engine.state.open, clock.now());
    if (input !== null) void engine.submit(input);
  }

  private journalWasRestored(machine: MachineId, origin: string, firstOfOurs: number): void {
    this.dependencies.securityLog("restored-journal", { machine, origin, firstOfOurs });
    this.dependencies.log(
      "warn",
      `This journal was restored from an older copy: ${machine} holds facts of it that are missing here. They are taken from there, and this machine writes to a new log.`,
    );
  }
}
