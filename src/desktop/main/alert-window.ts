/**
 * The one window for every alert that waits for this person (contract §5). Shown without taking the focus, above
 * everything, and not closable while something is pending. Built by `index.ts`, which tells it how much is pending.
 */
import { BrowserWindow, screen } from "electron";
import type { Input } from "electron";
import { grown, isWithinOne, placeIn } from "./window-placement.ts";
import { groundColour, pageAddress, securePreferences, unthrottled } from "./secure-window.ts";
import { recover } from "./renderer-recovery.ts";

/** A key that was on its way to another window must not acknowledge anything. */
export const keyGuardMs = 500;
const widthPx = 800;
const leastHeightPx = 300;
/** A second new window within this time means that new windows are no cure. */
const brokenWithinMs = 600_000;

const isByHand: ReadonlySet<string> = new Set([
  "rawKeyDown",
  "keyDown",
  "mouseDown",
  "mouseWheel",
  "touchStart",
]);

export interface AlertWindowEvents {
  /** The page died or was replaced: what it had drawn is no longer on the screen. */
  onLost(): void;
  /** Somebody pressed a key or a button in it. */
  onInput(): void;
  /** Neither reloading nor a new window brought it back. */
  onBroken(): void;
}

export class AlertWindow {
  private window: BrowserWindow | null = null;
  private wanted = false;
  private shownAt = 0;
  private heightPx = 460;
  private replacedAt: number[] = [];
  private stopped = false;
  private readonly followDisplays = (): void => this.keepOnDisplay();

  constructor(
    private readonly preload: string,
    private readonly events: AlertWindowEvents,
  ) {
    for (const name of ["display-added", "display-removed", "display-metrics-changed"] as const) {
      screen.on(name as "display-added", this.followDisplays);
    }
  }

  /** Makes the window, hidden, so that showing it later is a matter of milliseconds. */
  open(): void {
    if (this.stopped) return;
    const window = new BrowserWindow({
      show: false,
      width: widthPx,
      height: this.heightPx,
      title: "Tocsin alert",
      frame: false,
      resizable: true,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      alwaysOnTop: true,
      backgroundColor: groundColour(),
      ...(process.platform === "darwin" ? { type: "panel" } : {}),
      webPreferences: { ...securePreferences(this.preload), ...unthrottled },
    });
    this.window = window;
    this.raise();
    window.on("close", (event) => {
      event.preventDefault();
      if (!this.wanted) window.hide();
    });
    // Some window managers minimise or hide whatever they are told.
    window.on("minimize", () => this.wanted && window.restore());
    window.on("hide", () => this.wanted && setImmediate(() => this.wanted && this.reveal()));
    window.on("closed", () => window === this.window && !this.stopped && this.replace());
    window.webContents.on(
      "before-input-event",
      (event, input) => this.isTooEarly(input) && event.preventDefault(),
    );
    // Not movements: a window that appears under a resting pointer is told of one.
    window.webContents.on(
      "input-event",
      (_event, { type }) => isByHand.has(type) && this.visible && this.events.onInput(),
    );
    recover(
      window.webContents,
      () => this.events.onLost(),
      () => this.replace(),
    );
    void window.loadURL(pageAddress("alert")).catch(() => undefined);
  }

  /** `pending`: how many alerts wait. `attract`: one of them is new. */
  update(pending: number, attract: boolean): void {
    const wanted = pending > 0;
    const appearing = wanted && !this.wanted;
    this.wanted = wanted;
    if (!wanted) {
      this.window?.flashFrame(false);
      this.window?.hide();
    } else if (appearing) {
      this.place();
      this.reveal();
    }
    if (wanted && (appearing || attract)) {
      this.raise();
      this.window?.flashFrame(true);
    }
  }

  /** Something is really there to see. */
  get visible(): boolean {
    return (
      this.window !== null &&
      !this.window.isDestroyed() &&
      this.window.isVisible() &&
      !this.window.isMinimized()
    );
  }

  /** To the front, with the focus: only ever because the person asked for it. */
  focus(): void {
    if (this.visible) this.window?.focus();
  }

  /** Fits the window to what its page has to say, as far as the display allows. */
  fit(heightPx: number): void {
    const height = Math.max(leastHeightPx, Math.ceil(heightPx));
    if (Math.abs(height - this.heightPx) < 2) return;
    this.heightPx = height;
    if (!this.visible) return;
    const bounds = this.window!.getBounds();
    this.window!.setBounds(grown(bounds, height, screen.getDisplayMatching(bounds).workArea));
  }

  owns(contentsId: number): boolean {
    return this.window?.webContents.id === contentsId;
  }

  get browserWindow(): BrowserWindow | null {
    return this.window;
  }

  stop(): void {
    this.stopped = true;
    for (const name of ["display-added", "display-removed", "display-metrics-changed"] as const) {
      screen.off(name as "display-added", this.followDisplays);
    }
    this.window?.destroy();
  }

  private reveal(): void {
    this.shownAt = performance.now();
    this.window?.showInactive();
    this.raise();
  }

  private raise(): void {
    // `screen-saver` lies above task bars, docks and full-screen windows; plain on-top does not.
    this.window?.setAlwaysOnTop(true, "screen-saver");
    const quietly =
      process.platform === "darwin" ? { visibleOnFullScreen: true, skipTransformProcessType: true } : {};
    this.window?.setVisibleOnAllWorkspaces(true, quietly);
    // Among other windows that are on top as well; X11 needs no help with it.
    if (this.visible && process.platform !== "linux") this.window?.moveTop();
  }

  private place(workArea = screen.getDisplayNearestPoint(screen.getCursorScreenPoint()).workArea): void {
    this.window?.setBounds(placeIn(workArea, { width: widthPx, height: this.heightPx }));
  }

  private keepOnDisplay(): void {
    if (!this.visible) return;
    const areas = screen.getAllDisplays().map((display) => display.workArea);
    if (!isWithinOne(this.window!.getBounds(), areas)) this.place();
  }

  private isTooEarly(input: Input): boolean {
    return input.type === "keyDown" && performance.now() - this.shownAt < keyGuardMs;
  }

  /** A new window in place of one that cannot be brought back; what is pending is shown again. */
  private replace(): void {
    this.events.onLost();
    const now = performance.now();
    this.replacedAt = [...this.replacedAt.filter((at) => now - at < brokenWithinMs), now];
    const recently = this.replacedAt.length;
    const old = this.window;
    this.window = null;
    old?.destroy();
    if (recently > 1) this.events.onBroken();
    setTimeout(
      () => {
        this.open();
        if (this.wanted) {
          this.place();
          this.reveal();
        }
      },
      Math.min((recently - 1) * 2000, 30_000),
    );
  }
}
