/** The sound page when the sound hardware goes away under a loop, with Web Audio as far as the page uses it. Virtual time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SoundOrder, SoundReport } from "../../src/desktop/contract.ts";

let reports: SoundReport[];
let order: (order: SoundOrder) => void;
let audio: FakeContext;
let outputs: { kind: string }[];

class FakeContext extends EventTarget {
  state = "suspended";
  currentTime = 0;
  readonly destination = {};
  /** The hardware is there; what is played is heard. */
  works = true;
  sample = 0.1;
  private readonly ticking = setInterval(() => {
    if (this.state === "running" && this.works) this.currentTime += 0.01;
  }, 10);

  resume(): Promise<void> {
    if (!this.works) return new Promise(() => undefined);
    this.become("running");
    return Promise.resolve();
  }

  suspend(): Promise<void> {
    this.become("suspended");
    return Promise.resolve();
  }

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }

  decodeAudioData = async () => new FakeBuffer({ length: 500, sampleRate: 1000 });
  end = (): void => clearInterval(this.ticking);
}

class FakeBuffer {
  readonly numberOfChannels = 1;
  readonly length: number;
  readonly sampleRate: number;

  constructor(options: { length: number; sampleRate: number }) {
    this.length = options.length;
    this.sampleRate = options.sampleRate;
  }

  get duration(): number {
    return this.length / this.sampleRate;
  }

  getChannelData = () => new Float32Array(this.length);
  copyToChannel = (): void => undefined;
}

class FakeNode extends EventTarget {
  readonly gain = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined };
  readonly fftSize = 16;

  constructor(readonly context: FakeContext) {
    super();
  }

  connect = (next: unknown) => next;
  start = (): void => undefined;
  stop = (): boolean => this.dispatchEvent(new Event("ended"));
  getFloatTimeDomainData = (samples: Float32Array) => samples.fill(this.context.sample);
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  reports = [];
  audio = new FakeContext();
  vi.stubGlobal("AudioContext", function makeContext() {
    return audio;
  });
  vi.stubGlobal("AudioBuffer", FakeBuffer);
  for (const name of ["AudioBufferSourceNode", "GainNode", "AnalyserNode"]) vi.stubGlobal(name, FakeNode);
  outputs = [{ kind: "audiooutput" }];
  vi.stubGlobal("navigator", { mediaDevices: { enumerateDevices: async () => outputs } });
  vi.stubGlobal("fetch", async () => new Response());
  vi.stubGlobal("tocsin", {
    reportSound: (report: SoundReport) => reports.push(report),
    onSoundOrder: (listener: typeof order) => (order = listener),
  });
  // By a name that the compiler does not follow: pages have types of their own.
  const page = "../../src/desktop/renderer/sound/main.ts";
  await import(page);
});
afterEach(() => {
  audio.end();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const play = { type: "play", orderId: 7, file: "x", startVolume: 1, fullVolume: 1, riseMs: 0 } as const;
const sounding = { type: "sounding", orderId: 7, sounding: true };
const silent = { ...sounding, sounding: false };
const failed = { type: "failed", orderId: 7, text: expect.stringContaining("hardware is gone") };

async function loop(): Promise<void> {
  order({ ...play, gapMs: 2500, loop: true });
  await vi.advanceTimersByTimeAsync(500);
  expect(reports.splice(0)).toEqual([{ type: "ready" }, sounding]);
}

test("a loop is taken up again at once when the sound server was started again", async () => {
  await loop();
  audio.become("suspended");
  expect(audio.state).toBe("running");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reports).toEqual([]);
});

test("a loop that was taken up with nowhere to go has failed within a second", async () => {
  await loop();
  outputs = [{ kind: "audioinput" }];
  audio.become("suspended");
  await vi.advanceTimersByTimeAsync(1000);
  expect(reports).toEqual([failed]);
});

test.each([true, false])("without any output nothing is called sounding (loop: %s)", async (isLoop) => {
  outputs = [];
  order({ ...play, gapMs: 0, loop: isLoop });
  await vi.advanceTimersByTimeAsync(5000);
  expect(reports).toEqual([
    { type: "ready" },
    { type: "failed", orderId: 7, text: expect.stringContaining("no sound output") },
  ]);
});

test.each(["statechange", "error"])(
  "a loop that cannot be taken up has failed within a second (%s)",
  async (event) => {
    await loop();
    audio.works = false;
    audio.state = "suspended";
    audio.dispatchEvent(new Event(event));
    await vi.advanceTimersByTimeAsync(1000);
    expect(reports).toEqual([failed]);
  },
);

test("a loop that was stopped meanwhile has not failed, and nothing is taken up for it", async () => {
  await loop();
  audio.works = false;
  audio.become("suspended");
  order({ type: "stop" });
  await vi.advanceTimersByTimeAsync(5000);
  expect([reports, audio.state]).toEqual([[silent], "suspended"]);
});

test("silence between bursts goes unmentioned; a burst that does not come is told, and so is the next that does", async () => {
  await loop();
  audio.sample = 0;
  await vi.advanceTimersByTimeAsync(4900);
  expect(reports).toEqual([]);
  await vi.advanceTimersByTimeAsync(500);
  expect(reports).toEqual([silent]);
  audio.sample = 0.1;
  await vi.advanceTimersByTimeAsync(200);
  expect(reports).toEqual([silent, sounding]);
});

test("hardware that stands still in the middle of a burst is no sound", async () => {
  await loop();
  audio.works = false;
  await vi.advanceTimersByTimeAsync(6000);
  expect(reports).toEqual([silent]);
});
