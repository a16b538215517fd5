/**
 * One link and what belongs to it: its heartbeats, its budget, its synchronisation. Made by `peers.ts` for each link;
 * decides nothing but whether a message is taken.
 */
import type { EpochMs, MachineId } from "#domain/ids";
import type { PeerMessage } from "#wire/peer-contract";
import { FloodGuard } from "./flood-guard.ts";
import { HeartbeatReader, HeartbeatWriter, type HeartbeatWords } from "./heartbeat.ts";
import type { LinkSynchronisation } from "./link-synchronisation.ts";
import type { PeerLink } from "./peer-link.ts";

export class PeerSession {
  readonly reader = new HeartbeatReader();
  /** Ends what the other machine has asked for, once its link is gone. */
  readonly over = new AbortController();
  /** Has been told of every source that is still firing. */
  toldAllFiring = false;
  private readonly writer = new HeartbeatWriter();
  private readonly guard = new FloodGuard();

  constructor(
    readonly link: PeerLink,
    readonly synchronisation: LinkSynchronisation,
    private readonly securityLog: (event: string, details: Record<string, unknown>) => void,
  ) {}

  get machine(): MachineId {
    return this.link.machine;
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  send(message: PeerMessage): boolean {
    return !this.isOver && this.link.send(message);
  }

  beat(words: HeartbeatWords): void {
    this.writer.write(words, (message) => this.send(message));
  }

  /** False: it is too much. One line says so; a link on which it goes on is closed. */
  admits(message: PeerMessage, now: EpochMs): boolean {
    if (this.isOver) return false;
    const verdict = this.guard.judge(message.type, now);
    if (verdict === "drop-and-say")
      this.securityLog("flood", { machine: this.machine, kind: message.type, reason: "Too many at once." });
    if (verdict === "close") this.link.close(`too many messages of type ${message.type}`);
    return verdict === "take";
  }
}
