/**
 * A desktop of a machine without a screen: attaches to the machine's own address as the tray app does, says that the
 * window is drawn, and keeps what it was told and when. Used by team-processes.ts.
 */
import { WebSocket } from "ws";
import type { AlertJson } from "#wire/alert-json";
import { clientContractVersion, engineMessage, streamPath } from "#wire/client-contract";

export interface Shown {
  /** Epoch ms, as everywhere here. */
  readonly at: number;
  readonly alertId: string;
  readonly actionId: string;
}

export class StandInDesktop {
  /** Every popup, however often. */
  readonly shown: Shown[] = [];
  /** When it heard of each new status of an alert. */
  readonly statuses: {
    readonly at: number;
    readonly alertId: string;
    readonly status: AlertJson["status"];
  }[] = [];
  /** What is open, as it was told last. */
  readonly open = new Set<string>();
  private socket: WebSocket | null = null;

  /** Resolves with the machine's welcome. After a restart of the machine: again. */
  attach(url: string, token: string, person: string): Promise<void> {
    this.detach();
    const socket = new WebSocket(`${url.replace("http", "ws")}${streamPath}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    this.socket = socket;
    const say = (message: unknown) => socket.send(JSON.stringify(message));
    return new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`the desktop of ${person} was turned away`)));
      socket.on("open", () =>
        say({ type: "hello", version: clientContractVersion, client: "desktop", person, available: true }),
      );
      socket.on("message", (data) => {
        const message = engineMessage.parse(JSON.parse(String(data)));
        if (message.type === "welcome") {
          this.open.clear();
          resolve();
        }
        if (message.type === "welcome" || message.type === "alerts") this.heard(message.alerts);
        if (message.type !== "present") return;
        this.shown.push({ at: Date.now(), alertId: message.alertId, actionId: message.actionId });
        say({ type: "presented", actionId: message.actionId, shown: true });
      });
    });
  }

  detach(): void {
    this.socket?.removeAllListeners("close");
    this.socket?.terminate();
    this.socket = null;
  }

  shownOf(alertId: string): readonly Shown[] {
    return this.shown.filter((one) => one.alertId === alertId);
  }

  /** When it first heard that the alert has this status; undefined: not yet. */
  heardAt(alertId: string, status: AlertJson["status"]): number | undefined {
    return this.statuses.find((one) => one.alertId === alertId && one.status === status)?.at;
  }

  private heard(alerts: readonly AlertJson[]): void {
    for (const { id, status } of alerts) {
      this.statuses.push({ at: Date.now(), alertId: id, status });
      if (status === "resolved") this.open.delete(id);
      else this.open.add(id);
    }
  }
}
