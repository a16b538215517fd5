/**
 * The desktop app, put together: what the engine says goes into the mirror, and after every change tray, alert window,
 * sound and pages follow from it. Built once by `index.ts`. It decides nothing about alerts; the engine does.
 */
import { BrowserWindow, nativeTheme } from "electron";
import type { WebContents } from "electron";
import { join } from "node:path";
import type { EngineMessage } from "#wire/client-contract";
import { channelNames } from "../contract.ts";
import type { DesktopReply, DesktopRequest, DesktopState } from "../contract.ts";
import { AlertWindow } from "./alert-window.ts";
import { attentionOf } from "./attention.ts";
import type { Attention } from "./attention.ts";
import type { Autostart } from "./autostart.ts";
import { ClientLink } from "./client-link.ts";
import { ConsoleWindow } from "./console-window.ts";
import type { EngineOptions } from "./engine-supervisor.ts";
import { EngineWatch } from "./engine-watch.ts";
import type { Flags } from "./flags.ts";
import { healthOf } from "./health.ts";
import { identify } from "./identity.ts";
import type { Identity } from "./identity.ts";
import { serveIpc } from "./ipc.ts";
import { emptyMirror, reflect } from "./mirror.ts";
import type { Mirror } from "./mirror.ts";
import { PageHub } from "./page-hub.ts";
import { Pause } from "./pause.ts";
import { PersonActions } from "./person-actions.ts";
import { Power } from "./power.ts";
import type { PreferenceStore } from "./preferences.ts";
import { Presenter } from "./presenter.ts";
import { SoundPlayer } from "./sound-player.ts";
import { readSounds } from "./sounds.ts";
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
  private mirror: Mirror = emptyMirror(new Date().toISOString());
  private identity: Identity;
  private attention: Attention;
  private readonly silenced = new Set<string>();
  private readonly whys = new Map<string, string>();
  private readonly statePages = new Set<WebContents>();
  private readonly startedAt = new Date().toISOString();
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
    this.identity = identify(flags.person, preferences.get("person"), null);
    this.pause = new Pause(preferences, refresh);
    this.link = new ClientLink(
      { onMessage: (message) => this.hear(message), onMisunderstanding: (text) => this.engine.doubtIt(text) },
      { person: this.identity.person, available: this.pause.until === null },
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
      mirror: () => this.shownMirror(),
      request: (message) => this.link.request(message),
    });
    const broken = (): void => this.notify("Its window does not come up.");
    this.alertWindow = new AlertWindow(places.preload, {
      onLost: () => this.presenter.lost(),
      onBroken: broken,
    });
    this.presenter = new Presenter({
      windowVisible: () => this.alertWindow.visible,
      answer: (actionId, shown) => this.link.presented(actionId, shown),
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
    this.power = new Power((event) => {
      this.engine.tellPower(event);
      this.pause.look();
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
      attention: () => this.attention,
      request: (message) => this.link.request(message),
      showConsole: (alertId) => this.consoleWindow.show(alertId),
      showAlerts: () => this.showAlerts(),
      silence: () => this.silence(),
      refresh,
      quit,
    });
    this.attention = this.attentionNow();
  }

  start(): void {
    nativeTheme.themeSource = this.preferences.get("theme");
    serveIpc({
      onPageMessage: (page, message) => this.hub.receive(page, message),
      onRequest: (page, request) => this.answer(page, request),
      onSoundReport: (page, report) => this.sound.owns(page.id) && this.sound.receive(report),
    });
    this.pause.look();
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
    const { team, data, host, port } = this.flags;
    const person = this.flags.person ?? (this.trustsPreference ? this.preferences.get("person") : null);
    return { ...(team === null ? {} : { team }), data, host, port, person, pages };
  }

  /** Every message of the engine comes by here. */
  private hear(message: EngineMessage): void {
    this.mirror = reflect(this.mirror, message);
    if (message.type === "welcome") this.engine.believe();
    if (message.type === "present") {
      this.whys.set(message.alertId, message.why);
      this.silenced.delete(message.alertId);
      this.schedule(true);
      this.presenter.present(message);
      if (this.unreliableWindows) this.notify(message.why);
      return;
    }
    this.schedule(false);
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
    this.identity = identify(this.flags.person, this.preferences.get("person"), this.mirror.team);
    const { person } = this.identity;
    this.link.announce({ person, available: this.pause.until === null });
    this.attention = this.attentionNow();
    const { pending, shown, sound, tray } = this.attention;
    for (const id of this.silenced) if (!this.mirror.open.has(id)) this.silenced.delete(id);
    for (const id of this.whys.keys()) if (!this.mirror.open.has(id)) this.whys.delete(id);

    this.alertWindow.update(shown.length, attract);
    if (pending.length === 0) this.notifications.close("pending");
    this.sound.play(sound);
    this.trustWatch.update(tray !== "not-trusted");
    this.power.keepAwake(
      [...this.mirror.open.values()].some((alert) => alert.nextEscalationAt !== undefined),
    );
    this.tray.update({
      attention: this.attention,
      person,
      problem: this.shownMirror().health.problems[0]?.text ?? null,
      pausedUntil: this.pause.until,
      sounding: this.sound.sounding,
      autostart: this.autostart.status(),
    });
    const state = this.state();
    for (const page of this.statePages) page.send(channelNames.desktopState, state);
    this.tellHealth();
  }

  /** The pages hear of health from here only: it is the engine's and main's together. */
  private tellHealth(): void {
    const { health } = this.shownMirror();
    const told = JSON.stringify(health);
    if (told === this.toldHealth) return;
    this.toldHealth = told;
    this.hub.broadcast({ type: "health", health });
  }

  private attentionNow(): Attention {
    const { open, health } = this.shownMirror();
    return attentionOf({
      open,
      health,
      person: this.identity.person,
      paused: this.pause.until !== null,
      silenced: this.silenced,
    });
  }

  /** The mirror under main's own judgement of the engine. */
  private shownMirror(): Mirror {
    return {
      ...this.mirror,
      health: healthOf(this.mirror, this.engine.doubt, this.identity, this.startedAt),
    };
  }

  private state(): DesktopState {
    return {
      person: this.identity.person,
      personFrom: this.identity.from,
      dataDir: this.flags.data,
      pausedUntil: this.pause.until,
      sounding: this.sound.sounding,
      silenced: this.attention.sound === null && this.attention.shown.length > 0,
      soundProblem: this.sound.problem,
      theme: this.preferences.get("theme"),
      volumes: this.preferences.get("volumes"),
      autostart: this.autostart.status(),
      pending: this.attention.shown.map((alert) => alert.id),
      whys: Object.fromEntries(this.whys),
    };
  }

  private answer(page: WebContents, request: DesktopRequest): DesktopReply | Promise<DesktopReply> {
    switch (request.type) {
      case "state":
        if (!this.statePages.has(page)) {
          this.statePages.add(page);
          page.once("destroyed", () => this.statePages.delete(page));
        }
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

  private silence(): void {
    for (const alert of this.attention.pending) this.silenced.add(alert.id);
    this.refresh();
  }

  private showAlerts(): void {
    if (this.alertWindow.visible) this.alertWindow.focus();
    else this.consoleWindow.show(null);
  }

  private notify(why: string): void {
    const { pending } = this.attention;
    const [first] = pending;
    if (first === undefined) return;
    const more = pending.length > 1 ? ` and ${pending.length - 1} more` : "";
    this.notifications.show({
      key: "pending",
      title: `${first.severity.toUpperCase()}: ${first.title}${more}`,
      body: why,
    });
  }

  private speakOfDistrust(): void {
    const text = this.shownMirror().health.problems[0]?.text ?? "The engine is not ready.";
    this.notifications.show({ key: "trust", title: "Tocsin is not to be trusted now", body: text });
    this.sound.test("link-lost");
  }
}
