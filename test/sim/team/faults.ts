/** What breaks in a simulated team, for how long, and how it is repaired. Four to eleven times in a run. */
import type { Machine } from "./machine.ts";
import type { Scene } from "./script.ts";

export interface FaultCounts {
  readonly crashes: number;
  readonly partitions: number;
  readonly faults: number;
}

const runsForMs = 6.5 * 60_000;

export class Faults {
  private crashes = 0;
  private partitions = 0;
  private faults = 0;
  private isOver = false;
  /** What is broken now; each ends itself when called. */
  private readonly repairs = new Set<() => void>();

  constructor(
    private readonly scene: Scene,
    private readonly start: (machine: Machine) => void,
  ) {}

  get counts(): FaultCounts {
    const { crashes, partitions, faults } = this;
    return { crashes, partitions, faults };
  }

  begin(): void {
    const { time, dice, isFaulty } = this.scene;
    if (!isFaulty) return;
    for (let left = dice.between(4, 12); left > 0; left -= 1)
      time.after(dice.between(5_000, runsForMs), () => this.breakSomething());
  }

  healAll(): void {
    this.isOver = true;
    for (const repair of [...this.repairs]) repair();
    for (const machine of this.scene.machines) {
      machine.parts.disk.powerFails = null;
      this.startAgain(machine);
    }
  }

  /** Called by a disk in the middle of a commit. */
  powerIsGone(machine: Machine): void {
    const { dice } = this.scene;
    this.stop(machine, dice.chance(0.5));
    this.untilRepaired(dice.between(2_000, 180_000), () => this.startAgain(machine));
  }

  private breakSomething(): void {
    if (this.isOver) return;
    const { dice, machines, note } = this.scene;
    const machine = dice.pick(machines);
    const what = dice.pick(kinds);
    this.faults += 1;
    note(`m${machine.index} FAULT ${what}`);
    this[what](machine);
  }

  // ---- one method for each kind of fault

  private kill(machine: Machine): void {
    const { dice } = this.scene;
    if (machine.process === null) return;
    this.stop(machine, false);
    this.untilRepaired(dice.between(500, 180_000), () => this.startAgain(machine));
  }

  private powerFails(machine: Machine): void {
    const { dice } = this.scene;
    machine.parts.disk.powerFails = dice.pick(["before-fsync", "after-fsync"] as const);
  }

  private losesDisk(machine: Machine): void {
    const { promises, ledger, dice } = this.scene;
    this.stop(machine, true);
    promises.diskGoes(machine);
    this.scene.teamFiles.diskGoes(machine);
    machine.parts.disk.lose();
    ledger.diskReplaced(machine.index, []);
    this.untilRepaired(dice.between(5_000, 120_000), () => this.startAgain(machine));
  }

  /** Its disk is put back as it was some time ago. */
  private restoresBackup(machine: Machine): void {
    const { promises, ledger, dice, time } = this.scene;
    machine.parts.disk.keepBackup();
    this.scene.teamFiles.keepsBackup(machine);
    time.after(dice.between(10_000, 180_000), () => {
      if (this.isOver) return;
      this.stop(machine, true);
      promises.diskGoes(machine);
      this.scene.teamFiles.restoresBackup(machine);
      this.scene.clocks.backupRestored(machine);
      machine.parts.disk.restoreBackup();
      ledger.diskReplaced(machine.index, machine.parts.disk.content.replay(0));
      this.untilRepaired(dice.between(5_000, 60_000), () => this.startAgain(machine));
    });
  }

  private fillsDisk(machine: Machine): void {
    machine.parts.disk.fill();
    this.untilRepaired(this.scene.dice.between(5_000, 180_000), () => {
      machine.parts.disk.empty();
      machine.goesOnIfItRuns();
    });
  }

  private sleeps(machine: Machine): void {
    const { dice, time, network } = this.scene;
    const { process } = machine;
    if (process === null || !machine.parts.time.runs) return;
    const isTold = dice.chance(0.5);
    if (isTold) process.peers.suspend();
    // The system gives a moment, or none.
    time.after(isTold ? dice.between(0, 200) : 0, () => {
      if (machine.process !== process || !machine.parts.time.runs) return;
      machine.parts.time.sleep();
      machine.standsStill();
      this.untilRepaired(
        dice.chance(0.3) ? dice.between(5_000, 20_000) : dice.between(20_000, 240_000),
        () => {
          machine.parts.time.goOn();
          machine.goesOnIfItRuns();
          if (dice.chance(0.5) && machine.station !== null) network.breakLinksOf(machine.station);
          if (!dice.chance(0.6)) return;
          time.after(dice.between(0, 2_000), () =>
            machine.parts.time.run(process.life, () => process.peers.resume()),
          );
        },
      );
    });
  }

  private hangs(machine: Machine): void {
    if (machine.process === null || !machine.parts.time.runs) return;
    machine.parts.time.hang();
    machine.standsStill();
    this.untilRepaired(this.scene.dice.between(1_000, 120_000), () => {
      machine.parts.time.goOn();
      machine.goesOnIfItRuns();
    });
  }

  /** One group cannot talk to the rest; or only cannot be heard by it. */
  private partition(machine: Machine): void {
    const { dice, machines, network, note } = this.scene;
    this.partitions += 1;
    const group = machines.filter((other) => other === machine || dice.chance(0.3));
    const rest = machines.filter((other) => !group.includes(other));
    const oneWay = dice.chance(0.35);
    note(
      `  ${group.map(({ index }) => `m${index}`).join(" ")} ${oneWay ? "can only hear" : "cut off from"} the rest`,
    );
    for (const one of group) {
      for (const other of rest) {
        network.cut(one.id, other.id);
        if (!oneWay) network.cut(other.id, one.id);
      }
    }
    this.untilRepaired(dice.between(2_000, 200_000), () => {
      for (const one of group) {
        for (const other of rest) {
          network.heal(one.id, other.id);
          if (!oneWay) network.heal(other.id, one.id);
        }
      }
    });
  }

  /** It goes on alone for a while, and dies before anybody has heard of it. */
  private diesCutOff(machine: Machine): void {
    const { dice, machines, network, time } = this.scene;
    this.partitions += 1;
    const others = machines.filter((other) => other !== machine);
    for (const other of others) {
      network.cut(machine.id, other.id);
      network.cut(other.id, machine.id);
    }
    const cutOffMs = dice.between(20_000, 120_000);
    time.after(dice.between(10_000, cutOffMs), () => {
      if (!this.isOver) this.kill(machine);
    });
    this.untilRepaired(cutOffMs, () => {
      for (const other of others) {
        network.heal(machine.id, other.id);
        network.heal(other.id, machine.id);
      }
    });
  }

  private slowLinks(machine: Machine): void {
    const { dice, machines, network } = this.scene;
    const byMs = dice.between(500, 6_000);
    const others = machines.filter((other) => other !== machine);
    for (const other of others) {
      network.slow(machine.id, other.id, byMs);
      network.slow(other.id, machine.id, byMs);
    }
    this.untilRepaired(dice.between(10_000, 180_000), () => {
      for (const other of others) {
        network.slow(machine.id, other.id, 0);
        network.slow(other.id, machine.id, 0);
      }
    });
  }

  private losesMail(machine: Machine): void {
    const { dice } = this.scene;
    machine.parts.mail.set(dice.pick(["refused", "black-hole", "black-hole", "locked-out"] as const));
    this.untilRepaired(dice.between(30_000, 300_000), () => machine.parts.mail.set("works"));
  }

  /** While it runs; those that are set while it is down are in clocks.ts. */
  private setsClock(machine: Machine): void {
    if (machine.process === null) return;
    const { dice } = this.scene;
    machine.parts.time.setWallBy(dice.between(-600_000, 600_000));
    // Else it is noticed by whatever comes next: another machine's fact, a heartbeat, a timer.
    if (dice.chance(0.5)) machine.goesOnIfItRuns();
  }

  private breaksLinks(machine: Machine): void {
    if (machine.station !== null) this.scene.network.breakLinksOf(machine.station);
  }

  // ---- what they have in common

  private stop(machine: Machine, powerToo: boolean): void {
    const { network, note } = this.scene;
    const { station } = machine;
    if (station === null) return;
    this.crashes += 1;
    note(`m${machine.index} ${powerToo ? "loses its power" : "is killed"}`);
    // A new start finds it awake.
    machine.parts.time.goOn();
    machine.die(powerToo);
    network.died(station, !powerToo);
  }

  private startAgain(machine: Machine): void {
    if (machine.process !== null) return;
    this.scene.clocks.beforeStart(machine);
    this.start(machine);
  }

  private untilRepaired(ms: number, repair: () => void): void {
    const once = () => {
      if (this.repairs.delete(once)) repair();
    };
    this.repairs.add(once);
    this.scene.time.after(ms, once);
  }
}

const kinds = [
  "kill",
  "kill",
  "powerFails",
  "powerFails",
  "losesDisk",
  "fillsDisk",
  "sleeps",
  "sleeps",
  "hangs",
  "hangs",
  "partition",
  "partition",
  "partition",
  "diesCutOff",
  "diesCutOff",
  "slowLinks",
  "losesMail",
  "losesMail",
  "losesMail",
  "setsClock",
  "breaksLinks",
  "restoresBackup",
] as const;
