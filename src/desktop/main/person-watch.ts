/**
 * Whether somebody is at this machine, and how far its alerts have come with them: joins what Electron tells of the
 * person, what is shown and heard, and the engine that is told. Built by `application.ts`.
 */
import { powerMonitor } from "electron";
import type { Attention } from "./attention.ts";
import { AttentionLadder } from "./attention-ladder.ts";
import type { ClientLink } from "./client-link.ts";
import { lookAround } from "./look-around.ts";
import { IdleMeter } from "./idle-meter.ts";
import type { PowerEvent } from "./power.ts";
import type { PreferenceStore } from "./preferences.ts";
import { PresenceWatch } from "./presence-watch.ts";
import type { Present } from "./presenter.ts";
import type { SoundPlayer } from "./sound-player.ts";

export class PersonWatch {
  private readonly ladder: AttentionLadder;
  private readonly presence: PresenceWatch;
  private readonly idle = new IdleMeter({
    systemIdleSeconds: () => powerMonitor.getSystemIdleTime(),
    now: () => performance.now(),
  });

  constructor(
    link: ClientLink,
    private readonly preferences: PreferenceStore,
    private readonly sound: SoundPlayer,
    onChange: () => void,
  ) {
    this.ladder = new AttentionLadder((actionId, rung) => link.attention(actionId, rung));
    this.presence = new PresenceWatch({
      idleSeconds: () => this.idle.seconds(),
      // The threshold is of no matter here: locked comes before idle.
      isLocked: () => powerMonitor.getSystemIdleState(1) === "locked",
      lookAround: () => lookAround(process.platform, process.env),
      idleAfterMinutes: () => preferences.get("idleAfterMinutes"),
      tell: (presence) => link.tellPresence(presence),
      onInput: (time) => this.ladder.inputAt(time),
      onChange,
      now: () => performance.now(),
    });
  }

  start(): void {
    this.presence.start();
  }

  /** The engine wants this shown. */
  asked(notice: Present): void {
    this.ladder.asked(notice);
    this.presence.alertCame();
  }

  /** The window has drawn it, or has failed to. */
  settled(actionId: string): void {
    this.ladder.settled(actionId, performance.now());
  }

  /** Somebody used the app itself. */
  touched(): void {
    this.idle.touched();
    this.ladder.inputAt(performance.now());
  }

  /** What is shown and heard now, and whether the machine is kept awake for it. */
  update({ shown, sound }: Attention, keptAwake: boolean): void {
    // A sound does so, too. Elsewhere nobody counts anew when it ends.
    if (process.platform === "linux") this.idle.keepsAwake(keptAwake || this.sound.sounding);
    this.ladder.keepOnly(new Set(shown.map(({ id }) => id)));
    this.ladder.soundIs(this.sound.audible && this.presence.canBeHeard);
    this.presence.update({
      shown: shown.length > 0,
      waiting: this.ladder.waiting,
      volumes: this.preferences.get("volumes"),
      severity: sound,
      soundProblem: this.sound.problem,
    });
  }

  power(event: PowerEvent): void {
    switch (event) {
      case "lock-screen":
        return this.presence.lockChanged(true);
      case "unlock-screen":
        this.touched();
        return this.presence.lockChanged(false);
      case "resume":
        return this.presence.woke();
      // The engine hands over by itself; nobody here has the time to say more.
      case "suspend":
        return;
    }
  }

  stop(): void {
    this.presence.stop();
  }
}
