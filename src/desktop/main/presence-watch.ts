/**
 * Watches whether somebody is at this machine, as seldom as will do: every half minute, at once when an alert comes in,
 * and every two seconds while an alert waits for a human. Built by `application.ts`; knows no Electron.
 */
import type { DesktopPresence } from "#wire/client-contract";
import { isSilent, lastInputAfter, meterWorksFromSeconds, presenceOf } from "./presence.ts";
import type { Output } from "./presence.ts";

/** What the desktop around the app says. */
export interface Around {
  /** The system's output is muted. */
  readonly muted: boolean;
  /** The session is locked, where only the session knows. */
  readonly locked: boolean;
}

export interface PresencePorts {
  /** Whole seconds since the last input, rounded down. */
  idleSeconds(): number;
  isLocked(): boolean;
  /** Costs a process or two: asked when an alert comes in. Never rejects. */
  lookAround(): Promise<Around>;
  idleAfterMinutes(): number;
  tell(presence: DesktopPresence): void;
  /** Somebody has certainly touched the machine, at that time by `now` or later. */
  onInput(time: number): void;
  /** `canBeHeard` may have another answer. */
  onChange(): void;
  /** A clock that only goes forward, in ms. */
  now(): number;
}

export interface AlertsHere extends Output {
  /** Alerts are shown. */
  readonly shown: boolean;
  /** One of them has not met a human yet. */
  readonly waiting: boolean;
}

const restMs = 30_000;
const alertMs = 2000;

const nothingAround: Around = { muted: false, locked: false };

export class PresenceWatch {
  private timer: NodeJS.Timeout | undefined;
  private plannedMs = restMs;
  private stopped = false;
  private shown = false;
  private waiting = false;
  private silent = false;
  private around = nothingAround;
  private lookingAround = false;
  private meterWorks = false;
  /** As an event has just said: the system itself may say so a little later. */
  private lockedByEvent: boolean | null = null;
  private told: DesktopPresence | null = null;

  constructor(private readonly ports: PresencePorts) {}

  start(): void {
    this.look();
  }

  /** An alert is to be shown here. */
  alertCame(): void {
    this.shown = true;
    this.waiting = true;
    if (!this.lookingAround) void this.lookAround();
    this.look();
  }

  /** After every change; cheap when it is none. */
  update(alerts: AlertsHere): void {
    const silent = isSilent(alerts);
    const { waiting } = alerts;
    // An alert may be asked for a moment before it is known.
    const shown = alerts.shown || waiting;
    if (shown === this.shown && waiting === this.waiting && silent === this.silent) return;
    // What was seen around holds for these alerts; at the next one it is looked at anew.
    if (!shown) this.around = nothingAround;
    Object.assign(this, { shown, waiting, silent });
    this.look();
  }

  /** The system says that the screen was locked or unlocked (macOS and Windows). */
  lockChanged(locked: boolean): void {
    this.lockedByEvent = locked;
    this.look();
  }

  /** The machine woke up. */
  woke(): void {
    this.look();
  }

  /** As far as is known, sound that is played comes out of the machine. */
  get canBeHeard(): boolean {
    return !this.lookingAround && !this.around.muted;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private look(): void {
    if (this.stopped) return;
    const { ports } = this;
    const idleSeconds = ports.idleSeconds();
    this.meterWorks ||= idleSeconds >= meterWorksFromSeconds;
    // Somebody types their way past a lock that only the session knows of.
    if (this.around.locked && idleSeconds * 1000 <= this.plannedMs && !this.lookingAround)
      void this.lookAround();
    if (this.waiting && this.meterWorks) ports.onInput(lastInputAfter(ports.now(), idleSeconds));
    const presence = presenceOf({
      idleSeconds,
      idleAfterMinutes: ports.idleAfterMinutes(),
      locked: this.around.locked || (this.lockedByEvent ?? ports.isLocked()),
      soundOff: this.silent || this.around.muted,
    });
    this.plan();
    if (presence === this.told) return;
    this.told = presence;
    ports.tell(presence);
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.plannedMs = this.waiting || this.lockedByEvent !== null ? alertMs : restMs;
    this.timer = setTimeout(() => {
      this.lockedByEvent = null;
      this.look();
    }, this.plannedMs);
  }

  private async lookAround(): Promise<void> {
    this.lookingAround = true;
    const around = await this.ports.lookAround();
    this.lookingAround = false;
    if (this.stopped) return;
    this.around = this.shown ? around : nothingAround;
    this.look();
    this.ports.onChange();
  }
}
