// Turns a pattern into samples: 48 kHz, one channel. Called by make.mjs. Sines come from a
// polynomial of our own, since Math.sin may differ in its last bit from one engine to another.

export const SAMPLE_RATE = 48_000;
/** Silence before the first pulse's half-strength point: it holds the soft attack, and slow audio devices wake in it. */
const LEAD_MS = 100;
const TAIL_MS = 250;

/** Samples between -1 and 1; the loudest one has the pattern's `peak`. */
export function rendered({ pulses, tone }) {
  const last = pulses.at(-1);
  const samples = new Float64Array(sampleAt(LEAD_MS + last.startMs + last.lengthMs + TAIL_MS));
  for (const pulse of pulses) addPulse(samples, pulse, tone);
  const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return samples.map((value) => (value / loudest) * tone.peak);
}

/** Where a pulse that starts at `startMs` of its pattern reaches half strength in the file, in milliseconds. */
export function inFileMs(startMs) {
  return LEAD_MS + startMs;
}

function addPulse(samples, { startMs, lengthMs, frequencyHz }, { harmonics, riseMs, fallMs }) {
  const from = inFileMs(startMs) - riseMs / 2;
  const until = inFileMs(startMs) + lengthMs + fallMs / 2;
  for (let at = sampleAt(from); at < sampleAt(until); at += 1) {
    const atMs = (at * 1000) / SAMPLE_RATE;
    const strength = eased((atMs - from) / riseMs) * eased((until - atMs) / fallMs);
    const turns = ((atMs - from) / 1000) * frequencyHz;
    let sum = 0;
    harmonics.forEach((amplitude, index) => {
      // Schroeder phases: they spread the harmonics' crests, so the same peak carries more sound.
      const phase = (index * (index + 1)) / (2 * harmonics.length);
      sum += amplitude * sineOfTurns(turns * (index + 1) - phase);
    });
    samples[at] += strength * sum;
  }
}

/** A raised cosine from 0 to 1: its slope starts and ends at nothing, so no edge clicks. */
function eased(part) {
  if (part <= 0) return 0;
  if (part >= 1) return 1;
  return (1 + sineOfTurns(part / 2 - 0.25)) / 2;
}

/** The sine of 2π × turns: folded into a quarter turn, then its Taylor series; wrong by less than 1e-9. */
function sineOfTurns(turns) {
  let folded = turns - Math.round(turns);
  if (folded > 0.25) folded = 0.5 - folded;
  if (folded < -0.25) folded = -0.5 - folded;
  const angle = folded * 6.283185307179586;
  const square = angle * angle;
  let term = angle;
  let sum = angle;
  for (let power = 3; power <= 15; power += 2) {
    term *= -square / (power * (power - 1));
    sum += term;
  }
  return sum;
}

function sampleAt(ms) {
  return Math.round((ms * SAMPLE_RATE) / 1000);
}
