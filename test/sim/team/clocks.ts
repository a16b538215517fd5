/**
 * Clocks that are set while a machine is down, by dice of their own: by seconds, hours or ten years, ahead or back, and
 * often put right some seconds after the start, as NTP does. Also knows when nobody can know how long a machine was off.
 */
import { Dice } from "./dice.ts";
import type { Machine } from "./machine.ts";
import type { TrueTime } from "./true-time.ts";

/** The computer was started anew with a clock that was behind: what it waits for counts from then, at the latest. */
interface LostTime {
  readonly machine: number;
  readonly from: number;
  /** When its clock was put right. */
  until: number;
}

const amountsMs: readonly (readonly [number, number])[] = [
  [500, 30_000],
  [30_000, 600_000],
  [3_600_000, 6 * 3_600_000],
  [10 * 365 * 86_400_000, 10 * 366 * 86_400_000],
];

export class Clocks {
  /** Deadlines may lie further apart than the network is slow: what was set forward unseen makes them overdue. */
  wereSet = false;
  private readonly dice: Dice;
  private readonly lost: LostTime[] = [];
  /** Whose disk was restored from a backup: what was done to the clock before is forgotten, and not put right with the rest. */
  private readonly restored = new Set<number>();

  constructor(
    seed: number,
    private readonly time: TrueTime,
    private readonly note: (text: string) => void,
  ) {
    this.dice = new Dice(seed ^ 0x0c10_c4ed);
  }

  backupRestored(machine: Machine): void {
    this.restored.add(machine.index);
  }

  /** A machine that was down is about to start again. */
  beforeStart(machine: Machine): void {
    const { dice } = this;
    const { time: ownTime } = machine.parts;
    // No computer has come up and gone again within seconds.
    const boots = !machine.isPowered && ownTime.sources({ alive: true }).uptimeMs() > 5_000;
    if (boots) ownTime.restartComputer();
    if (!dice.chance(0.4)) return;
    const [least, most] = dice.pick(amountsMs);
    const byMs = dice.between(least, most) * (dice.chance(0.5) ? 1 : -1);
    const correctedAfterMs = dice.chance(0.5) ? dice.between(1_000, 30_000) : null;
    this.wereSet = true;
    this.note(`m${machine.index} CLOCK set by ${byMs} ms while it was down`);
    ownTime.setWallBy(byMs);
    const lost: LostTime = { machine: machine.index, from: this.time.now, until: Infinity };
    if (boots && byMs < 0) this.lost.push(lost);
    if (correctedAfterMs === null) return;
    this.time.after(correctedAfterMs, () => {
      this.note(`m${machine.index} CLOCK put right`);
      ownTime.setWallBy(-byMs);
      if (!this.restored.has(machine.index)) lost.until = this.time.now;
      machine.goesOnIfItRuns();
    });
  }

  /**
   * When a machine has to do, at the latest, what was said at `saidAt`, due at `due`, and known to it since `known` (all in
   * true time): usually when it is due; where the time since was lost, at its whole length from then.
   */
  dueFor(machine: number, due: number, saidAt: number, known: number): number {
    const lengthMs = Math.max(0, due - saidAt);
    let latest = due;
    for (const { machine: whose, from, until } of this.lost) {
      if (saidAt >= from) continue;
      if (known >= from) latest = Math.max(latest, known + lengthMs);
      else if (whose === machine && this.time.now < until) latest = Math.max(latest, from + lengthMs);
    }
    return latest;
  }
}
