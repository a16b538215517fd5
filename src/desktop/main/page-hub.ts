/**
 * Lets the pages speak the client contract: main answers in the engine's place from its mirror, and passes requests on.
 * So a page is the same program here and in a browser. Built by `index.ts`.
 */
import type { WebContents } from "electron";
import type { AlertJson } from "#wire/alert-json";
import { clientContractVersion } from "#wire/client-contract";
import type { ClientMessage, EngineMessage } from "#wire/client-contract";
import { channelNames } from "../contract.ts";
import type { Answer, LinkRequest } from "./client-link.ts";
import type { Mirror } from "./mirror.ts";

export interface HubPorts {
  mirror(): Mirror;
  request(message: LinkRequest): Promise<Answer>;
}

/** Alerts that change together reach a page as one message: in a flood each one would be drawn in turn. */
const gatherMs = 40;

export class PageHub {
  private readonly pages = new Set<WebContents>();
  private readonly changed = new Map<string, AlertJson>();
  private flushing: NodeJS.Timeout | undefined;

  constructor(private readonly ports: HubPorts) {}

  receive(page: WebContents, message: ClientMessage): void {
    switch (message.type) {
      case "hello":
        this.greet(page);
        return;
      case "command":
      case "raise":
      case "open-alert":
      case "list-resolved":
      case "schedules":
      case "integrations":
      case "ping":
      case "invite":
      case "machine-change":
        void this.ports
          .request(message)
          .then((answer) => send(page, { ...answer, requestId: message.requestId }));
        return;
      // Only main knows whether this desktop is available, what is on its screen and who sits before it.
      case "availability":
      case "presence":
      case "presented":
      case "attention":
        return;
    }
  }

  /** What changed, to every page that is up. Health is main's to judge and comes as such. */
  broadcast(message: EngineMessage): void {
    switch (message.type) {
      case "welcome":
        for (const page of this.pages) this.greet(page);
        return;
      case "alerts":
        for (const alert of message.alerts) this.changed.set(alert.id, alert);
        this.flushing ??= setTimeout(() => this.flush(), gatherMs);
        return;
      case "team":
      case "health":
      case "machines":
        for (const page of this.pages) send(page, message);
        return;
      // The first went to whoever asked; the others main shows by other means.
      case "answer":
      case "present":
      case "notice":
        return;
    }
  }

  private flush(): void {
    this.flushing = undefined;
    const alerts = [...this.changed.values()];
    this.changed.clear();
    for (const page of this.pages) send(page, { type: "alerts", alerts });
  }

  private greet(page: WebContents): void {
    if (!this.pages.has(page)) {
      this.pages.add(page);
      page.once("destroyed", () => this.pages.delete(page));
    }
    const { engineVersion, url, team, health, open, machines } = this.ports.mirror();
    send(page, {
      type: "welcome",
      version: clientContractVersion,
      engineVersion,
      url,
      team,
      health,
      alerts: [...open.values()],
      ...(machines !== null && { machines }),
    });
  }
}

function send(page: WebContents, message: EngineMessage): void {
  if (!page.isDestroyed()) page.send(channelNames.fromEngine, message);
}
