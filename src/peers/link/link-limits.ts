/** How much of everything a machine takes from others. Used by the server's door, the links and the dialler. */
import { maxPeerMessageBytes } from "#wire/peer-contract";

export interface LinkLimits {
  /** From the first byte to the end of the hellos. Whoever takes longer is no machine of ours, or too slow to be of use. */
  readonly handshakeMs: number;
  /**
   * Connections that have not shown a certificate yet; beyond it the oldest one goes, which is the slowest. Room for all
   * desks at once: they come together when the engine that they were attached to goes.
   */
  readonly handshaking: number;
  /** Connections with a certificate that nobody knows. Beyond it the oldest one goes. */
  readonly strangers: number;
  readonly engines: number;
  readonly desks: number;
  readonly peerMessageBytes: number;
  /** What a desk may say in one message, and what it takes from an engine: all open alerts at once. */
  readonly deskMessageBytes: number;
  readonly engineToDeskBytes: number;
  /** What the other has not read; more, and the link is closed. */
  readonly unreadBytes: number;
  /** A link on which nothing is heard for this long is asked; one that has not answered after as long again is dead. */
  readonly pingMs: number;
  /** Work that a link may bring in a second (and at once, for as many seconds); beyond it the socket is not read. */
  readonly peerWorkPerSecond: number;
  readonly deskWorkPerSecond: number;
  readonly burstSeconds: number;
  /** Messages at least this large are compressed between engines. */
  readonly compressFromBytes: number;
}

/** A message costs as much as 40 KiB of content: 1,000 small ones a second from an engine, or 40 MiB. */
export const workOfMessage = 10;
export const bytesOfWork = 4096;

export const defaultLinkLimits: LinkLimits = {
  handshakeMs: 5_000,
  handshaking: 800,
  strangers: 16,
  engines: 64,
  desks: 600,
  peerMessageBytes: maxPeerMessageBytes,
  deskMessageBytes: 64 * 1024,
  engineToDeskBytes: 64 * 1024 * 1024,
  unreadBytes: 8 * 1024 * 1024,
  pingMs: 10_000,
  peerWorkPerSecond: 10_000,
  deskWorkPerSecond: 1_000,
  burstSeconds: 2,
  compressFromBytes: 1024,
};
