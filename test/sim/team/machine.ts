/**
 * One machine of a simulated team: what ships (engine, peers, clock, desktop channel) on a disk, a clock, desktops and a
 * way to a mail server that can each go wrong. `process` is what runs now; null while it is off.
 */
import { createDesktopChannel } from "#channels/desktop";
import type { Answer } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { MachineId, PersonId } from "#domain/ids";
import type { Input } from "#domain/input";
import { LoopEngine } from "#engine/engine";
import type { Channel, Clock, Random, Standing } from "#engine/ports";
import type { Peers } from "#peers/peers";
import { SystemClock } from "#system/system-clock";
import { idOfText } from "#system/system-random";
import type { Disk } from "./disk.ts";
import type { LocalDesktops } from "./local-desktops.ts";
import type { Life, MachineTime } from "./machine-time.ts";
import type { MailRoute } from "./mail-route.ts";
import type { Station } from "./network.ts";
import type { Able } from "./obligations.ts";
import type { TrueTime } from "./true-time.ts";
import { startPeers } from "./peers-of.ts";

/** How a mutant meddles with the machine; everything is as it ships by default. */
export interface Meddling {
  readonly journal?: (journal: ReturnType<Disk["open"]>, machine: Machine) => ReturnType<Disk["open"]>;
  readonly standing?: (standing: Standing, machine: Machine) => Standing;
  readonly engine?: (engine: LoopEngine) => void;
  readonly channel?: (channel: Channel) => Channel;
}

export interface MachineParts {
  readonly index: number;
  readonly id: MachineId;
  /** All machines of the team, this one included; they know one another by pairing. */
  readonly everybody: readonly MachineId[];
  readonly trueTime: TrueTime;
  readonly time: MachineTime;
  readonly disk: Disk;
  readonly desktops: LocalDesktops;
  readonly mail: MailRoute;
  readonly meddling: Meddling;
  /** Before anything else is put in where the journal is empty: the team. */
  readonly firstInputs: readonly Input[];
  /** It has heard that a machine was revoked, maybe itself. */
  readonly onMachineFacts: (facts: readonly Fact[]) => void;
  readonly log: (text: string) => void;
}

export interface Process {
  readonly life: Life;
  readonly clock: Clock;
  readonly engine: LoopEngine;
  readonly peers: Peers;
  readonly station: Station;
}

export class Machine implements Able {
  process: Process | null = null;
  isPowered = true;
  /** Somebody has revoked it; it need not know. */
  isOut = false;
  /** What its membership keeps: that it was revoked. */
  private outText: string | null = null;
  /** Since when it has run without a break, in true time; null: it does not run now. */
  private runs: number | null = null;
  private starts = 0;

  constructor(readonly parts: MachineParts) {}

  get id(): MachineId {
    return this.parts.id;
  }

  get index(): number {
    return this.parts.index;
  }

  // ---- what it could do now, for the checks

  get runsSince(): number | null {
    return this.process === null || this.parts.disk.isFull || this.isOut ? null : this.runs;
  }

  get mailsSince(): number | null {
    return this.parts.mail.worksSince;
  }

  showsSince(person: PersonId): number | null {
    return this.parts.desktops.attachedSince(person);
  }

  get knowsItIsOut(): boolean {
    const record = this.process?.engine.state.machines.get(this.id);
    return this.outText !== null || (record?.revokedAt ?? null) !== null;
  }

  /** As `ShutOut` does it: one machine's word counts only while no other one is linked. */
  toldByDoorOf(machine: MachineId): void {
    const { process } = this;
    if (process === null || process.peers.linked().some((other) => other !== machine)) return;
    this.isOutNow("told at a door");
  }

  private isOutNow(text: string): void {
    if (this.outText === null) this.parts.log(`knows that it was revoked: ${text}`);
    this.outText = text;
    this.process?.engine.revocation.learn(text);
    this.process?.engine.lookAtClock();
  }

  // ---- its life

  start(): void {
    const { parts } = this;
    const life: Life = { alive: true };
    this.isPowered = true;
    this.starts += 1;
    const clock = new SystemClock(parts.time.sources(life));
    parts.desktops.engineStarted(life);
    const opened = parts.disk.open(life);
    const journal = parts.meddling.journal?.(opened, this) ?? opened;
    let peers: Peers | null = null;
    const shipped: Standing = {
      position: () => peers?.position() ?? null,
      others: () => peers?.others() ?? [],
    };
    const standing = parts.meddling.standing?.(shipped, this) ?? shipped;
    const channels: Channel[] = [
      createDesktopChannel({
        desktops: {
          present: async (notice, signal) =>
            (await peers?.desktops().present(notice, signal)) ?? "none-attached",
        },
      }),
      parts.mail.channel(life),
    ];
    const engine = new LoopEngine({
      clock,
      random: this.random(),
      journal,
      channels: channels.map((channel) => parts.meddling.channel?.(channel) ?? channel),
      tell: (word) => peers?.tell(word),
      version: "simulated",
      self: parts.id,
      standing,
      log: (level, text) => life.alive && parts.log(`${level}: ${text}`),
      onBroken: (error) => life.alive && parts.log(`broken: ${String(error)}`),
    });
    parts.meddling.engine?.(engine);
    if (this.outText !== null) engine.revocation.learn(this.outText);
    engine.onChange(({ facts }) => {
      if (!life.alive || !facts.some(({ kind }) => kind === "machine-revoked")) return;
      if (this.knowsItIsOut) this.isOutNow("by the fact");
      // After what it says in the same turn is on its way.
      parts.trueTime.soon(() => parts.time.run(life, () => parts.onMachineFacts(facts)));
    });
    if (parts.disk.content.lastSeq() === 0) for (const input of parts.firstInputs) void engine.submit(input);
    // It reads the journal at once; what it promises is only that the rest was taken up.
    void engine.start();
    const running = startPeers({ machine: this, life, clock, engine });
    peers = running;
    const station: Station = {
      id: parts.id,
      life,
      time: parts.time,
      isPowered: () => this.isPowered,
      attach: (link) => running.attach(link),
    };
    this.process = { life, clock, engine, peers, station };
    this.goesOn();
  }

  /** The process is gone, from one moment to the next. */
  die(powerToo: boolean): void {
    if (this.process === null) return;
    this.process.life.alive = false;
    this.process = null;
    this.runs = null;
    this.isPowered = !powerToo;
  }

  /** It runs without a break from now on. */
  goesOn(): void {
    this.runs = this.parts.trueTime.now;
  }

  goesOnIfItRuns(): void {
    if (this.process !== null && this.parts.time.runs) this.goesOn();
  }

  standsStill(): void {
    this.runs = null;
  }

  /** Its process as the network sees it; null: there is none. */
  get station(): Station | null {
    return this.process?.station ?? null;
  }

  /** Null: nobody answers, now or later. */
  submit(input: Input, answered: (answer: Answer) => void): void {
    const { process } = this;
    if (process === null) return;
    this.parts.time.run(process.life, () => {
      void process.engine.submit(input).then((answer) => process.life.alive && answered(answer));
    });
  }

  private random(): Random {
    let made = 0;
    return {
      alertId: () => idOfText(`${this.id} ${this.starts} ${(made += 1)}`),
      nextAlertId: (integration, dedupKey, previous) =>
        idOfText(JSON.stringify([integration, dedupKey, previous])),
    };
  }
}
