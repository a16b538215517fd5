/**
 * Bits that flip anywhere in the journal's files, at rest and under an open journal: whatever it is, no process may end by
 * it, what is not damaged is kept, and what is lost is told. damage-sweep.real.test.ts goes over the files in even steps.
 */
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fact } from "#domain/fact";
import { trials } from "../support/trials.ts";
import { noted, opened, resolved } from "./build-facts.ts";
import { compileChild, runChild } from "./child-process.ts";
import type { Flip, Trial, TrialResult } from "./damaged-child.ts";
import { TemporaryJournal } from "./temporary-journal.ts";

const compiled = new TemporaryJournal();
const place = new TemporaryJournal();
let script: string;
let sources: readonly { readonly directory: string; readonly isRunning: boolean }[];
const count = 120;
const facts: readonly Fact[] = Array.from({ length: count }, (_, index) => {
  if (index % 20 === 7) return noted(`alert-${index % 10}`, `Ünïcode ${index} `.repeat(900));
  return index % 5 === 3
    ? resolved(`alert-${index}`)
    : opened(`alert-${index}`, { title: `Störung № ${index}` });
});
const texts = facts.map((fact) => JSON.stringify(fact));
const alerts = facts.flatMap((fact) => ("alertId" in fact ? [fact.alertId] : []));

beforeAll(async () => {
  script = await compileChild(compiled.root, "damaged-child");
  const first = place.start();
  first.journal.append(facts.slice(0, 60));
  first.journal.saveSnapshot(JSON.stringify({ state: "ä".repeat(500) }));
  first.journal.append(facts.slice(60, 80));
  first.journal.close();
  const second = place.start();
  for (let index = 80; index < count; index += 8) second.journal.append(facts.slice(index, index + 8));
  const killed = place.killed();
  second.journal.close();
  sources = [
    { directory: place.killed(), isRunning: false },
    { directory: killed, isRunning: true },
  ];
});
afterAll(() => {
  place.remove();
  compiled.remove();
});

/** mulberry32: the same seed, the same flips. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

/** A single bit, or a short run of bytes; over all files together, so that the large ones get the most. */
function flipsFor(directory: string, random: () => number): Flip[] {
  const files = readdirSync(directory).filter((name) => name !== "reserve");
  const sizes = files.map((name) => statSync(join(directory, name)).size);
  let at = below(
    random,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  // The first page is a small part of the file and a large part of what can go wrong.
  if (random() < 0.15)
    at = sizes.slice(0, files.indexOf("journal.sqlite")).reduce((a, b) => a + b, 0) + below(random, 4096);
  let index = 0;
  while (at >= sizes[index]!) at -= sizes[index++]!;
  const file = files[index]!;
  if (random() < 0.7) return [{ file, offset: at, mask: 1 << below(random, 8) }];
  const length = 2 + below(random, 31);
  return Array.from({ length }, (_, step) => ({ file, offset: at + step, mask: 1 + below(random, 255) }));
}

const seed = Number(process.env["TOCSIN_SEED"] ?? 8);
const trialCount = trials(60, 1200);
/** So many share a process, since starting one takes longer than a trial. */
const inOneProcess = 30;

test(`${trialCount} random flips: no process ends by one, what is whole is kept, what is lost is told`, async () => {
  const random = randomOf(seed);
  let repaired = 0;
  let inUse = 0;
  let lost = 0;
  for (let from = 0; from < trialCount; from += inOneProcess) {
    const batch: Trial[] = Array.from({ length: Math.min(inOneProcess, trialCount - from) }, () => {
      const { directory: source } = sources[below(random, sources.length)]!;
      const directory = place.killed(source);
      return { directory, alerts, flips: flipsFor(directory, random), whileOpen: random() < 0.3 };
    });
    const list = join(compiled.root, "trials.json");
    writeFileSync(list, JSON.stringify(batch));
    const { lines, end, stderr } = await runChild(script, list);
    expect(end, `seed ${seed}: ${lines.at(-1)}\n${stderr.slice(-2000)}`).toBe(0);
    const results = lines
      .filter((line) => !line.startsWith("begins"))
      .map((line) => JSON.parse(line) as TrialResult);
    expect(results).toHaveLength(batch.length);
    results.forEach((result, index) => {
      const { flips, whileOpen } = batch[index]!;
      const what = `seed ${seed}, trial ${from + index}: ${JSON.stringify({ flips, whileOpen, ...result, present: result.present.length })}`;
      const found = new Set(result.present);
      expect(result.present.length, what).toBe(found.size);
      expect(
        [...found].filter((text) => !texts.includes(text)),
        what,
      ).toEqual([]);
      const missing = count - found.size;
      // A run of bytes may touch the end of one and the beginning of the next.
      expect(missing, what).toBeLessThanOrEqual(flips.length === 1 ? 1 : 2);
      const isTold = result.told.length > 0;
      if (missing > 0) expect(isTold || !result.verifiedAfter, what).toBe(true);
      if (isTold) expect(result.verifiedAfter, what).toBe(true);
      if (isTold) repaired += 1;
      if (result.metInUse > 0) inUse += 1;
      if (missing > 0) lost += 1;
    });
    for (const { directory } of batch) rmSync(directory, { recursive: true });
  }
  console.log(`${trialCount} flips: ${repaired} repaired, ${inUse} of them met in use, ${lost} cost a fact`);
  expect(repaired).toBeGreaterThan(trialCount / 4);
  expect(inUse).toBeGreaterThan(0);
}, 600_000);
