/**
 * What the person can do to the app itself: from the tray's menu and from the pages. Built by `application.ts`.
 * Acknowledging and the like do not come by here; they are the engine's (see `page-hub.ts`).
 */
import { dialog, nativeTheme } from "electron";
import type { BrowserWindow } from "electron";
import type { DesktopReply, DesktopRequest } from "../contract.ts";
import type { Attention } from "./attention.ts";
import type { Autostart } from "./autostart.ts";
import type { Answer, LinkRequest } from "./client-link.ts";
import { nextOClock } from "./pause.ts";
import type { Pause } from "./pause.ts";
import type { PreferenceStore } from "./preferences.ts";
import { quitQuestion } from "./quit-question.ts";
import { openLink } from "./secure-window.ts";
import type { SoundPlayer } from "./sound-player.ts";
import type { TrayAction } from "./tray-texts.ts";

export interface ActionPorts {
  readonly preferences: PreferenceStore;
  readonly autostart: Autostart;
  readonly pause: Pause;
  readonly sound: SoundPlayer;
  attention(): Attention;
  request(message: LinkRequest): Promise<Answer>;
  /** Becomes part of the team that this invite is from. */
  join(invite: string): Promise<DesktopReply>;
  showConsole(alertId: string | null): void;
  showAlerts(): void;
  silence(): void;
  /** Something that tray and pages show has changed. */
  refresh(): void;
  quit(): void;
}

export class PersonActions {
  private asking = false;

  constructor(private readonly ports: ActionPorts) {}

  async fromTray(action: TrayAction): Promise<void> {
    const { pause, autostart } = this.ports;
    switch (action.type) {
      case "open-console":
        return this.ports.showConsole(null);
      case "show-alerts":
        return this.ports.showAlerts();
      case "silence":
        return this.ports.silence();
      case "raise-test":
        return this.raiseTest();
      case "pause-for":
        return this.pauseUntil(new Date(Date.now() + action.minutes * 60_000));
      case "pause-until-morning":
        return this.pauseUntil(nextOClock(8, new Date()));
      case "resume":
        return pause.resume();
      case "toggle-autostart": {
        const { ok, text } = this.setAutostart(!autostart.status().enabled);
        if (!ok && text !== undefined) dialog.showErrorBox("Start at login", text);
        return;
      }
      case "quit":
        return this.askToQuit();
    }
  }

  /** `window`: where the request came from, for what has to be asked. */
  async fromPage(
    request: Exclude<DesktopRequest, { type: "state" | "drawn" | "content-height" }>,
    window: BrowserWindow | null,
  ): Promise<DesktopReply> {
    const { preferences, pause, sound } = this.ports;
    switch (request.type) {
      case "silence":
        this.ports.silence();
        return { ok: true };
      case "resume":
        pause.resume();
        return { ok: true };
      case "choose-person":
        preferences.set("person", request.person);
        this.ports.refresh();
        return { ok: true };
      case "set-theme":
        preferences.set("theme", request.theme);
        nativeTheme.themeSource = request.theme;
        this.ports.refresh();
        return { ok: true };
      case "set-volumes":
        preferences.set("volumes", request.volumes);
        sound.volumesChanged();
        this.ports.refresh();
        return { ok: true };
      case "set-autostart":
        return this.setAutostart(request.enabled);
      case "test-sound":
        return sound.test(request.severity)
          ? { ok: true }
          : { ok: false, text: "Its volume is 0: move the slider, then test again." };
      case "open-console":
        this.ports.showConsole(request.alertId);
        return { ok: true };
      case "join-team":
        return this.ports.join(request.invite);
      case "open-link":
        return (await openLink(request.href, window)) ? { ok: true } : { ok: false, text: "Not opened." };
    }
  }

  /** Not while an alert waits: it may have come while the menu was open. */
  private pauseUntil(at: Date): void {
    if (this.ports.attention().pending.length === 0) this.ports.pause.pauseUntil(at);
  }

  private setAutostart(enabled: boolean): DesktopReply {
    const problem = this.ports.autostart.set(enabled);
    this.ports.refresh();
    return problem === null ? { ok: true } : { ok: false, text: problem };
  }

  private async raiseTest(): Promise<void> {
    const answer = await this.ports.request({
      type: "raise",
      requestId: 0,
      title: "Test alert from the tray",
      severity: "critical",
    });
    if (!answer.ok)
      dialog.showErrorBox(
        "The test alert was not raised",
        answer.text ?? answer.reason ?? "The engine gave no reason.",
      );
  }

  private async askToQuit(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const { pending, others } = this.ports.attention();
    const { message, detail } = quitQuestion(pending.length, others);
    const { response } = await dialog.showMessageBox({
      type: "warning",
      title: "Quit Tocsin",
      message,
      detail,
      buttons: ["Keep watching", "Quit"],
      defaultId: 0,
      cancelId: 0,
    });
    this.asking = false;
    if (response === 1) this.ports.quit();
  }
}
