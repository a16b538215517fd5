/** The open links of this machine, one for each other machine. Kept by `peers.ts`; what is said on them goes there. */
import type { EpochMs, MachineId } from "#domain/ids";
import type { Clock } from "#engine/ports";
import type { PeerMessage } from "#wire/peer-contract";
import type { Membership } from "./membership.ts";
import type { PeerLink } from "./peer-link.ts";
import { PeerSession } from "./peer-session.ts";
import { peerTiming } from "./peer-timing.ts";
import type { RemoteDesktops } from "./remote-desktops.ts";
import type { Synchronisation } from "./synchronisation.ts";

export interface SessionsDependencies {
  readonly clock: Clock;
  readonly membership: Membership;
  /** Asked for late, since synchronisation closes links itself. */
  synchronisation(): Synchronisation;
  remote(): RemoteDesktops;
  receive(session: PeerSession, message: PeerMessage): void;
  /** One has come or gone. */
  changed(): void;
  log(level: "info" | "warn" | "error", text: string): void;
  securityLog(event: string, details: Record<string, unknown>): void;
}

export class Sessions implements Iterable<PeerSession> {
  private readonly byMachine = new Map<MachineId, PeerSession>();

  constructor(private readonly dependencies: SessionsDependencies) {}

  /** In the order in which they were made; may be changed meanwhile. */
  [Symbol.iterator](): Iterator<PeerSession> {
    return [...this.byMachine.values()][Symbol.iterator]();
  }

  get machines(): MachineId[] {
    return [...this.byMachine.keys()];
  }

  find(machine: MachineId): PeerSession | undefined {
    return this.byMachine.get(machine);
  }

  /** False: there is no link to it, or it takes nothing. */
  send(machine: MachineId, message: PeerMessage): boolean {
    return this.byMachine.get(machine)?.send(message) === true;
  }

  /** A second link of the same machine replaces the first. `begin` comes before its first message. */
  open(link: PeerLink, now: EpochMs, begin: (session: PeerSession) => void): void {
    const { synchronisation, remote, membership, receive, changed, securityLog } = this.dependencies;
    const previous = this.byMachine.get(link.machine);
    const session = new PeerSession(link, synchronisation().add(link), securityLog);
    this.byMachine.set(link.machine, session);
    previous?.over.abort();
    previous?.link.close("replaced by a newer link");
    remote().lost(link.machine);
    membership.linked(link.machine, now);
    link.onClose((why) => this.closed(session, why));
    begin(session);
    link.onMessage((message) => receive(session, message));
    changed();
  }

  end(session: PeerSession, why: string): void {
    session.link.close(why);
    this.closed(session, why);
  }

  /** What came over this link is no mistake: one line in the security log, and it is closed. */
  refuse(link: PeerLink, event: string, details: Record<string, unknown>): void {
    this.dependencies.securityLog(event, { machine: link.machine, ...details });
    const session = this.byMachine.get(link.machine);
    if (session?.link === link) this.end(session, event);
  }

  /** So that new ones can be made, since these lead nowhere. */
  closeSilent(now: EpochMs): void {
    for (const session of this) {
      const quietSince = this.dependencies.membership.find(session.machine)?.quietSince ?? now;
      if (now - quietSince >= peerTiming.closeSilentLinkAfterMs) this.end(session, "nothing was heard of it");
    }
  }

  private closed(session: PeerSession, why: string): void {
    session.over.abort();
    const { machine } = session;
    if (this.byMachine.get(machine) !== session) return;
    const { clock, membership, synchronisation, remote, changed, log } = this.dependencies;
    this.byMachine.delete(machine);
    synchronisation().remove(machine);
    remote().lost(machine);
    membership.unlinked(machine, clock.now());
    log("info", `The link to ${machine} closed: ${why}`);
    changed();
  }
}
