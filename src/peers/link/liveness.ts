/**
 * Finds links whose other end is gone without a word: a cable pulled, a laptop closed. Asks only where it is quiet, so
 * that a link with heartbeats costs nothing; one timer for all links of a server, and none while there are none.
 */
import type { Scheduler } from "./scheduler.ts";

export interface Watched {
  ping(): void;
  /** Nothing was heard for two periods. */
  gone(): void;
}

export class Liveness {
  private readonly links = new Map<Watched, "heard" | "quiet" | "asked">();
  private cancel: (() => void) | null = null;

  constructor(
    private readonly pingMs: number,
    private readonly scheduler: Scheduler,
  ) {}

  watch(link: Watched): void {
    this.links.set(link, "heard");
    this.cancel ??= this.plan();
  }

  heard(link: Watched): void {
    if (this.links.has(link)) this.links.set(link, "heard");
  }

  forget(link: Watched): void {
    this.links.delete(link);
    if (this.links.size > 0) return;
    this.cancel?.();
    this.cancel = null;
  }

  private plan(): () => void {
    return this.scheduler.after(this.pingMs, () => {
      this.cancel = this.plan();
      for (const [link, state] of [...this.links]) {
        if (state === "heard") this.links.set(link, "quiet");
        else if (state === "quiet") {
          this.links.set(link, "asked");
          link.ping();
        } else link.gone();
      }
    });
  }
}
