// What each sound is: its pulses, pitches, colour and how long the player rests before the
// next burst. Called by make.mjs. Rhythm tells the severities apart (10, 3, 2, 1 pulses), then
// pitch: alarms rise or stay, "not to be trusted" falls.
//
// Timing, harmonics and gaps follow IEC 60601-1-8 (high, medium and low priority) as a
// vocabulary that ears know, not as a claim of conformity. Never write T-3 (three times half a
// second on and off, then 1.5 s: "evacuate") or T-4 (four of 0.1 s, then 5 s: carbon monoxide).

/** Times in milliseconds, between the points where a pulse passes half of its strength. */
export const PATTERNS = {
  critical: {
    priority: "high",
    gapMs: 2500,
    pulses: highBurst({ lengthMs: 140, spacingMs: 90, pauseMs: 600, lowHz: 587.33, highHz: 783.99 }),
    tone: { harmonics: [1, 0.9, 0.75, 0.6, 0.45], riseMs: 36, fallMs: 44, peak: 0.8 },
  },
  error: {
    priority: "medium",
    gapMs: 5000,
    pulses: evenPulses({ lengthMs: 160, spacingMs: 140, frequenciesHz: [523.25, 523.25, 622.25] }),
    tone: { harmonics: [1, 0.8, 0.65, 0.5, 0.4, 0.3], riseMs: 50, fallMs: 70, peak: 0.64 },
  },
  warning: {
    priority: "low",
    gapMs: 20000,
    pulses: evenPulses({ lengthMs: 220, spacingMs: 220, frequenciesHz: [440, 440] }),
    tone: { harmonics: [1, 0.6, 0.45, 0.35, 0.25], riseMs: 70, fallMs: 130, peak: 0.48 },
  },
  info: {
    priority: "low",
    gapMs: null,
    pulses: evenPulses({ lengthMs: 240, spacingMs: 0, frequenciesHz: [392] }),
    tone: { harmonics: [1, 0.5, 0.36, 0.28, 0.23], riseMs: 80, fallMs: 240, peak: 0.32 },
  },
  "link-lost": {
    priority: "medium",
    gapMs: 10000,
    pulses: evenPulses({ lengthMs: 240, spacingMs: 180, frequenciesHz: [622.25, 440, 311.13] }),
    tone: { harmonics: [1, 0.8, 0.62, 0.5, 0.4, 0.3], riseMs: 60, fallMs: 150, peak: 0.64 },
  },
  acknowledged: {
    priority: "none",
    gapMs: null,
    pulses: evenPulses({ lengthMs: 90, spacingMs: 50, frequenciesHz: [440, 659.26] }),
    tone: { harmonics: [1, 0.45, 0.32, 0.26, 0.22], riseMs: 36, fallMs: 50, peak: 0.26 },
  },
};

/** 3 + 2 pulses, twice. The hole between the three and the two is as long as one pulse left out. */
function highBurst({ lengthMs, spacingMs, pauseMs, lowHz, highHz }) {
  const pulses = [];
  let startMs = 0;
  for (let half = 0; half < 2; half += 1) {
    for (let index = 0; index < 5; index += 1) {
      pulses.push({ startMs, lengthMs, frequencyHz: index < 3 ? lowHz : highHz });
      startMs += lengthMs + (index === 2 ? 2 * spacingMs + lengthMs : spacingMs);
    }
    startMs += pauseMs - spacingMs;
  }
  return pulses;
}

function evenPulses({ lengthMs, spacingMs, frequenciesHz }) {
  return frequenciesHz.map((frequencyHz, index) => ({
    startMs: index * (lengthMs + spacingMs),
    lengthMs,
    frequencyHz,
  }));
}
