/**
 * The alert sound: one hidden page with Web Audio that is told what to play and reports what it really plays. Built by
 * `index.ts`. A page that dies or stays silent is replaced; when that does not help, a player of the system takes over.
 */
import { app, BrowserWindow } from "electron";
import { channelNames } from "../contract.ts";
import type { SoundReport, Volumes } from "../contract.ts";
import { startSystemPlayer } from "./system-player.ts";
import { pageAddress, securePreferences, unthrottled } from "./secure-window.ts";
import { orderFor } from "./sounds.ts";
import type { Play, SoundIndex, SoundName } from "./sounds.ts";

/** A burst starts with a little silence; a page that is still mute after this does not work. */
const audibleWithinMs = 4000;
/** A page that has not come up by then hangs, or the machine is slow: each further one has longer, up to a minute. */
const readyWithinMs = 10_000;
const readyWithinAtMostMs = 60_000;

export class SoundPlayer {
  private window: BrowserWindow | null = null;
  private ready = false;
  private stopped = false;
  private nextOrderId = 1;
  private wanted: { name: SoundName; order: Play } | null = null;
  private limit: NodeJS.Timeout | undefined;
  private reopening: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopSystemPlayer: (() => void) | null = null;
  private heardOrderId = 0;
  /** What is wanted was heard, and has come to its end. */
  private playedOut = false;
  /** A sound is really being played. */
  sounding = false;
  /** Why it is not, when it should be; null otherwise. */
  problem: string | null = null;

  constructor(
    private readonly preload: string,
    private readonly soundFolder: string,
    private readonly sounds: SoundIndex,
    private readonly volumes: () => Volumes,
    private readonly onChange: () => void,
  ) {}

  open(): void {
    if (this.stopped) return;
    clearTimeout(this.reopening);
    this.discard();
    const window = new BrowserWindow({
      show: false,
      width: 200,
      height: 100,
      skipTaskbar: true,
      webPreferences: { ...securePreferences(this.preload), ...unthrottled },
    });
    this.window = window;
    // A page fails once, whatever else is said of it after it was given up.
    const failed = (text: string): void => {
      if (window === this.window) this.failed(text);
    };
    window.webContents.on("render-process-gone", () => failed("The sound page ended unexpectedly."));
    void window.loadURL(pageAddress("sound")).catch(() => failed("The sound page could not be loaded."));
    const withinMs = Math.min(readyWithinMs * (this.failures + 1), readyWithinAtMostMs);
    this.failAfter(withinMs, "The sound page did not come up.");
  }

  /**
   * Loops this sound from now on; null: silence. Asking for what is already played changes nothing. `anew`: there is a
   * new reason for it, so that a sound which is played once is played once more.
   */
  play(name: SoundName | null, anew = false): void {
    if (name === (this.wanted?.name ?? null) && !(anew && this.playedOut)) return;
    const order =
      name === null ? null : orderFor(name, this.sounds, this.volumes(), this.nextOrderId++, false);
    this.wanted = name !== null && order !== null ? { name, order } : null;
    this.send();
  }

  /** Plays it once, whatever else is the matter. Returns false when its volume is 0. */
  test(name: SoundName): boolean {
    const order = orderFor(name, this.sounds, this.volumes(), this.nextOrderId++, true);
    if (order !== null && this.ready) this.window?.webContents.send(channelNames.soundOrder, order);
    return order !== null;
  }

  /** The same sound at its new volume. */
  volumesChanged(): void {
    const name = this.wanted?.name ?? null;
    this.wanted = null;
    this.play(name);
    if (name !== null && this.wanted === null) this.send();
  }

  receive(report: SoundReport): void {
    switch (report.type) {
      case "ready":
        this.ready = true;
        this.send();
        return;
      case "sounding":
        if (report.orderId === this.wanted?.order.orderId) this.heard(report.sounding, this.wanted.order);
        return;
      case "failed":
        // A sound that was only tried out says as much of the page, unless there is one that matters more.
        if (report.orderId === (this.wanted?.order.orderId ?? report.orderId)) this.failed(report.text);
        return;
    }
  }

  /** The sound that is wanted now, not one before it, really comes out of the page. */
  get audible(): boolean {
    return this.sounding && this.wanted?.order.orderId === this.heardOrderId;
  }

  /** True for messages from our own page. */
  owns(contentsId: number): boolean {
    return this.window?.webContents.id === contentsId;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.limit);
    clearTimeout(this.reopening);
    this.stopSystemPlayer?.();
    this.discard();
  }

  private heard(sounding: boolean, { orderId, loop }: Play): void {
    this.playedOut = !sounding && !loop && this.heardOrderId === orderId;
    if (sounding) {
      clearTimeout(this.limit);
      this.failures = 0;
    } else if (loop) this.failAfter(audibleWithinMs, "The sound page fell silent.");
    this.heardOrderId = sounding ? orderId : 0;
    if (sounding && this.sounding) this.onChange();
    this.update(sounding, null);
  }

  private send(): void {
    this.stopSystemPlayer?.();
    this.stopSystemPlayer = null;
    this.playedOut = false;
    const order = this.wanted?.order ?? null;
    if (order === null) this.update(false, null);
    if (!this.ready) return this.helpOut();
    clearTimeout(this.limit);
    if (order !== null) this.failAfter(audibleWithinMs, "No sound came out of the sound page.");
    // A sound that is played once does not end the loop before it by itself.
    if (order === null || !order.loop)
      this.window?.webContents.send(channelNames.soundOrder, { type: "stop" });
    if (order !== null) this.window?.webContents.send(channelNames.soundOrder, order);
  }

  /** Once: a new page. After that the system's player as well, and a new page all the same. */
  private failed(text: string): void {
    if (this.stopped) return;
    clearTimeout(this.limit);
    this.failures += 1;
    // First: nothing may be said to a page that is gone, and what follows from the change may want to.
    this.discard();
    this.update(
      false,
      `${text} ${this.failures > 1 ? "The system's player is tried instead." : "It is being restarted."}`,
    );
    this.helpOut();
    endAudioService();
    clearTimeout(this.reopening);
    this.reopening = setTimeout(() => this.open(), Math.min(this.failures * 500, 10_000));
  }

  /** The system's player, while there is no page and new ones have not helped. */
  private helpOut(): void {
    if (this.failures < 2 || this.wanted === null || this.stopSystemPlayer !== null) return;
    this.stopSystemPlayer = startSystemPlayer(this.soundFolder, this.sounds[this.wanted.name]);
  }

  private failAfter(ms: number, text: string): void {
    clearTimeout(this.limit);
    this.limit = setTimeout(() => this.failed(text), ms);
  }

  private discard(): void {
    const { window } = this;
    this.ready = false;
    this.window = null;
    window?.destroy();
  }

  private update(sounding: boolean, problem: string | null): void {
    if (sounding === this.sounding && problem === this.problem) return;
    this.sounding = sounding;
    this.problem = problem;
    this.onChange();
  }
}

/** Chromium's own, which never finds a sound server again that was away. A new page gets a new one. */
function endAudioService(): void {
  for (const { pid, serviceName } of app.getAppMetrics()) {
    if (serviceName !== "audio.mojom.AudioService") continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
