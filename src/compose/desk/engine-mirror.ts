/**
 * What the engines last said: a desk's whole knowledge. It outlives the line, so that an alert stays on the screen while
 * the next engine is being called. Fed and asked by `desk-hub.ts`.
 */
import type { AlertJson } from "#wire/alert-json";
import type { EngineMessage } from "#wire/client-contract";
import type { MachineJson, MachinesJson } from "#wire/machines-json";

export type Welcome = Extract<EngineMessage, { type: "welcome" }>;

export class EngineMirror {
  private readonly open = new Map<string, AlertJson>();
  private rest: Omit<Welcome, "alerts"> | null = null;

  hear(message: EngineMessage): void {
    switch (message.type) {
      case "welcome": {
        const { alerts, ...rest } = message;
        this.open.clear();
        this.rest = rest;
        return this.keep(alerts);
      }
      case "alerts":
        return this.keep(message.alerts);
      case "team":
      case "health":
      case "machines":
        // Each carries what it is named after.
        if (this.rest !== null) this.rest = { ...this.rest, ...message, type: "welcome" };
        return;
      case "present":
      case "notice":
      case "answer":
        return;
    }
  }

  /** Null before the first one. */
  welcome(): Welcome | null {
    return this.rest === null ? null : { ...this.rest, alerts: [...this.open.values()] };
  }

  /** @returns whether there was any. */
  forgetAlerts(): boolean {
    const any = this.open.size > 0;
    this.open.clear();
    return any;
  }

  alert(id: string): AlertJson | null {
    return this.open.get(id) ?? null;
  }

  get machines(): MachinesJson | null {
    return this.rest?.machines ?? null;
  }

  /** The team's record of a machine; null: not known, or revoked. */
  machine(id: string): MachineJson | null {
    return this.machines?.machines.find((one) => one.id === id && one.revokedAt === undefined) ?? null;
  }

  private keep(alerts: readonly AlertJson[]): void {
    for (const alert of alerts) {
      if (alert.status === "resolved") this.open.delete(alert.id);
      else this.open.set(alert.id, alert);
    }
  }
}
