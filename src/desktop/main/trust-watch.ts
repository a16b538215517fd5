/**
 * Speaks up when the app has not been trustworthy for a while: an icon alone is overlooked, and some desktops do not even
 * redraw it. Built by `index.ts`.
 */

/** A restart of the engine is over long before; only what lasts is worth a sound. */
const speakAfterMs = 30_000;

export class TrustWatch {
  private timer: NodeJS.Timeout | undefined;
  private spoken = false;

  constructor(
    private readonly onDistrust: () => void,
    private readonly onTrust: () => void,
  ) {}

  update(trusted: boolean): void {
    if (trusted) {
      clearTimeout(this.timer);
      this.timer = undefined;
      if (this.spoken) this.onTrust();
      this.spoken = false;
    } else if (this.timer === undefined && !this.spoken) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.spoken = true;
        this.onDistrust();
      }, speakAfterMs);
    }
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
