/**
 * The life of a team's machines in virtual time, by a seed: 2 to 7 of them, each with its own wrong clock, on a network
 * that fails, on disks that fail, with people who come and go and acknowledge anywhere. The code that ships runs in it; what house
 * rules promise is checked after every event and at the end. Used by team-simulation.test.ts and
 * `npm run sim -- --machines --seed N`.
 */
import { createHash } from "node:crypto";
import type { MachineId } from "#domain/ids";
import { MemoryJournal } from "#journal/memory";
import { checkAgreement } from "./team/agreement.ts";
import { Clocks } from "./team/clocks.ts";
import { Dice } from "./team/dice.ts";
import { Disk } from "./team/disk.ts";
import { Ledger } from "./team/ledger.ts";
import { Lengths } from "./team/lengths.ts";
import { LocalDesktops } from "./team/local-desktops.ts";
import { MachineTime } from "./team/machine-time.ts";
import { Machine } from "./team/machine.ts";
import { MailRoute } from "./team/mail-route.ts";
import { MailServer } from "./team/mail-server.ts";
import { MailOrder } from "./team/mail-order.ts";
import { meddlingOf, type TeamMutant } from "./team/mutants.ts";
import { Network } from "./team/network.ts";
import { Obligations } from "./team/obligations.ts";
import { Promises } from "./team/promises.ts";
import { Revocations } from "./team/revocations.ts";
import { Script } from "./team/script.ts";
import { firstTeam, TeamFiles } from "./team/team-files.ts";
import { TrueTime } from "./team/true-time.ts";

export { teamMutants } from "./team/mutants.ts";

export interface TeamSimulationResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  /** Of the trace: the same seed gives the same hash. */
  readonly hash: string;
  readonly machines: number;
  readonly isFaulty: boolean;
  readonly crashes: number;
  readonly partitions: number;
  /** Faults of all kinds, these included. */
  readonly faults: number;
  /** Edits of the team file; those that were merged with another one; those not in force in full. */
  readonly edits: number;
  readonly merges: number;
  readonly setAside: number;
  readonly notifications: number;
  readonly duplicates: number;
  /** Whether a machine was revoked. */
  readonly revoked: boolean;
  /** The longest that anything was owed by a machine that could have done it. */
  readonly worstMs: number;
}

const lastsMs = 7 * 60_000;
/** After everything was healed. */
const healsMs = 3 * 60_000;
const checkEveryMs = 1_000;
/** Few more often than many: there a single machine counts, and the messages are fewer. */
const teamSizes = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7] as const;

export async function simulateTeam(
  seed: number,
  mutant: TeamMutant | null = null,
): Promise<TeamSimulationResult> {
  const run = new TeamRun(seed, mutant);
  await run.live();
  return run.result();
}

class TeamRun {
  private readonly dice: Dice;
  private readonly time = new TrueTime();
  private readonly trace: string[] = [];
  private readonly violations: string[] = [];
  private readonly machines: Machine[] = [];
  private readonly ledger: Ledger;
  private readonly clocks: Clocks;
  private readonly revocations: Revocations;
  private readonly obligations: Obligations;
  private readonly lengths: Lengths;
  private readonly promises: Promises;
  private readonly script: Script;
  private readonly mailServer: MailServer;
  private readonly teamFiles: TeamFiles;
  private readonly isFaulty: boolean;

  constructor(
    private readonly seed: number,
    private readonly mutant: TeamMutant | null,
  ) {
    this.dice = new Dice(seed);
    // Every fourth run is without faults: there, nothing may be done twice.
    this.isFaulty = mutant !== null || seed % 4 !== 0;
    const count = this.dice.pick(teamSizes);
    const note = (machine: number, text: string) => this.note(`m${machine} ${text}`);
    const violate = (text: string) => this.violate(text);
    this.clocks = new Clocks(seed, this.time, (text) => this.note(text));
    this.ledger = new Ledger(this.time, count, note);
    this.mailServer = new MailServer(this.time, seed, this.isFaulty);
    if (this.mailServer.manner !== "") this.note(`the mail server is ${this.mailServer.manner}`);
    this.obligations = new Obligations(
      this.time,
      this.ledger,
      this.clocks,
      this.machines,
      this.mailServer,
      violate,
    );
    const order = new MailOrder(this.time, this.machines, this.mailServer, this.isFaulty, violate);
    this.lengths = new Lengths(this.time, this.machines, violate);
    this.promises = new Promises(this.ledger, () => this.machines, violate);
    this.ledger.listen(this.obligations);
    this.ledger.listen(this.promises);
    this.ledger.listen(order);
    this.teamFiles = new TeamFiles(this.time, this.machines, seed, (text) => this.note(text));
    const network = new Network(this.time, this.dice);
    const { time, machines } = this;
    const share = mutant === "ignores-revocation" ? 1 : this.isFaulty ? 0.25 : 0;
    this.revocations = new Revocations({
      ...{ seed, time, network, machines, share, violate },
      note: (text) => this.note(text),
    });
    this.ledger.listen(this.revocations);
    this.script = new Script({
      time: this.time,
      dice: this.dice,
      network,
      ledger: this.ledger,
      promises: this.promises,
      clocks: this.clocks,
      mailServer: this.mailServer,
      revocations: this.revocations,
      teamFiles: this.teamFiles,
      machines: this.machines,
      isFaulty: this.isFaulty,
      mutant,
      note: (text) => this.note(text),
    });
    const ids = Array.from({ length: count }, (_, index) => idOf(index));
    for (let index = 0; index < count; index += 1) this.machines.push(this.make(index, ids, note));
  }

  async live(): Promise<void> {
    this.script.begin();
    await this.runTo(lastsMs);
    this.script.heal();
    await this.runTo(lastsMs + healsMs);
    // The last facts may be under way.
    for (let i = 0; i < 100 && !this.areEqual(); i += 1) await this.time.run(this.time.now + 100);
    this.promises.checkTheEnd(this.revocations.out);
    this.revocations.checkTheEnd();
    checkAgreement(this.thoseLeft, this.dice, !this.clocks.wereSet, (text) => this.violate(text));
    this.teamFiles.checkTheEnd((text) => this.violate(text));
  }

  result(): TeamSimulationResult {
    const { seed, violations, trace, machines, isFaulty, promises } = this;
    if (!isFaulty && promises.duplicates > 0)
      this.violate(`invariant 4: ${promises.duplicates} duplicates without a fault`);
    return {
      seed,
      violations,
      trace,
      hash: createHash("sha256").update(trace.join("\n")).digest("hex").slice(0, 16),
      machines: machines.length,
      isFaulty,
      ...this.script.counts,
      ...this.teamFiles.counts,
      notifications: this.ledger.left.length,
      duplicates: promises.duplicates,
      revoked: this.revocations.out !== null,
      worstMs: Math.round(this.obligations.worstMs),
    };
  }

  private async runTo(until: number): Promise<void> {
    while (this.time.now < until) {
      await this.time.run(Math.min(until, this.time.now + checkEveryMs));
      this.obligations.check();
      this.lengths.check();
    }
  }

  private make(
    index: number,
    ids: readonly MachineId[],
    note: (machine: number, text: string) => void,
  ): Machine {
    const { dice, isFaulty } = this;
    const skewMs = isFaulty ? dice.between(-120_000, 120_000) : dice.between(-2_000, 2_000);
    const time = new MachineTime(this.time, skewMs, dice.between(-200, 200), index % 2 === 0);
    let disks = 0;
    const disk = new Disk(
      () => new MemoryJournal(`origin-m${index}-d${(disks += 1)}`),
      this.ledger.watch(index),
      () => this.script.powerIsGone(machine),
    );
    const left = (via: "desktop" | "email") => (notice: Parameters<LocalDesktops["present"]>[0]) =>
      this.ledger.notificationLeaves({
        machine: index,
        actionId: notice.actionId,
        alertId: notice.alert.id,
        person: notice.person.id,
        via,
        trueAt: this.time.now,
      });
    const machine: Machine = new Machine({
      index,
      id: ids[index]!,
      everybody: ids,
      trueTime: this.time,
      time,
      disk,
      desktops: new LocalDesktops(this.time, time, () => dice.between(20, 300), left("desktop")),
      mail: new MailRoute(this.time, time, dice, isFaulty, left("email"), this.mailServer),
      meddling: meddlingOf(this.mutant, ids.length),
      onMachineFacts: (facts) => this.revocations.heard(machine, facts),
      firstInputs: [firstTeam],
      log: (text) => {
        note(index, `logs ${text}`);
        if (/invariant|broken/i.test(text)) this.violate(`invariant 7: machine ${index} logs ${text}`);
      },
    });
    return machine;
  }

  /** Of the team. */
  private get thoseLeft(): readonly Machine[] {
    return this.machines.filter(({ isOut }) => !isOut);
  }

  private areEqual(): boolean {
    const vectors = this.thoseLeft.map(({ parts }) =>
      JSON.stringify(Object.entries(parts.disk.content.vector()).toSorted()),
    );
    return new Set(vectors).size === 1;
  }

  private violate(text: string): void {
    if (this.violations.includes(text)) return;
    this.violations.push(text);
    this.note(`VIOLATION ${text}`);
  }

  private note(text: string): void {
    this.trace.push(`${(this.time.now / 1000).toFixed(3).padStart(9)} ${text}`);
  }
}

/** As a machine's id looks, in an order that says nothing about its number. */
function idOf(index: number): MachineId {
  const digest = createHash("sha256").update(`machine ${index}`).digest("hex");
  return `${digest.slice(0, 25)}${index}` as MachineId;
}
