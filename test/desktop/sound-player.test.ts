/** What main does when the sound page fails, with windows that only note what becomes of them. Virtual time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MockInstance } from "vitest";
import type { SoundOrder } from "../../src/desktop/contract.ts";
import { SoundPlayer } from "../../src/desktop/main/sound-player.ts";
import { readSounds } from "../../src/desktop/main/sounds.ts";

interface FakeWindow {
  readonly orders: SoundOrder[];
  destroyed: boolean;
  crash(): void;
  /** Its page cannot be loaded. */
  refuse(): void;
}

const windows = vi.hoisted((): FakeWindow[] => []);
const systemPlayer = vi.hoisted(() => ({ playing: [] as string[] }));

vi.mock("electron", () => ({
  app: {
    getAppMetrics: () => [{ pid: 4_194_305, serviceName: "audio.mojom.AudioService" }, { pid: 4_194_306 }],
  },
  dialog: {},
  nativeTheme: {},
  protocol: {},
  shell: {},
  BrowserWindow: class implements FakeWindow {
    readonly orders: SoundOrder[] = [];
    destroyed = false;
    crash = (): void => undefined;
    refuse = (): void => undefined;

    constructor() {
      windows.push(this);
    }

    // As Electron's: nothing of a window can be touched once it is destroyed.
    get webContents() {
      if (this.destroyed) throw new TypeError("Object has been destroyed");
      return {
        id: windows.indexOf(this) + 1,
        on: (_event: string, listener: () => void) => (this.crash = listener),
        send: (_channel: string, order: SoundOrder) => this.orders.push(order),
      };
    }

    loadURL() {
      return new Promise((_resolve, reject) => (this.refuse = () => reject(new Error("ERR_FAILED"))));
    }

    destroy() {
      this.destroyed = true;
    }
  },
}));
vi.mock("../../src/desktop/main/system-player.ts", () => ({
  startSystemPlayer: (_folder: string, { file }: { file: string }) => {
    systemPlayer.playing.push(file);
    return () => systemPlayer.playing.splice(0);
  },
}));

const sounds = readSounds("assets/sounds");
let player: SoundPlayer;
let kill: MockInstance<typeof process.kill>;

beforeEach(() => {
  vi.useFakeTimers();
  kill = vi.spyOn(process, "kill").mockReturnValue(true);
  windows.length = 0;
  systemPlayer.playing.length = 0;
  const volumes = () => ({ critical: 100, error: 85, warning: 60, info: 40 });
  player = new SoundPlayer("preload", "assets/sounds", sounds, volumes, () => undefined);
  player.open();
});
afterEach(() => {
  player.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const alive = () => windows.filter(({ destroyed }) => !destroyed).length;
const plays = () =>
  windows
    .at(-1)!
    .orders.filter((order): order is Extract<SoundOrder, { type: "play" }> => order.type === "play");
const report = (sounding: boolean) =>
  player.receive({ type: "sounding", orderId: plays().at(-1)!.orderId, sounding });

/** Lets the page come up and this sound be heard. */
function hear(name: "critical" | "info"): void {
  player.receive({ type: "ready" });
  player.play(name);
  report(true);
}

test("between a dead page and the next one everything can be asked for, and the next one plays it", async () => {
  hear("critical");
  windows[0]!.crash();
  expect([player.sounding, alive()]).toEqual([false, 0]);
  player.play("error");
  expect([player.test("info"), player.owns(1)]).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(1000);
  player.receive({ type: "ready" });
  expect(plays().map(({ file }) => file)).toEqual([expect.stringContaining("error")]);
  report(true);
  expect([player.audible, player.problem]).toEqual([true, null]);
});

test("a failure that is told in two ways counts once, and leaves one page", async () => {
  player.play("critical");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(player.problem).toContain("It is being restarted.");
  windows[0]!.refuse();
  windows[0]!.crash();
  await vi.advanceTimersByTimeAsync(1000);
  expect([windows.length, alive(), systemPlayer.playing]).toEqual([2, 1, []]);
});

test("a page that loads slowly is not yet mute; one that is up has to be heard within 4 s", async () => {
  player.play("critical");
  await vi.advanceTimersByTimeAsync(9000);
  player.receive({ type: "ready" });
  await vi.advanceTimersByTimeAsync(3900);
  expect(alive()).toBe(1);
  await vi.advanceTimersByTimeAsync(200);
  expect([alive(), player.problem]).toEqual([0, expect.stringContaining("No sound came out")]);
});

test("when a new page does not help, the system's player plays what is wanted now", async () => {
  player.play("critical");
  for (const wait of [4100, 600, 4100]) {
    if (alive() > 0) player.receive({ type: "ready" });
    await vi.advanceTimersByTimeAsync(wait);
  }
  expect(systemPlayer.playing).toEqual(["critical.wav"]);
  player.play("error");
  expect(systemPlayer.playing).toEqual(["error.wav"]);
  player.play(null);
  expect(systemPlayer.playing).toEqual([]);
});

test("a loop that has fallen silent is not called sounding, and gets a new page unless it comes back", async () => {
  hear("critical");
  report(false);
  expect(player.sounding).toBe(false);
  await vi.advanceTimersByTimeAsync(3000);
  report(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([windows.length, player.sounding]).toEqual([1, true]);
  report(false);
  await vi.advanceTimersByTimeAsync(5000);
  expect([windows.length, alive()]).toEqual([2, 1]);
});

test("a sound that is played once is played again for the next alert, and not for a mere refresh", () => {
  hear("info");
  player.play("info", true);
  expect(plays()).toHaveLength(1);
  report(false);
  player.play("info");
  expect(plays()).toHaveLength(1);
  player.play("info", true);
  player.play("info", true);
  expect(plays()).toHaveLength(2);
});

test("a loop is not begun anew by the next alert", () => {
  hear("critical");
  player.play("critical", true);
  expect(plays()).toHaveLength(1);
});

test("each failure ends Chromium's audio service and nothing else, since a new page would inherit its silence", () => {
  hear("critical");
  expect(kill).not.toHaveBeenCalled();
  player.receive({ type: "failed", orderId: plays()[0]!.orderId, text: "No output." });
  expect(kill.mock.calls).toEqual([[4_194_305, "SIGKILL"]]);
});

test("a sound that is tried out in vain is as good a reason for a new page, but not while another one plays", async () => {
  player.receive({ type: "ready" });
  player.test("error");
  player.receive({ type: "failed", orderId: plays()[0]!.orderId, text: "No output." });
  await vi.advanceTimersByTimeAsync(1000);
  expect(windows).toHaveLength(2);
  hear("critical");
  player.test("error");
  player.receive({ type: "failed", orderId: plays()[1]!.orderId, text: "No output." });
  expect(player.sounding).toBe(true);
});
