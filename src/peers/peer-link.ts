/**
 * One authenticated connection to another machine of the team. The WebSocket in `link/` and its in-memory twin (tests,
 * simulation) both pass `peerLinkSuite`.
 */
import type { MachineId } from "#domain/ids";
import type { PeerMessage } from "#wire/peer-contract";

export interface PeerLink {
  /** Who it is: proven by its certificate, never by its word. */
  readonly machine: MachineId;
  /** Messages arrive in order and once, or the link closes. False: not sent, since it is closed or the other reads too slowly. */
  send(message: PeerMessage): boolean;
  /** What was sent and has not left yet, in bytes. */
  readonly unreadBytes: number;
  /** Valid messages only; one listener. What came before it was set is delivered then. */
  onMessage(listener: (message: PeerMessage) => void): void;
  /** Called once, also when it is closed already. */
  onClose(listener: (why: string) => void): void;
  close(why: string): void;
}
