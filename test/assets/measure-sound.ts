// Measures what a WAV file really holds: pulses from its envelope, harmonics by Goertzel's filter.

export interface Sound {
  readonly sampleRate: number;
  /** Between -1 and 1. */
  readonly samples: Float64Array;
}

export interface Pulse {
  /** Between the points where the envelope passes half of the sound's strength. */
  readonly startMs: number;
  readonly lengthMs: number;
  /** From a tenth to nine tenths of the strength, and back. */
  readonly riseMs: number;
  readonly fallMs: number;
}

/** Throws when it is not 16-bit PCM of one channel. */
export function readWave(file: Buffer): Sound {
  const format = [
    file.toString("latin1", 0, 4),
    file.toString("latin1", 8, 16),
    file.toString("latin1", 36, 40),
  ];
  if (format.join() !== "RIFF,WAVEfmt ,data") throw new Error(`not a plain WAV: ${format.join()}`);
  const [kind, channels, bits] = [file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt16LE(34)];
  if (kind !== 1 || channels !== 1 || bits !== 16)
    throw new Error(`PCM ${kind}, ${channels} channels, ${bits} bits`);
  if (file.readUInt32LE(4) !== file.length - 8 || file.readUInt32LE(40) !== file.length - 44)
    throw new Error("length");
  const samples = Float64Array.from(
    { length: (file.length - 44) / 2 },
    (_, index) => file.readInt16LE(44 + index * 2) / 32768,
  );
  return { sampleRate: file.readUInt32LE(24), samples };
}

const WINDOW_MS = 14;

/** The pulses in order of time. */
export function pulsesOf(sound: Sound): Pulse[] {
  const envelope = envelopeOf(sound);
  const strength = Math.max(...envelope); // one value a millisecond
  const pulses: Pulse[] = [];
  for (let at = 0; at < envelope.length; at += 1) {
    if (envelope[at]! < strength / 2) continue;
    const startMs = at;
    while (envelope[at]! >= strength / 2) at += 1;
    const own = Math.max(...envelope.slice(startMs, at));
    const reach = (from: number, step: number, share: number): number => {
      let ms = from;
      while (envelope[ms]! > 0 && (share > 0.5 ? envelope[ms]! < own * share : envelope[ms]! > own * share))
        ms += step;
      return ms;
    };
    pulses.push({
      startMs,
      lengthMs: at - startMs,
      riseMs: reach(startMs, 1, 0.9) - reach(startMs, -1, 0.1),
      fallMs: reach(at - 1, 1, 0.1) - reach(at - 1, -1, 0.9),
    });
  }
  return pulses;
}

/** The strength around each millisecond: a root mean square whose window fades at its ends, or a low tone's own period would ripple in it. */
function envelopeOf({ sampleRate, samples }: Sound): number[] {
  const perMs = sampleRate / 1000;
  const half = (WINDOW_MS / 2) * perMs;
  const weights = Float64Array.from(
    { length: half * 2 },
    (_, index) => 1 - Math.cos((Math.PI * index) / half),
  );
  return Array.from({ length: Math.floor(samples.length / perMs) }, (_, ms) => {
    const sum = weights.reduce((total, weight, index) => {
      const value = samples[ms * perMs - half + index] ?? 0;
      return total + weight * value * value;
    }, 0);
    return Math.sqrt(sum / (half * 2));
  });
}

export function rootMeanSquare(samples: Float64Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}

/** The amplitude at one frequency within the pulse's steady middle. */
export function amplitudeAt(
  frequencyHz: number,
  { sampleRate, samples }: Sound,
  { startMs, lengthMs }: Pulse,
): number {
  const from = Math.round(((startMs + lengthMs * 0.15) * sampleRate) / 1000);
  const length = Math.round((lengthMs * 0.7 * sampleRate) / 1000);
  const turn = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRate);
  let [last, before] = [0, 0];
  for (let index = 0; index < length; index += 1) {
    const window = 1 - Math.cos((2 * Math.PI * index) / length); // Hann, of mean 1
    [last, before] = [samples[from + index]! * window + turn * last - before, last];
  }
  return (2 / length) * Math.sqrt(last * last + before * before - turn * last * before);
}

export function decibels(ratio: number): number {
  return 20 * Math.log10(ratio);
}
