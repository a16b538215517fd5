/**
 * Proves the whole journal again and again while it is in use, a little at a time. A start reads only what came after the
 * newest snapshot; without this, damage before it would be found when somebody needs what is damaged. Part of
 * sqlite-journal.ts.
 *
 * It reads as another process would, through a connection of its own: the open one would answer out of its memory.
 */
import { existsSync } from "node:fs";
import { isDamage } from "./failure.ts";
import type { Places } from "./places.ts";
import { openReadOnlyView } from "./read-only-view.ts";
import { readReach } from "./reach.ts";
import type { SqliteFile } from "./sqlite-file.ts";
import { proveFacts, type Verification } from "./verify.ts";

const sliceMs = 4;
/** With slices of this length, 4 % of one processor while a pass lasts: some 1,500 facts a second. */
const pauseMs = 100;
/** Between two passes: a minute, and so long at least that all passes together take 1 % of one processor. */
const leastBetweenMs = 60_000;
const betweenPerSpentMs = 100;

export class PacedProof {
  private timer: NodeJS.Timeout | null = null;
  private file: SqliteFile | null = null;
  private proof: Generator<number, Verification> | null = null;
  /** It is told only when another pass finds damage too: the journal is written between two slices. */
  private isSuspected = false;
  /** On this pass. */
  private spentMs = 0;

  /** `mayLook`: false while the files are not in their places. `damaged`: called once; then it ends. */
  constructor(
    private readonly places: Places,
    private readonly mayLook: () => boolean,
    private readonly damaged: (text: string) => void,
  ) {
    this.goOnAfter(pauseMs);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.endPass();
  }

  private goOnAfter(ms: number): void {
    this.timer = setTimeout(() => this.goOn(), ms);
    this.timer.unref();
  }

  private goOn(): void {
    if (!this.mayLook()) {
      this.endPass();
      return this.goOnAfter(leastBetweenMs);
    }
    const began = performance.now();
    const found = this.slice();
    this.spentMs += performance.now() - began;
    if (found === "more") return this.goOnAfter(pauseMs);
    const restMs = Math.max(leastBetweenMs, this.spentMs * betweenPerSpentMs);
    this.endPass();
    if (found === null) {
      this.isSuspected = false;
      return this.goOnAfter(restMs);
    }
    if (this.isSuspected) return this.damaged(found);
    this.isSuspected = true;
    this.goOnAfter(pauseMs);
  }

  /** What is wrong; null: nothing, to its end. */
  private slice(): string | null | "more" {
    const end = performance.now() + sliceMs;
    try {
      const proof = (this.proof ??= this.begin());
      do {
        const next = proof.next();
        if (next.done === true) return next.value.ok ? null : next.value.text;
      } while (performance.now() < end);
      return "more";
    } catch (error) {
      // A disk that is full or away is noticed by whoever writes.
      return isDamage(error) ? String(error) : null;
    }
  }

  private begin(): Generator<number, Verification> {
    const { directory, reach, journal } = this.places;
    if (!existsSync(journal)) throw new Error("It is looked for elsewhere.");
    // Before the facts are read: some are added meanwhile.
    const reached = readReach(reach) ?? 0;
    this.file = openReadOnlyView(directory);
    return proveFacts(this.file, directory, reached);
  }

  private endPass(): void {
    this.spentMs = 0;
    this.proof = null;
    this.file?.close();
    this.file = null;
  }
}
