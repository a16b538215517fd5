// The sounds, measured from their samples: the vocabulary of IEC 60601-1-8, never T-3 or T-4.

import { describe, expect, test } from "vitest";
import { asset } from "./folder.ts";
import {
  amplitudeAt,
  decibels,
  type Pulse,
  pulsesOf,
  readWave,
  rootMeanSquare,
  type Sound,
} from "./measure-sound.ts";

interface Declared {
  file: string;
  priority: "high" | "medium" | "low" | "none";
  pulses: number;
  gapMs: number | null;
  durationMs: number;
  pattern: { startMs: number; lengthMs: number; frequencyHz: number }[];
}

const declared = JSON.parse(asset("sounds/sounds.json").toString("utf8")) as Record<string, Declared>;
const NAMES = ["critical", "error", "warning", "info", "link-lost", "acknowledged"] as const;
const measured = Object.fromEntries(
  NAMES.map((name) => {
    const sound = readWave(asset(`sounds/${name}.wav`));
    return [name, { sound, pulses: pulsesOf(sound) }];
  }),
) as Record<(typeof NAMES)[number], { sound: Sound; pulses: Pulse[] }>;

/** IEC 60601-1-8, after its summaries (we do not hold the standard itself): pulse length and spacing in ms, and rest between bursts. */
const LIMITS = {
  high: { lengthMs: [75, 200], spacingMs: [50, 125], gapMs: [2500, 15_000] },
  medium: { lengthMs: [125, 250], spacingMs: [125, 250], gapMs: [2500, 30_000] },
  low: { lengthMs: [125, 250], spacingMs: [125, 250], gapMs: [15_000, Infinity] },
} as const;

test("sounds.json tells of these sounds and no others", () => {
  expect(Object.keys(declared).sort()).toEqual([...NAMES].sort());
});

describe.each(NAMES)("%s", (name) => {
  const { file, priority, pulses: count, gapMs, durationMs, pattern } = declared[name]!;
  const { sound, pulses } = measured[name];

  test("is the file that sounds.json says, as long as it says", () => {
    expect(file).toBe(`${name}.wav`);
    expect(sound.sampleRate).toBe(48_000);
    expect((sound.samples.length * 1000) / sound.sampleRate).toBeCloseTo(durationMs, 6);
  });

  test("is loud enough, and never clips", () => {
    const peak = sound.samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(decibels(peak)).toBeLessThan(-1);
    for (const { startMs, lengthMs } of pulses) {
      const inside = sound.samples.subarray(startMs * 48, (startMs + lengthMs) * 48);
      expect(decibels(rootMeanSquare(inside))).toBeGreaterThan(-24);
      expect(decibels(rootMeanSquare(inside))).toBeLessThan(-6);
    }
  });

  test("has the pulses that it declares", () => {
    expect(pulses.length).toBe(count);
    expect(pattern.length).toBe(count);
    pulses.forEach((pulse, index) => {
      expect(Math.abs(pulse.startMs - pattern[index]!.startMs)).toBeLessThan(8);
      expect(Math.abs(pulse.lengthMs - pattern[index]!.lengthMs)).toBeLessThan(12);
    });
  });

  test("starts and ends in silence, and every pulse comes and goes softly", () => {
    const edge = 20 * 48;
    expect(sound.samples.subarray(0, edge).every((value) => value === 0)).toBe(true);
    expect(sound.samples.subarray(-edge).every((value) => value === 0)).toBe(true);
    for (const { riseMs, fallMs, lengthMs } of pulses) {
      expect(riseMs / lengthMs).toBeGreaterThan(0.1);
      expect(riseMs / lengthMs).toBeLessThan(0.4);
      expect(fallMs).toBeGreaterThan(10);
    }
  });

  test("sounds its declared pitch between 150 and 1000 Hz, with four harmonics within 15 dB", () => {
    pulses.forEach((pulse, index) => {
      const scan = Array.from({ length: 426 }, (_, step) => 150 + step * 2);
      const amplitudes = scan.map((frequencyHz) => amplitudeAt(frequencyHz, sound, pulse));
      const fundamentalHz = scan[amplitudes.indexOf(Math.max(...amplitudes))]!;
      expect(Math.abs(fundamentalHz / pattern[index]!.frequencyHz - 1)).toBeLessThan(0.02);
      const harmonics = [2, 3, 4, 5, 6].map((multiple) => multiple * pattern[index]!.frequencyHz);
      const audible = harmonics.filter((frequencyHz) => {
        const belowDb = decibels(amplitudeAt(frequencyHz, sound, pulse) / Math.max(...amplitudes));
        return frequencyHz >= 300 && frequencyHz <= 4000 && Math.abs(belowDb) <= 15;
      });
      expect(audible.length).toBeGreaterThanOrEqual(4);
    });
  });

  test("keeps to the limits of its priority", () => {
    if (priority === "none") return expect(gapMs).toBeNull(); // a reply to a click, no alarm
    const limits = LIMITS[priority];
    for (const { lengthMs } of pulses) expectBetween(lengthMs, limits.lengthMs);
    const spacingsMs = spacingsOf(pulses);
    if (priority !== "high") for (const spacingMs of spacingsMs) expectBetween(spacingMs, limits.spacingMs);
    if (gapMs !== null) expectBetween(gapMs, limits.gapMs);
  });

  test("is neither the evacuation signal nor the gas alarm, played alone or again and again", () => {
    const looped = [0, 1, 2, 3].flatMap((round) =>
      pulses.map((pulse) => ({ ...pulse, startMs: pulse.startMs + round * (durationMs + (gapMs ?? 0)) })),
    );
    expect(holdsCadence(looped, { times: 3, onMs: 500, offMs: 500 })).toBe(false);
    expect(holdsCadence(looped, { times: 4, onMs: 100, offMs: 100 })).toBe(false);
  });
});

test("critical is three and two pulses, twice, with the right holes between", () => {
  const spacingsMs = spacingsOf(measured.critical.pulses);
  const short = spacingsMs.filter((_, index) => ![2, 4, 7].includes(index));
  for (const spacingMs of short) expectBetween(spacingMs, LIMITS.high.spacingMs);
  const shortMs = short.reduce((sum, value) => sum + value, 0) / short.length;
  const lengthMs = measured.critical.pulses[0]!.lengthMs;
  for (const index of [2, 7])
    expect(Math.abs(spacingsMs[index]! - (2 * shortMs + lengthMs))).toBeLessThan(15);
  expectBetween(spacingsMs[4]!, [350, 1300]);
});

test("the severities differ in how many pulses they have, and grow louder with urgency", () => {
  const severities = ["critical", "error", "warning", "info"] as const;
  expect(severities.map((name) => measured[name].pulses.length)).toEqual([10, 3, 2, 1]);
  const loudness = severities.map((name) =>
    decibels(loudnessOf(measured[name].sound, measured[name].pulses)),
  );
  loudness.slice(1).forEach((value, index) => expect(loudness[index]! - value).toBeGreaterThan(1));
});

test("what has as many pulses as another moves the other way in pitch", () => {
  const move = (name: string): number =>
    declared[name]!.pattern.at(-1)!.frequencyHz - declared[name]!.pattern[0]!.frequencyHz;
  expect(move("error")).toBeGreaterThan(0);
  expect(move("link-lost")).toBeLessThan(0);
  expect(move("warning")).toBe(0);
  expect(move("acknowledged")).toBeGreaterThan(0);
});

test("the cadence check would notice T-3 and T-4", () => {
  const pulse = { riseMs: 0, fallMs: 0 };
  const evacuation = [0, 1000, 2000].map((startMs) => ({ ...pulse, startMs, lengthMs: 520 }));
  const gas = [0, 200, 400, 600].map((startMs) => ({ ...pulse, startMs, lengthMs: 95 }));
  expect(holdsCadence(evacuation, { times: 3, onMs: 500, offMs: 500 })).toBe(true);
  expect(holdsCadence(gas, { times: 4, onMs: 100, offMs: 100 })).toBe(true);
});

/** Whether so many pulses in a row last `onMs` with `offMs` between them, all within a tenth. */
function holdsCadence(
  pulses: Pulse[],
  { times, onMs, offMs }: { times: number; onMs: number; offMs: number },
): boolean {
  const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= wanted / 10;
  return pulses.some((_, start) => {
    const run = pulses.slice(start, start + times);
    return (
      run.length === times &&
      run.every(({ lengthMs }) => near(lengthMs, onMs)) &&
      spacingsOf(run).every((spacingMs) => near(spacingMs, offMs))
    );
  });
}

/** From each pulse's end to the next one's start. */
function spacingsOf(pulses: Pulse[]): number[] {
  return pulses
    .slice(1)
    .map(({ startMs }, index) => startMs - pulses[index]!.startMs - pulses[index]!.lengthMs);
}

function loudnessOf({ samples }: Sound, [first]: Pulse[]): number {
  return rootMeanSquare(samples.subarray(first!.startMs * 48, (first!.startMs + first!.lengthMs) * 48));
}

function expectBetween(value: number, [least, most]: readonly [number, number]): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}
