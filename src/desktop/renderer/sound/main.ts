/**
 * The sound page: plays what main orders and reports what really comes out. Hidden; never sees an alert's text.
 *
 * A loop is one buffer (burst, then gap) that the audio hardware's clock repeats, so no timer of a hidden page can stretch it.
 */
import type { SoundOrder } from "../../contract.ts";
import { bridge } from "../shared/bridge.ts";

type Play = Extract<SoundOrder, { type: "play" }>;

/** Below this the samples count as silence (−60 dB of full scale). */
const audible = 0.001;
const listenEveryMs = 100;
/** Longer than a look that comes late: what is heard in between is in the samples all the same. */
const earSize = 32_768;
/** No burst for so long after one was due: nothing comes out any more. */
const silentAfterMs = 2000;
/** A context that can be taken up again runs by then. */
const runsWithinMs = 1000;

/** Made for the first sound: a context keeps the sound hardware, and this page, awake from its beginning. */
let madeContext: AudioContext | null = null;
const contextOf = (): AudioContext => (madeContext ??= makeContext());
let looping: {
  readonly order: Play;
  readonly source: AudioBufferSourceNode;
  readonly stopListening: () => void;
} | null = null;
let wanted: Play | null = null;
/** Sounds that are being loaded or played. */
let underWay = 0;

/** Without any, Web Audio plays to nobody and does not say so. */
async function hasOutput(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some(({ kind }) => kind === "audiooutput");
}

/** The sound server may end under a loop. The context is taken up again; if that fails, main makes a new page. */
function makeContext(): AudioContext {
  const context = new AudioContext();
  const runs = (): boolean => context.state === "running";
  let reviving = false;
  const revive = async (): Promise<void> => {
    if (looping === null || reviving || runs()) return;
    const { order } = looping;
    reviving = true;
    // Stays pending while there is no sound server.
    context.resume().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, runsWithinMs));
    reviving = false;
    const works = runs() && (await hasOutput());
    if (wanted === order && !works) fail(order, "the sound hardware is gone");
  };
  context.addEventListener("statechange", () => void revive());
  context.addEventListener("error", () => void revive());
  return context;
}

async function begin(order: Play): Promise<void> {
  if (order.loop) wanted = order;
  underWay += 1;
  try {
    const context = contextOf();
    await context.resume();
    if (!(await hasOutput())) throw new Error("there is no sound output");
    const burst = await context.decodeAudioData(await (await fetch(order.file)).arrayBuffer());
    // Overtaken while it was being loaded.
    if (order.loop && wanted !== order) return over();
    if (order.loop) stop();
    if (order.loop) wanted = order;
    start(order, order.loop ? withGap(burst, order.gapMs) : burst);
  } catch (error) {
    over();
    fail(order, error instanceof Error ? error.message : String(error));
  }
}

function fail({ orderId }: Play, why: string): void {
  const text = `The sound cannot be played (${why.slice(0, 900)}).`;
  bridge?.reportSound({ type: "failed", orderId, text });
}

function start(order: Play, buffer: AudioBuffer): void {
  const context = contextOf();
  const source = new AudioBufferSourceNode(context, { buffer, loop: order.loop });
  const gain = new GainNode(context, { gain: order.startVolume });
  const ear = new AnalyserNode(context, { fftSize: earSize });
  const now = context.currentTime;
  gain.gain.setValueAtTime(order.startVolume, now);
  gain.gain.linearRampToValueAtTime(order.fullVolume, now + order.riseMs / 1000);
  source.connect(gain).connect(ear).connect(context.destination);
  source.start();
  const stopListening = listen(ear, order.orderId, order.loop ? buffer.duration * 1000 : Infinity);
  if (order.loop) looping = { order, source, stopListening };
  source.addEventListener("ended", () => {
    if (!order.loop) stopListening();
    over();
  });
}

/** A running context keeps the sound hardware awake; one that is suspended while the next sound is loaded keeps it silent. */
function over(): void {
  underWay -= 1;
  if (underWay === 0) void madeContext?.suspend();
}

function stop(): void {
  wanted = null;
  looping?.source.stop();
  looping?.stopListening();
  looping = null;
}

/**
 * Reports the first sample that is heard, and when none is heard for longer than a period (burst and gap): the silence
 * between bursts is part of the sound.
 */
function listen(ear: AnalyserNode, orderId: number, periodMs: number): () => void {
  const samples = new Float32Array(ear.fftSize);
  let sounding = false;
  let playedS = 0;
  let silentMs = 0;
  const report = (heard: boolean): void => {
    sounding = heard;
    bridge?.reportSound({ type: "sounding", orderId, sounding });
  };
  const timer = setInterval(() => {
    // What stands still goes on showing the last samples.
    const moves = ear.context.currentTime > playedS;
    playedS = ear.context.currentTime;
    ear.getFloatTimeDomainData(samples);
    const heard = moves && samples.some((sample) => Math.abs(sample) > audible);
    silentMs = heard ? 0 : silentMs + listenEveryMs;
    if (heard && !sounding) report(true);
    else if (sounding && silentMs > periodMs + silentAfterMs) report(false);
  }, listenEveryMs);
  return () => {
    clearInterval(timer);
    report(false);
  };
}

function withGap(burst: AudioBuffer, gapMs: number): AudioBuffer {
  const gap = Math.round((gapMs / 1000) * burst.sampleRate);
  const whole = new AudioBuffer({
    length: burst.length + gap,
    numberOfChannels: burst.numberOfChannels,
    sampleRate: burst.sampleRate,
  });
  for (let channel = 0; channel < burst.numberOfChannels; channel++)
    whole.copyToChannel(burst.getChannelData(channel), channel);
  return whole;
}

bridge?.onSoundOrder((order) => {
  if (order.type === "stop") stop();
  else void begin(order);
});
bridge?.reportSound({ type: "ready" });
