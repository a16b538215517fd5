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

/** Made for the first sound: a context keeps the sound hardware, and this page, awake from its beginning. */
let madeContext: AudioContext | null = null;
const contextOf = (): AudioContext => (madeContext ??= new AudioContext());
let looping: {
  readonly order: Play;
  readonly source: AudioBufferSourceNode;
  readonly stopListening: () => void;
} | null = null;
let wanted: Play | null = null;
/** Sounds that are being loaded or played. */
let underWay = 0;

async function begin(order: Play): Promise<void> {
  if (order.loop) wanted = order;
  underWay += 1;
  try {
    const context = contextOf();
    await context.resume();
    const burst = await context.decodeAudioData(await (await fetch(order.file)).arrayBuffer());
    // Overtaken while it was being loaded.
    if (order.loop && wanted !== order) return over();
    if (order.loop) stop();
    if (order.loop) wanted = order;
    start(order, order.loop ? withGap(burst, order.gapMs) : burst);
  } catch (error) {
    over();
    bridge?.reportSound({
      type: "failed",
      orderId: order.orderId,
      text: `The sound cannot be played: ${String(error)}`.slice(0, 1000),
    });
  }
}

function start(order: Play, buffer: AudioBuffer): void {
  const context = contextOf();
  const source = new AudioBufferSourceNode(context, { buffer, loop: order.loop });
  const gain = new GainNode(context, { gain: order.startVolume });
  const ear = new AnalyserNode(context, { fftSize: 8192 });
  const now = context.currentTime;
  gain.gain.setValueAtTime(order.startVolume, now);
  gain.gain.linearRampToValueAtTime(order.fullVolume, now + order.riseMs / 1000);
  source.connect(gain).connect(ear).connect(context.destination);
  source.start();
  const stopListening = listen(ear, order.orderId);
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

/** Reports the first sample that is heard. Silence between bursts is part of the sound, so it is not reported. */
function listen(ear: AnalyserNode, orderId: number): () => void {
  const samples = new Float32Array(ear.fftSize);
  const timer = setInterval(() => {
    ear.getFloatTimeDomainData(samples);
    if (!samples.some((sample) => Math.abs(sample) > audible)) return;
    clearInterval(timer);
    bridge?.reportSound({ type: "sounding", orderId, sounding: true });
  }, listenEveryMs);
  return () => {
    clearInterval(timer);
    bridge?.reportSound({ type: "sounding", orderId, sounding: false });
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
