/**
 * Answers the engine's "show this now": yes once the alert window has drawn it and is visible, no after a while. Built by
 * `index.ts`. The engine counts a desktop that cannot show as not reached and goes on to the next way (contract, domain).
 */
import type { EngineMessage } from "#wire/client-contract";

export type Present = Extract<EngineMessage, { type: "present" }>;

const drawnWithinMs = 4500;
const lookAgainMs = 100;

export interface PresenterPorts {
  windowVisible(): boolean;
  answer(actionId: string, shown: boolean): void;
  /** It is not on any screen: the person is to hear of it in another way. */
  onNotShown(alertId: string, why: string): void;
}

export class Presenter {
  private readonly drawn = new Set<string>();
  private readonly waiting = new Map<string, { readonly notice: Present; readonly since: number }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly ports: PresenterPorts) {}

  present(notice: Present): void {
    this.waiting.set(notice.actionId, { notice, since: performance.now() });
    this.look();
  }

  /** The page has put exactly these alerts on the screen. */
  drawnNow(alertIds: readonly string[]): void {
    this.drawn.clear();
    for (const id of alertIds) this.drawn.add(id);
    this.look();
  }

  /** The page is gone, and with it what it showed. */
  lost(): void {
    this.drawn.clear();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private look(): void {
    clearTimeout(this.timer);
    for (const [actionId, { notice, since }] of this.waiting) {
      const shown = this.drawn.has(notice.alertId) && this.ports.windowVisible();
      if (!shown && performance.now() - since < drawnWithinMs) continue;
      this.waiting.delete(actionId);
      this.ports.answer(actionId, shown);
      if (!shown) this.ports.onNotShown(notice.alertId, notice.why);
    }
    if (this.waiting.size > 0) this.timer = setTimeout(() => this.look(), lookAgainMs);
  }
}
