/**
 * Shows, on the desktops attached here, what another engine asks for: but only what this machine's own journal still
 * wants shown (invariant 3). The facts of that alert may still be on their way. Made by `peers.ts`.
 */
import type { Alert } from "#domain/alert";
import type { ActionId, AlertId, PersonId } from "#domain/ids";
import type { Clock, Desktops, Engine, Notice } from "#engine/ports";
import type { PeerMessage } from "#wire/peer-contract";
import { peerTiming } from "./peer-timing.ts";
import type { Presented } from "./remote-desktops.ts";

type Present = Extract<PeerMessage, { type: "present" }>;

export class PresentForOthers {
  /** Alerts that are waited for. */
  private readonly waiting = new Map<AlertId, Set<() => void>>();

  constructor(
    private readonly clock: Clock,
    private readonly engine: Pick<Engine, "state">,
    private readonly desktops: Desktops,
  ) {}

  /** Never rejects. `signal`: whoever asked is gone. */
  async present(request: Present, signal: AbortSignal): Promise<Presented> {
    const alertId = request.alertId as AlertId;
    if (!this.isKnown(alertId)) await this.arrival(alertId);
    const alert = this.wanted(request);
    const { teams, team } = this.engine.state;
    const person = (teams.get(alert?.teamRevision as Alert["teamRevision"]) ?? team)?.people.find(
      ({ id }) => id === (request.person as PersonId),
    );
    if (alert === null || signal.aborted) return "not-shown";
    if (person === undefined) return "none-attached";
    const notice: Notice = {
      actionId: request.actionId as ActionId,
      attempt: request.attempt,
      alert,
      person,
      why: request.why,
      stillWanted: () => this.wanted(request) !== null,
    };
    try {
      return await this.desktops.present(notice, signal);
    } catch {
      return "not-shown";
    }
  }

  /** After each commit. */
  alertsChanged(alerts: readonly Alert[]): void {
    if (this.waiting.size === 0) return;
    for (const { id } of alerts) for (const arrived of this.waiting.get(id) ?? []) arrived();
  }

  /** Null: it was acknowledged, also when it has been triggered anew since. */
  private wanted({ alertId, actionId, round }: Present): Alert | null {
    const alert = this.engine.state.open.get(alertId as AlertId);
    if (alert?.status !== "triggered") return null;
    // Whoever asks may be behind, so what this journal knows of the popup itself counts most.
    const known = alert.notifications.find((n) => n.actionId === actionId);
    const roundOfIt = known?.round ?? round;
    return known?.isOver === true || (roundOfIt !== undefined && roundOfIt <= alert.quietRound)
      ? null
      : alert;
  }

  private isKnown(alertId: AlertId): boolean {
    const { open, resolved } = this.engine.state;
    return open.has(alertId) || resolved.has(alertId);
  }

  private arrival(alertId: AlertId): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.waiting.get(alertId) ?? new Set();
      const arrived = () => {
        cancelLimit();
        waiters.delete(arrived);
        if (waiters.size === 0) this.waiting.delete(alertId);
        resolve();
      };
      const cancelLimit = this.clock.callAfter(peerTiming.alertArrivesWithinMs, arrived);
      this.waiting.set(alertId, waiters.add(arrived));
    });
  }
}
