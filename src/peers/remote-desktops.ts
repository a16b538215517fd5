/**
 * Popups and quiet words on desktops that are attached to other engines: asks those engines, and collects their answers.
 * Used by `team-desktops.ts`.
 */
import type { MachineId } from "#domain/ids";
import type { Clock, Desktops, Notice } from "#engine/ports";
import type { PeerMessage } from "#wire/peer-contract";
import { peerTiming } from "./peer-timing.ts";

export type Presented = Awaited<ReturnType<Desktops["present"]>>;

interface Request {
  readonly machine: MachineId;
  readonly finish: (result: Presented) => void;
}

export class RemoteDesktops {
  private readonly requests = new Map<number, Request>();
  private count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly send: (machine: MachineId, message: PeerMessage) => boolean,
  ) {}

  /** Never rejects; gives up after 8 s, or with the signal. */
  present(machine: MachineId, notice: Notice, signal: AbortSignal): Promise<Presented> {
    if (signal.aborted) return Promise.resolve("not-shown");
    this.count += 1;
    const requestId = this.count;
    const { actionId, attempt, alert, person, why } = notice;
    return new Promise((resolve) => {
      const finish = (result: Presented) => {
        if (!this.requests.delete(requestId)) return;
        cancelLimit();
        signal.removeEventListener("abort", giveUp);
        resolve(result);
      };
      const giveUp = () => finish("not-shown");
      const cancelLimit = this.clock.callAfter(peerTiming.presentedWithinMs, giveUp);
      signal.addEventListener("abort", giveUp);
      this.requests.set(requestId, { machine, finish });
      const asked = this.send(machine, {
        type: "present",
        requestId,
        alertId: alert.id,
        actionId,
        person: person.id,
        attempt: Math.max(1, attempt),
        // The one that this popup is of: the alert may be in a later one already.
        round: roundOf(notice),
        why: why.slice(0, 1000),
      });
      if (!asked) giveUp();
    });
  }

  /** Of another machine than the one that was asked: not taken. */
  presented(machine: MachineId, requestId: number, result: Presented): void {
    const request = this.requests.get(requestId);
    if (request?.machine === machine) request.finish(result);
  }

  /** Its link has closed: whether it was shown will not be known. */
  lost(machine: MachineId): void {
    for (const request of this.requests.values())
      if (request.machine === machine) request.finish("not-shown");
  }
}

/** The round that the popup was planned in. */
function roundOf({ alert, actionId }: Notice): number {
  return alert.notifications.find((n) => n.actionId === actionId)?.round ?? alert.round;
}
