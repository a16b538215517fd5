/**
 * The beginning of a link between two engines: both say hello and judge the other's. What comes out is a `PeerLink`, or
 * a closed connection and the reason. Made by `peer-server.ts` and `peer-client.ts` over an authenticated socket.
 */
import type { MachineId } from "#domain/ids";
import { oldestPeerContractVersion, peerContractVersion, type helloMessage } from "#wire/peer-contract";
import type { z } from "zod";
import { closeCodes, type CloseCode } from "./close-codes.ts";
import type { PeerLink } from "../peer-link.ts";
import { decodeMessage, encodeMessage } from "./peer-message.ts";
import type { SecurityDetails, SecurityEvent } from "./security-log.ts";
import { SocketPeerLink } from "./socket-peer-link.ts";
import type { TextSocket } from "./text-socket.ts";

export type Hello = z.infer<typeof helloMessage>;

export type HelloRefusal =
  | "wrong-team"
  | "wrong-machine"
  | "not-an-engine"
  | "too-old"
  | "too-new"
  | "malformed";

export interface HelloOptions {
  readonly hello: Hello;
  /** Who the certificate says it is. */
  readonly machine: MachineId;
  /** A second line for each refusal that smells of an attack. */
  readonly report: (event: SecurityEvent, details: Pick<SecurityDetails, "reason">) => void;
  readonly onLink: (link: PeerLink, hello: Hello) => void;
  /** `text` says to a person what is wrong and what to do. */
  readonly onRefused: (reason: HelloRefusal, text: string) => void;
}

/** Calls exactly one of `onLink` and `onRefused`, or none when the socket closes before. */
export function exchangeHellos(socket: TextSocket, options: HelloOptions): void {
  const { machine, report, onLink, onRefused } = options;
  const refuse = (reason: HelloRefusal, code: CloseCode, text: string) => {
    socket.close(code, text);
    onRefused(reason, text);
  };
  socket.send(encodeMessage(options.hello));
  socket.onText((text) => {
    const decoded = decodeMessage(text);
    if (decoded.kind !== "message" || decoded.message.type !== "hello") {
      const reason = decoded.kind === "malformed" ? decoded.reason : "It did not begin with a hello.";
      report("malformed-message", { reason });
      return refuse("malformed", closeCodes.malformed, reason);
    }
    const hello = decoded.message;
    const refusal = judgeHello(options.hello, machine, hello);
    if (refusal === null) return onLink(new SocketPeerLink(socket, machine, report), hello);
    if (refusal.event !== null) report(refusal.event, { reason: refusal.text });
    refuse(refusal.reason, refusal.code, refusal.text);
  });
}

/** The hello of this machine. */
export function helloOf(me: {
  readonly machine: MachineId;
  readonly team: string;
  readonly tocsin: string;
}): Hello {
  return {
    type: "hello",
    version: peerContractVersion,
    oldest: oldestPeerContractVersion,
    role: "engine",
    ...me,
  };
}

interface Judgement {
  readonly reason: HelloRefusal;
  readonly code: CloseCode;
  /** Null: nothing wrong with who it is. */
  readonly event: SecurityEvent | null;
  readonly text: string;
}

/** Null: they can talk, in the older one's version. */
export function judgeHello(mine: Hello, machine: MachineId, theirs: Hello): Judgement | null {
  const { wrongTeam, versions, malformed } = closeCodes;
  if (theirs.machine !== machine) {
    const text = "It calls itself by an id that is not that of its certificate.";
    return { reason: "wrong-machine", code: malformed, event: "wrong-machine", text };
  }
  if (theirs.team !== mine.team) {
    const text = "It belongs to another team.";
    return { reason: "wrong-team", code: wrongTeam, event: "wrong-team", text };
  }
  if (theirs.role !== "engine") {
    const text = "It is a desk; engines speak with engines here.";
    return { reason: "not-an-engine", code: malformed, event: "not-an-engine", text };
  }
  if (theirs.version < mine.oldest) {
    const text = `It speaks version ${theirs.version}, we need ${mine.oldest} at least: update Tocsin there.`;
    return { reason: "too-old", code: versions, event: null, text };
  }
  if (theirs.oldest > mine.version) {
    const text = `It needs version ${theirs.oldest}, we speak ${mine.version}: update Tocsin here.`;
    return { reason: "too-new", code: versions, event: null, text };
  }
  return null;
}
