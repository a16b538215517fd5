/** The engine's only timer: stands at one time, or nowhere. */
import type { EpochMs } from "#domain/ids";
import type { Clock } from "./ports.ts";

export class OneTimer {
  private set: { readonly at: EpochMs; readonly cancel: () => void } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly callback: () => void,
  ) {}

  /** Moves it; null takes it away. */
  moveTo(at: EpochMs | null): void {
    if (this.set?.at === at) return;
    this.set?.cancel();
    this.set = null;
    if (at === null) return;
    const cancel = this.clock.callAt(at, () => {
      this.set = null;
      this.callback();
    });
    this.set = { at, cancel };
  }
}
