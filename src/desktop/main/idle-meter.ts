/**
 * How long nobody has touched this machine. Corrects the system's own count, which on X11 begins anew when a program stops
 * keeping the screen awake, as this app does when a sound ends or nothing climbs any more: else every alert that ends
 * would make an empty chair look taken. Built by `person-watch.ts`; knows no Electron.
 */

/** Between the end of a sound and the browser letting go of the screen 2 s were measured. */
const letsGoWithinMs = 3500;
/** The system counts in whole seconds. */
const roundedMs = 1000;

export interface IdlePorts {
  /** As the system says: whole seconds, rounded down. */
  systemIdleSeconds(): number;
  /** A clock that only goes forward, in ms. */
  now(): number;
}

export class IdleMeter {
  private lastInputAt = Number.NEGATIVE_INFINITY;
  /** An input that the system counts from between these is our own doing. */
  private from = Number.NEGATIVE_INFINITY;
  private until = Number.NEGATIVE_INFINITY;

  private isKeptAwake = false;

  constructor(private readonly ports: IdlePorts) {
    this.seconds();
  }

  /** Whole seconds since the last input, rounded down. */
  seconds(): number {
    const now = this.ports.now();
    const at = now - this.ports.systemIdleSeconds() * 1000;
    if (at < this.from || at > this.until) this.lastInputAt = Math.max(this.lastInputAt, at);
    return Math.floor((now - this.lastInputAt) / 1000);
  }

  /** Somebody has certainly touched it just now. */
  touched(): void {
    this.lastInputAt = this.ports.now();
  }

  /** Whether the app keeps the screen awake. Call at every change. */
  keepsAwake(itDoes: boolean): void {
    if (itDoes === this.isKeptAwake) return;
    this.isKeptAwake = itDoes;
    this.seconds();
    const now = this.ports.now();
    if (itDoes) this.until = Math.min(this.until, now + roundedMs);
    else {
      if (now > this.until) this.from = now;
      this.until = now + letsGoWithinMs + roundedMs;
    }
  }
}
