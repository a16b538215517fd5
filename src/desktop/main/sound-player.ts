/**
 * The alert sound: one hidden page with Web Audio that is told what to play and reports what it really plays. Built by
 * `index.ts`. A page that dies or stays silent is replaced; when that does not help, a player of the system takes over.
 */
import { BrowserWindow } from "electron";
import { channelNames } from "../contract.ts";
import type { SoundReport, Volumes } from "../contract.ts";
import { startSystemPlayer } from "./system-player.ts";
import { pageAddress, securePreferences, unthrottled } from "./secure-window.ts";
import { orderFor } from "./sounds.ts";
import type { Play, SoundIndex, SoundName } from "./sounds.ts";

/** A burst starts with a little silence; a page that is still mute after this does not work. */
const audibleWithinMs = 4000;

export class SoundPlayer {
  private window: BrowserWindow | null = null;
  private ready = false;
  private stopped = false;
  private nextOrderId = 1;
  private wanted: { name: SoundName; order: Play } | null = null;
  private limit: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopSystemPlayer: (() => void) | null = null;
  private heardOrderId = 0;
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
    this.ready = false;
    const window = new BrowserWindow({
      show: false,
      width: 200,
      height: 100,
      skipTaskbar: true,
      webPreferences: { ...securePreferences(this.preload), ...unthrottled },
    });
    this.window = window;
    window.webContents.on("render-process-gone", () => this.failed("The sound page ended unexpectedly."));
    void window.loadURL(pageAddress("sound")).catch(() => this.failed("The sound page could not be loaded."));
  }

  /** Loops this sound from now on; null: silence. Asking for what is already played changes nothing. */
  play(name: SoundName | null): void {
    if (name === (this.wanted?.name ?? null)) return;
    const order =
      name === null ? null : orderFor(name, this.sounds, this.volumes(), this.nextOrderId++, false);
    this.wanted = name !== null && order !== null ? { name, order } : null;
    this.failures = 0;
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
        if (report.orderId !== this.wanted?.order.orderId) return;
        if (report.sounding) {
          clearTimeout(this.limit);
          this.failures = 0;
        }
        this.heardOrderId = report.sounding ? report.orderId : 0;
        if (report.sounding && this.sounding) this.onChange();
        this.update(report.sounding, null);
        return;
      case "failed":
        if (report.orderId === this.wanted?.order.orderId) this.failed(report.text);
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
    this.stopSystemPlayer?.();
    this.window?.destroy();
  }

  private send(): void {
    clearTimeout(this.limit);
    this.stopSystemPlayer?.();
    this.stopSystemPlayer = null;
    const order = this.wanted?.order ?? null;
    if (order === null) this.update(false, null);
    else this.limit = setTimeout(() => this.failed("No sound came out of the sound page."), audibleWithinMs);
    if (!this.ready) return;
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
    this.update(
      false,
      `${text} ${this.failures > 1 ? "The system's player is tried instead." : "It is being restarted."}`,
    );
    this.window?.destroy();
    if (this.failures > 1 && this.wanted !== null && this.stopSystemPlayer === null) {
      this.stopSystemPlayer = startSystemPlayer(this.soundFolder, this.sounds[this.wanted.name]);
    }
    setTimeout(() => this.open(), Math.min(this.failures * 500, 10_000));
  }

  private update(sounding: boolean, problem: string | null): void {
    if (sounding === this.sounding && problem === this.problem) return;
    this.sounding = sounding;
    this.problem = problem;
    this.onChange();
  }
}
