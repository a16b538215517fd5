/**
 * The desktop app, put together: what the engine says becomes knowledge, and after every change tray, alert window,
 * sound and pages follow from it. Built once by `index.ts`. It decides nothing about alerts; the engine does.
 */
import { BrowserWindow, nativeTheme } from "electron";
import type { WebContents } from "electron";
import { join } from "node:path";
import type { EngineMessage, HealthMessage } from "#wire/client-contract";
import type { DesktopReply, DesktopRequest, DesktopState } from "../contract.ts";
import { AlertWindow } from "./alert-window.ts";
import type { Autostart } from "./autostart.ts";
import { ClientLink } from "./client-link.ts";
import { ConsoleWindow } from "./console-window.ts";
import type { EngineOptions } from "./engine-supervisor.ts";
import { EngineWatch } from "./engine-watch.ts";
import type { Flags } from "./flags.ts";
import { serveIpc } from "./ipc.ts";
import { Knowledge } from "./knowledge.ts";
import { PageHub } from "./page-hub.ts";
import { Pause } from "./pause.ts";
import { PersonActions } from "./person-actions.ts";
import { PersonWatch } from "./person-watch.ts";
import { Power } from "./power.ts";
import type { PreferenceStore } from "./preferences.ts";
import { Presenter } from "./presenter.ts";
import { SoundPlayer } from "./sound-player.ts";
import { readSounds } from "./sounds.ts";
import { distrustNotice, pendingNotice, quietNotice } from "./spoken-notices.ts";
import { StatePages } from "./state-pages.ts";
import { SystemNotifications, windowsAreUnreliable } from "./system-notification.ts";
import { TrayIcon } from "./tray.ts";
import { TrustWatch } from "./trust-watch.ts";

export interface Places {
  readonly pages: string;
  readonly engine: string;
  readonly preload: string;
  readonly icons: string;
  readonly sounds: string;
}

/** The engine's exit code for options that cannot be (contract §1). */
const wrongUsage = 2;
/** Below what anybody notices. */
const gatherMs = 40;

export class Application {
  private readonly knowledge: Knowledge;
  private readonly statePages = new StatePages();
  private readonly unreliableWindows = windowsAreUnreliable(process.env, process.argv);
  private toldHealth = "";
  private scheduled: NodeJS.Timeout | undefined;
  private attract = false;
  /** False once the engine has refused to start: the setting may name somebody who has left the team. */
  private trustsPreference = true;
  private stopping = false;

  private readonly link: ClientLink;
  private readonly engine: EngineWatch;
  private readonly hub: PageHub;
  private readonly presenter: Presenter;
  private readonly personWatch: PersonWatch;
  private readonly alertWindow: AlertWindow;
  private readonly consoleWindow: ConsoleWindow;
  private readonly tray: TrayIcon;
  private readonly sound: SoundPlayer;
  private readonly notifications: SystemNotifications;
  private readonly pause: Pause;
  private readonly power: Power;
  private readonly trustWatch: TrustWatch;
  private readonly actions: PersonActions;

  constructor(
    private readonly flags: Flags,
    places: Places,
    private readonly preferences: PreferenceStore,
    private readonly autostart: Autostart,
    quit: () => void,
  ) {
    const refresh = (): void => this.refresh();
    this.pause = new Pause(preferences, refresh);
    this.knowledge = new Knowledge(
      {
        flag: flags.person,
        preference: () => preferences.get("person"),
        doubt: () => this.engine.doubt,
        paused: () => this.pause.until !== null,
        volumes: () => preferences.get("volumes"),
      },
      new Date().toISOString(),
    );
    this.link = new ClientLink(
      { onMessage: (message) => this.hear(message), onMisunderstanding: (text) => this.engine.doubtIt(text) },
      { person: this.knowledge.identity().person, available: this.pause.until === null },
    );
    this.engine = new EngineWatch(
      places.engine,
      () => this.engineOptions(places.pages),
      this.link,
      flags.json,
      refresh,
      (exitCode) => {
        this.trustsPreference &&= exitCode !== wrongUsage;
      },
    );
    this.hub = new PageHub({
      mirror: () => this.knowledge.shown(),
      request: (message) => this.link.request(message),
    });
    const broken = (): void => this.notify("Its window does not come up.");
    this.alertWindow = new AlertWindow(places.preload, {
      onLost: () => this.presenter.lost(),
      onInput: () => this.personWatch.touched(),
      onBroken: broken,
    });
    this.presenter = new Presenter({
      windowVisible: () => this.alertWindow.visible,
      answer: (actionId, shown) => {
        this.link.presented(actionId, shown);
        this.personWatch.settled(actionId);
      },
      onNotShown: broken,
    });
    this.consoleWindow = new ConsoleWindow(places.preload, preferences, join(places.icons, "app-256.png"));
    this.tray = new TrayIcon(places.icons, (action) => void this.actions.fromTray(action));
    this.sound = new SoundPlayer(
      places.preload,
      places.sounds,
      readSounds(places.sounds),
      () => preferences.get("volumes"),
      refresh,
    );
    this.notifications = new SystemNotifications(join(places.icons, "app-128.png"), (key) =>
      key === "trust" ? this.consoleWindow.show(null) : this.showAlerts(),
    );
    this.personWatch = new PersonWatch(this.link, preferences, this.sound, refresh);
    this.power = new Power((event) => {
      // First: a machine that is about to sleep leaves no time for more.
      this.engine.tellPower(event);
      this.pause.look();
      this.personWatch.power(event);
    });
    this.trustWatch = new TrustWatch(
      () => this.speakOfDistrust(),
      () => this.notifications.close("trust"),
    );
    this.actions = new PersonActions({
      preferences,
      autostart,
      pause: this.pause,
      sound: this.sound,
      attention: () => this.knowledge.attention(),
      request: (message) => this.link.request(message),
      join: (invite) => this.engine.join(invite),
      showConsole: (alertId) => this.consoleWindow.show(alertId),
      showAlerts: () => this.showAlerts(),
      silence: () => {
        this.personWatch.touched();
        this.knowledge.silence();
        this.refresh();
      },
      refresh,
      quit,
    });
  }

  start(): void {
    nativeTheme.themeSource = this.preferences.get("theme");
    serveIpc({
      onPageMessage: (page, message) => this.hub.receive(page, message),
      onRequest: (page, request) => this.answer(page, request),
      onSoundReport: (page, report) => this.sound.owns(page.id) && this.sound.receive(report),
    });
    this.pause.look();
    this.personWatch.start();
    this.refresh();
    this.sound.open();
    this.alertWindow.open();
    this.engine.start();
    if (!this.flags.hidden) this.consoleWindow.show(null);
  }

  /** What a second start of the app, or a click on its icon, is for. */
  show(): void {
    this.consoleWindow.show(null);
  }

  /** Last in, first out: what shows goes first, the engine last, so that it can finish what it has in hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.trustWatch.stop();
    this.personWatch.stop();
    this.presenter.stop();
    this.notifications.stop();
    this.sound.stop();
    this.tray.stop();
    this.consoleWindow.stop();
    this.alertWindow.stop();
    this.pause.stop();
    this.power.keepAwake(false);
    await this.engine.stop();
  }

  private engineOptions(pages: string): EngineOptions {
    const { team, data, host, port, peers } = this.flags;
    const person = this.flags.person ?? (this.trustsPreference ? this.preferences.get("person") : null);
    return { ...(team === null ? {} : { team }), data, host, port, peers, person, pages };
  }

  /** Every message of the engine comes by here. */
  private hear(message: EngineMessage): void {
    this.knowledge.hear(message);
    if (message.type === "welcome") this.engine.believe();
    this.schedule(message.type === "present");
    if (message.type === "present") {
      this.personWatch.asked(message);
      this.presenter.present(message);
      if (this.unreliableWindows) this.notify(message.why);
    }
    if (message.type === "notice") this.notifications.show(quietNotice(message));
    if (message.type !== "health") this.hub.broadcast(message);
  }

  /** Soon, once for everything that comes in together: a flood must not redraw the tray at every alert. */
  private schedule(attract: boolean): void {
    this.attract ||= attract;
    this.scheduled ??= setTimeout(() => this.refresh(), gatherMs);
  }

  /** Everything that is shown or heard follows from what is known. */
  private refresh(): void {
    clearTimeout(this.scheduled);
    this.scheduled = undefined;
    if (this.stopping) return;
    const { attract } = this;
    this.attract = false;
    const { person } = this.knowledge.identity();
    this.link.announce({ person, available: this.pause.until === null });
    const attention = this.knowledge.attention();
    const { health, machines } = this.knowledge.shown();

    this.alertWindow.update(attention.shown.length, attract);
    if (attention.shown.length === 0) this.notifications.close("pending");
    this.sound.play(attention.sound, attract);
    const isEscalating = this.knowledge.isEscalating();
    this.power.keepAwake(isEscalating);
    this.personWatch.update(attention, isEscalating);
    this.trustWatch.update(attention.tray !== "not-trusted");
    this.tray.update({
      attention,
      person,
      problem: health.problems[0]?.text ?? null,
      pausedUntil: this.pause.until,
      sounding: this.sound.sounding,
      machines,
      autostart: this.autostart.status(),
    });
    this.statePages.tell(this.state());
    this.tellHealth(health);
  }

  /** The pages hear of health from here only: it is the engine's and main's together. */
  private tellHealth(health: HealthMessage): void {
    const told = JSON.stringify(health);
    if (told === this.toldHealth) return;
    this.toldHealth = told;
    this.hub.broadcast({ type: "health", health });
  }

  private state(): DesktopState {
    const { person, from } = this.knowledge.identity();
    const { shown, sound } = this.knowledge.attention();
    return {
      person,
      personFrom: from,
      dataDir: this.flags.data,
      pausedUntil: this.pause.until,
      sounding: this.sound.sounding,
      silenced: sound === null && shown.length > 0,
      soundProblem: this.sound.problem,
      theme: this.preferences.get("theme"),
      volumes: this.preferences.get("volumes"),
      autostart: this.autostart.status(),
      pending: shown.map((alert) => alert.id),
      whys: this.knowledge.whys(),
    };
  }

  private answer(page: WebContents, request: DesktopRequest): DesktopReply | Promise<DesktopReply> {
    switch (request.type) {
      case "state":
        this.statePages.add(page);
        return { ok: true, state: this.state() };
      case "drawn":
        if (this.alertWindow.owns(page.id)) this.presenter.drawnNow(request.alertIds);
        return { ok: true };
      case "content-height":
        if (this.alertWindow.owns(page.id)) this.alertWindow.fit(request.heightPx);
        return { ok: true };
      default:
        return this.actions.fromPage(request, BrowserWindow.fromWebContents(page));
    }
  }

  private showAlerts(): void {
    if (this.alertWindow.visible) this.alertWindow.focus();
    else this.consoleWindow.show(null);
  }

  private notify(why: string): void {
    const notice = pendingNotice(this.knowledge.attention(), why);
    if (notice !== null) this.notifications.show(notice);
  }

  private speakOfDistrust(): void {
    this.notifications.show(distrustNotice(this.knowledge.shown().health));
    this.sound.test("link-lost");
  }
}
