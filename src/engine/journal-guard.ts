/**
 * What the engine still does while the journal cannot be written.
 *
 * `failing`: nothing can be kept, so nothing is taken and nothing new is sent; a probe is made every 30 s.
 * `on-reserve`: the disk is full, but the space that the journal had put by lets open alerts go on escalating; new
 * signals are refused (their senders try again, or have other receivers), until the reserve can be put by again. The same
 * holds while the journal's files are not where the next start looks for them.
 */
import type { Fact } from "#domain/fact";
import type { EpochMs } from "#domain/ids";
import type { Input } from "#domain/input";
import { JournalError, type Journal, type Misplaced } from "./ports.ts";

export const probeEveryMs = 30_000;
/** A refused signal is the occasion to look whether there is room again, but not more often than this. */
const probeForSignalEveryMs = 2_000;

export class JournalGuard {
  private mode: "working" | "failing" | "on-reserve" = "working";
  private failedAt: EpochMs = 0;
  private probedAt: EpochMs = 0;

  /** `onMisplaced`: the journal's files are not where the next start looks for them; a sentence for people. */
  constructor(
    private readonly journal: Journal,
    private readonly onMisplaced: (text: string) => void,
  ) {}

  get works(): boolean {
    return this.mode === "working";
  }

  /** Whether deadlines may be run: what they decide can be kept. */
  get keepsFacts(): boolean {
    return this.mode !== "failing";
  }

  /** When to look again by ourselves; null while it works. */
  get nextProbeAt(): EpochMs | null {
    return this.works ? null : this.probedAt + probeEveryMs;
  }

  /** The engine starts: on a disk that is full already, as on one that fills up. @returns the sentence for people, or null. */
  begin(now: EpochMs): string | null {
    if (this.journal.restoreReserve()) return null;
    this.failedAt = now;
    this.probedAt = now;
    this.mode = "on-reserve";
    return "The disk that holds the data folder is full, or nearly. New alerts are refused, open ones go on. Free some space there; nothing needs a restart.";
  }

  /** The wall clock was set: what is half a minute away still is. */
  clockStepped(deltaMs: number): void {
    this.probedAt += deltaMs;
    this.failedAt += deltaMs;
  }

  /** A commit has failed. @returns the sentence for people. */
  failed(error: unknown, now: EpochMs): string {
    if (this.works) this.failedAt = now;
    this.probedAt = now;
    const full = error instanceof JournalError && error.reason === "full";
    this.mode = full && this.mode === "working" && this.journal.releaseReserve() ? "on-reserve" : "failing";
    return error instanceof Error ? error.message : String(error);
  }

  /** False: answer `journal-unavailable` to it. A stop is always let through: it must not hang on a full disk. */
  accepts(input: Input): boolean {
    if (this.works || input.kind === "engine-stopping" || input.kind === "desktops-changed") return true;
    if (this.mode === "failing") return false;
    return input.kind !== "signal" || input.status !== "firing" || input.integration === null;
  }

  /** Looks whether the journal can be written again. @returns the fact that it has just recovered, kept already; else null. */
  probe(now: EpochMs, forSignal: boolean): Fact | null {
    const misplaced = this.journal.misplaced();
    if (misplaced !== null) this.misplaced(misplaced, now);
    if (this.works || now < this.probedAt + (forSignal ? probeForSignalEveryMs : probeEveryMs)) return null;
    this.probedAt = now;
    if (misplaced !== null || !this.journal.restoreReserve()) return null;
    const recovered: Fact = { kind: "journal-recovered", at: now, failedAt: this.failedAt };
    try {
      this.journal.append([recovered]);
    } catch {
      return null;
    }
    this.mode = "working";
    return recovered;
  }

  /** What was answered for would not be found again: nothing new is taken. */
  private misplaced({ text, openGoOn }: Misplaced, now: EpochMs): void {
    if (this.works) this.failedAt = this.probedAt = now;
    if (this.mode !== "failing") this.mode = openGoOn ? "on-reserve" : "failing";
    this.onMisplaced(text);
  }
}
