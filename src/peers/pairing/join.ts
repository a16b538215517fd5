/**
 * The joining side: calls the machine that the invite names, makes sure that it is that one, shows the secret, and
 * receives the team. Called by `tocsin join`, which writes down what comes of it.
 */
import { cleanLine } from "#wire/hostile-text";
import {
  joinAnswer,
  maxJoinedBytes,
  oldestPairingContractVersion,
  pairingContractVersion,
  pairingPath,
  type JoinedMessage,
  type JoinMessage,
} from "#wire/pairing-contract";
import type { WebSocket } from "ws";
import type { MachineIdentity } from "../identity/machine-identity.ts";
import { dial, dialTimes, type DialFailure } from "../link/dial.ts";
import type { Scheduler } from "../link/scheduler.ts";
import type { Invite } from "./invite-line.ts";

export interface JoinRequest {
  readonly identity: MachineIdentity;
  readonly invite: Invite;
  /** What the machine is to be called. */
  readonly name: string;
  readonly person?: string;
  /** Where it will listen, if it becomes an engine. */
  readonly addresses: readonly string[];
  readonly tocsin: string;
  readonly scheduler: Scheduler;
}

export type Joined =
  | { readonly ok: true; readonly joined: JoinedMessage }
  | { readonly ok: false; readonly reason: DialFailure | "no-answer" | "turned-down"; readonly text: string };

const answerWithinMs = 20_000;

/** Never rejects. `text` says what is wrong and what to do. */
export async function joinTeam(request: JoinRequest): Promise<Joined> {
  const { identity, invite, scheduler } = request;
  const dialled = await dial({
    identity,
    scheduler,
    addresses: invite.addresses,
    fingerprint: invite.fingerprint,
    path: pairingPath,
    ...dialTimes,
    maxMessageBytes: maxJoinedBytes,
  });
  if (!dialled.ok) {
    const { reason, address } = dialled;
    return { ok: false, reason, text: textOf(reason, address, invite) };
  }
  const { name, person, addresses, tocsin } = request;
  const question: JoinMessage = {
    type: "join",
    version: pairingContractVersion,
    oldest: oldestPairingContractVersion,
    secret: invite.secret,
    name,
    ...(person !== undefined && { person }),
    addresses: [...addresses],
    tocsin,
  };
  const answer = await ask(dialled.socket, JSON.stringify(question), scheduler);
  dialled.socket.terminate();
  return judge(answer, request);
}

/** Null: nothing came. */
function ask(socket: WebSocket, question: string, scheduler: Scheduler): Promise<string | null> {
  return new Promise((resolve) => {
    const cancel = scheduler.after(answerWithinMs, () => resolve(null));
    socket.once("close", () => resolve(null));
    socket.once("message", (data, isBinary) => resolve(isBinary ? null : String(data)));
    socket.once("close", cancel);
    socket.resume();
    socket.send(question);
  });
}

function judge(text: string | null, { identity, invite }: JoinRequest): Joined {
  const answer = text === null ? null : parse(text);
  if (answer === null)
    return {
      ok: false,
      reason: "no-answer",
      text: "The machine that invites gave no answer that we understand. Run the same again; if it stays so, update Tocsin on both.",
    };
  if (answer.type === "refused")
    return { ok: false, reason: "turned-down", text: cleanLine(answer.text, 500) };
  const { machine, team, teamKey } = answer;
  if (
    team.id !== invite.teamId ||
    machine.id !== identity.id ||
    (machine.role === "engine") !== (teamKey !== null)
  )
    return {
      ok: false,
      reason: "turned-down",
      text: "The machine that invites answered for another team or another machine. Make a new invite.",
    };
  return { ok: true, joined: answer };
}

function parse(text: string) {
  try {
    return joinAnswer.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function textOf(reason: DialFailure, address: string | null, { addresses }: Invite): string {
  switch (reason) {
    case "unreachable":
      return (
        `Nobody answers at ${addresses.join(" or ")}. Is Tocsin running on the machine that invites, are both on one ` +
        'network, and does its firewall let the port through? "tocsin invite --address HOST:PORT" names another way.'
      );
    case "wrong-certificate":
      return (
        `What answers at ${address} is not the machine that made this invite: its certificate is another one. Somebody ` +
        "may stand in between, or the address is another machine's now. The secret was not shown to it. Make a new " +
        "invite and take it over whole; on a network that you do not trust, pair elsewhere."
      );
    case "refused":
      return `${address} does not let machines join. Is it the right machine, and is its Tocsin up to date?`;
  }
}
