/**
 * What the desktop app's own processes say to one another: main, the preload bridge and the pages. What the engine says
 * is another contract (`#wire/client-contract`); pages speak it too, through main as if it were the engine.
 *
 * Main checks every message with these schemas and the sender's address; the pages take only types from here.
 */
import { z } from "zod";
import { clientMessage } from "#wire/client-contract";
import type { ClientMessage, EngineMessage } from "#wire/client-contract";

/** The bridge that the preload puts on `window.tocsin`. In a plain browser it is not there. */
export interface TocsinBridge {
  /** Speaks the client contract; main answers as the engine would. */
  sendToEngine(message: ClientMessage): void;
  onEngineMessage(listener: (message: EngineMessage) => void): void;
  /** Asks main itself. Rejects only when the message is malformed. */
  request(request: DesktopRequest): Promise<DesktopReply>;
  onDesktopState(listener: (state: DesktopState) => void): void;
  /** The sound page only. */
  reportSound(report: SoundReport): void;
  onSoundOrder(listener: (order: SoundOrder) => void): void;
}

/** IPC channel names. */
export const channelNames = {
  toEngine: "tocsin:to-engine",
  fromEngine: "tocsin:from-engine",
  request: "tocsin:request",
  desktopState: "tocsin:desktop-state",
  soundOrder: "tocsin:sound-order",
  soundReport: "tocsin:sound-report",
} as const;

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const severity = z.enum(["critical", "error", "warning", "info"]);
/** Loudness, 0 (none) to 100. */
const volume = z.number().int().min(0).max(100);
export const volumes = z.strictObject({ critical: volume, error: volume, warning: volume, info: volume });
export type Volumes = z.infer<typeof volumes>;

export const desktopRequest = z.discriminatedUnion("type", [
  /** A page is up and wants the state, now and whenever it changes. */
  z.strictObject({ type: z.literal("state") }),
  /** The alert window has put these alerts on the screen. */
  z.strictObject({ type: z.literal("drawn"), alertIds: z.array(z.string()).max(20_000) }),
  /** How high the alert window's content is, in CSS pixels. */
  z.strictObject({ type: z.literal("content-height"), heightPx: z.number().min(1).max(10_000) }),
  z.strictObject({ type: z.literal("silence") }),
  z.strictObject({ type: z.literal("resume") }),
  z.strictObject({ type: z.literal("choose-person"), person: z.string().min(1).max(63) }),
  z.strictObject({ type: z.literal("set-theme"), theme: z.enum(themes) }),
  z.strictObject({ type: z.literal("set-volumes"), volumes }),
  z.strictObject({ type: z.literal("set-autostart"), enabled: z.boolean() }),
  /** Plays this severity's sound once, at its volume, whatever else is the matter. */
  z.strictObject({ type: z.literal("test-sound"), severity }),
  z.strictObject({ type: z.literal("open-console"), alertId: z.string().max(200).nullable() }),
  /** On a machine that is alone: becomes part of the team that this invite is from, and starts its engine again. */
  z.strictObject({ type: z.literal("join-team"), invite: z.string().min(1).max(4096) }),
  /** A link in an alert. Only http and https, and only after the person has seen the whole address and said yes. */
  z.strictObject({ type: z.literal("open-link"), href: z.string().max(4096) }),
]);
export type DesktopRequest = z.infer<typeof desktopRequest>;

/** `text` is a sentence for the person; when `ok` is false it says what to do. */
export interface DesktopReply {
  readonly ok: boolean;
  readonly text?: string;
  readonly state?: DesktopState;
}

/** All that main knows and the pages show, besides what the engine says. Times are ISO 8601 UTC. */
export interface DesktopState {
  /** Whose machine this is; null while nobody has been chosen. */
  readonly person: string | null;
  /** Where that comes from: `flag` and `team` (its record of this machine) cannot be changed in the settings. */
  readonly personFrom: "flag" | "team" | "preference" | "only-person" | "nowhere";
  /** Where the engine keeps its journal and its token. */
  readonly dataDir: string;
  /** Null: not paused. */
  readonly pausedUntil: string | null;
  /** A sound is really being played. */
  readonly sounding: boolean;
  /** Something would sound, had the person not silenced it. */
  readonly silenced: boolean;
  readonly soundProblem: string | null;
  readonly theme: Theme;
  readonly volumes: Volumes;
  readonly autostart: { readonly supported: boolean; readonly enabled: boolean; readonly text: string };
  /** The alerts addressed to this person and unacknowledged, first one to be looked at first. */
  readonly pending: readonly string[];
  /** Why this person was asked, by alert id. */
  readonly whys: Readonly<Record<string, string>>;
}

/** What main tells the sound page. */
export type SoundOrder =
  | {
      readonly type: "play";
      /** Repeated in the reports, so that an old one is not taken for a new one's. */
      readonly orderId: number;
      /** Address of the burst within the app. */
      readonly file: string;
      readonly gapMs: number;
      /** 0 to 1: where it begins, and where it is after `riseMs`. */
      readonly startVolume: number;
      readonly fullVolume: number;
      readonly riseMs: number;
      readonly loop: boolean;
    }
  | { readonly type: "stop" };

export const soundReport = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready") }),
  /** Samples above silence were heard behind the last gain stage (or, false, no longer). */
  z.strictObject({ type: z.literal("sounding"), orderId: z.number().int(), sounding: z.boolean() }),
  z.strictObject({ type: z.literal("failed"), orderId: z.number().int(), text: z.string().max(1000) }),
]);
export type SoundReport = z.infer<typeof soundReport>;

/** What a page may send to the engine. */
export const pageMessage = clientMessage;
