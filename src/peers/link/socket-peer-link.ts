/** A `PeerLink` over an authenticated socket whose hellos are done. Made by `hello.ts`. */
import type { MachineId } from "#domain/ids";
import { maxPeerMessageBytes, type PeerMessage } from "#wire/peer-contract";
import type { PeerLink } from "../peer-link.ts";
import { closeCodes, type CloseCode } from "./close-codes.ts";
import { decodeMessage, encodeMessage } from "./peer-message.ts";
import type { SecurityDetails, SecurityEvent } from "./security-log.ts";
import type { TextSocket } from "./text-socket.ts";

export class SocketPeerLink implements PeerLink {
  constructor(
    private readonly socket: TextSocket,
    readonly machine: MachineId,
    private readonly report: (event: SecurityEvent, details: Pick<SecurityDetails, "reason">) => void,
  ) {
    socket.onText(null);
  }

  get unreadBytes(): number {
    return this.socket.unreadBytes;
  }

  send(message: PeerMessage): boolean {
    const text = encodeMessage(message);
    // The other end would take it for an attack; characters are a lower bound of bytes, and cheap.
    if (text.length > maxPeerMessageBytes) {
      const reason = `A message of type ${message.type} for it is ${text.length} characters long, and was not sent.`;
      this.report("too-large", { reason });
      this.close(reason);
      return false;
    }
    return this.socket.send(text);
  }

  onMessage(listener: (message: PeerMessage) => void): void {
    this.socket.onText((text) => this.receive(text, listener));
  }

  onClose(listener: (why: string) => void): void {
    this.socket.onClose(listener);
  }

  close(why: string): void {
    this.socket.close(closeCodes.ended, why);
  }

  closeWith(code: CloseCode, why: string): void {
    this.socket.close(code, why);
  }

  private receive(text: string, listener: (message: PeerMessage) => void): void {
    const decoded = decodeMessage(text);
    if (decoded.kind === "aside") return;
    if (decoded.kind === "malformed") return this.refuse(decoded.reason);
    if (decoded.message.type === "hello") return this.refuse("It said hello twice.");
    listener(decoded.message);
  }

  private refuse(reason: string): void {
    this.report("malformed-message", { reason });
    this.socket.close(closeCodes.malformed, reason);
  }
}
