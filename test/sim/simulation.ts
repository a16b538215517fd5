/**
 * One machine's life in virtual time, by a seed: alerts, people, crashes, sleep, set clocks, broken channels. The code
 * that ships runs in it; what house rules promise is checked after every event. Used by simulation.test.ts and
 * `npm run sim -- --seed N`.
 */
import { createHash } from "node:crypto";
import type { Fact } from "#domain/fact";
import type { JournaledFact } from "#domain/place";
import type { AlertId } from "#domain/ids";
import type { AlertCommand } from "#domain/input";
import { isWorse, severities } from "#domain/severity";
import type { Journal, Notice } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { minutes, policy, seconds, step, team, toEveryone, toPerson } from "../support/team-builder.ts";
import { World } from "../support/world.ts";
import { blindAtTheStart, SetClocks, TrueDeadlines, untouched } from "./set-clocks.ts";

/** Deliberately broken variants; each must be caught, so that the checker is checked. */
export const mutants = [
  "answers-before-fsync",
  "marks-sent-before-sending",
  "sends-without-asking",
  "loses-deadlines",
  "starts-without-a-look-at-the-clock",
] as const;
export type Mutant = (typeof mutants)[number];

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  /** Of the trace: the same seed gives the same hash. */
  readonly hash: string;
  readonly sends: number;
  /** Sends of an action that had been sent before. */
  readonly duplicates: number;
  readonly crashes: number;
}

const events = 120;
const people = ["ana", "ben", "chi"];

export async function simulate(seed: number, mutant: Mutant | null = null): Promise<SimulationResult> {
  const run = new Run(seed, mutant);
  await run.live();
  return run.result();
}

class Run {
  private readonly random: () => number;
  private readonly trace: string[] = [];
  private readonly violations: string[] = [];
  private readonly accepted = new Set<AlertId>();
  private readonly delivered = new Map<string, number>();
  private readonly faulty: boolean;
  private readonly disk: FlakyDisk;
  private readonly clocks: SetClocks;
  private readonly due = new TrueDeadlines((text) => this.violate(text));
  private world!: World;
  private crashes = 0;
  private sends = 0;
  /** The mail server's own chances, so that a life is otherwise the one that its seed tells. */
  private readonly mailChance: () => number;
  private readonly isSlow: boolean;
  private isOutage = false;
  private readonly greylistMs: number;
  private readonly firstSeen = new Map<string, number>();

  constructor(
    private readonly seed: number,
    private readonly mutant: Mutant | null,
  ) {
    this.random = generator(seed);
    this.disk = new FlakyDisk(mutant, (facts) => {
      this.due.said(facts, this.trueNow);
      for (const fact of facts) this.checkGivenUp(fact);
    });
    this.clocks = new SetClocks(seed);
    this.mailChance = generator(Math.imul(seed, 0x9e3779b1) ^ 0x6d61696c);
    this.isSlow = this.mailChance() < 0.3;
    this.greylistMs = this.mailChance() < 0.25 ? seconds(60 + 400 * this.mailChance()) : 0;
    // Every third run is without faults: there, nothing may be done twice.
    this.faulty = mutant !== null || seed % 3 !== 0;
  }

  async live(): Promise<void> {
    this.world = await World.start({ team: threeTiers, journal: this.disk });
    this.world.time.tellsBoot = this.seed % 2 === 0;
    this.world.asksBeforeSending = this.mutant !== "sends-without-asking";
    if (this.mutant === "starts-without-a-look-at-the-clock") this.world.meddle = blindAtTheStart;
    this.world.latency = (notice, via) => {
      if (via === "email") this.checkOrder(notice);
      if (via === "email" && this.isSlow) return seconds(0.5 + 2.5 * this.mailChance());
      return this.chance(0.3) ? this.upTo(seconds(8)) : 0;
    };
    this.world.outcome = (notice, via) =>
      via === "email" && this.putsOff(notice)
        ? { kind: "failed", permanent: false, reason: "temporary", text: "451 4.7.1 Greylisted" }
        : this.deliver(notice.alert.id, notice.actionId);
    for (let i = 0; i < events; i += 1) {
      await this.event();
      this.check();
      if (this.isSlow && this.mailChance() < 0.1) await this.outage();
    }
    // Whatever is still open must go on being escalated.
    await this.world.fastForward(minutes(3));
    this.check();
  }

  result(): SimulationResult {
    const duplicates = [...this.delivered.values()].reduce((sum, times) => sum + times - 1, 0);
    if (!this.faulty && duplicates > 0)
      this.violations.push(`invariant 4: ${duplicates} duplicates without a fault`);
    const hash = createHash("sha256").update(this.trace.join("\n")).digest("hex").slice(0, 16);
    const { seed, violations, trace, sends, crashes } = this;
    return { seed, violations, trace, hash, sends, duplicates, crashes };
  }

  private async event(): Promise<void> {
    const what = this.pick(this.faulty ? [...calm, ...faults] : calm);
    this.note(what);
    switch (what) {
      case "fire":
        return this.fire(`key-${this.upTo(6)}`);
      case "resolve-by-source":
        return void (await this.world.report({ dedupKey: `key-${this.upTo(6)}`, status: "resolved" }));
      case "acknowledge":
      case "resolve":
      case "escalate":
        return this.command({ kind: what });
      case "snooze":
        return this.command({ kind: "snooze", forMs: minutes(1 + this.upTo(9)) });
      case "pass":
        return this.world.fastForward(this.upTo(minutes(4)));
      case "desktops":
        this.world.attach(...people.filter(() => this.chance(0.6)));
        return this.world.time.settle();
      case "crash":
        return this.crash(0);
      case "sleep":
        this.world.time.sleep(this.upTo(minutes(90)));
        this.due.goesOn(this.trueNow);
        return this.world.fastForward(seconds(12));
      case "set-clock":
        this.world.time.setWallBy(this.upTo(minutes(120)) - minutes(60));
        return this.world.fastForward(seconds(12));
      case "disk-fails":
        this.disk.failing = true;
        await this.fire(`key-${this.upTo(6)}`);
        this.disk.failing = false;
        this.due.goesOn(this.trueNow);
        return this.world.fastForward(seconds(35));
    }
  }

  private async fire(dedupKey: string): Promise<void> {
    const severity = this.pick(severities);
    const refresh = this.chance(0.3);
    const answer = await this.world.report({
      dedupKey,
      severity,
      repetition: refresh ? "refresh" : "report",
      silentAfterMs: refresh ? minutes(4) : null,
    });
    this.note(`  ${JSON.stringify(answer)}`);
    if (answer.ok && answer.alertId !== null) this.accepted.add(answer.alertId);
    if (this.faulty && this.chance(0.05)) await this.crash(0);
  }

  /** A large outage begins, or the one that there is ends. */
  private async outage(): Promise<void> {
    this.isOutage = !this.isOutage;
    if (this.isOutage && this.mailChance() > 0.3) return;
    const status = this.isOutage ? "firing" : "resolved";
    this.note(`outage: ${status}`);
    for (let i = 0; i < 50; i += 1) {
      const severity = severities[Math.floor(this.mailChance() * severities.length)]!;
      const answer = await this.world.report({ dedupKey: `outage-${i}`, severity, status });
      if (status === "firing" && answer.ok && answer.alertId !== null) this.accepted.add(answer.alertId);
    }
  }

  private checkGivenUp(fact: Fact): void {
    if (fact.kind !== "notification-failed" || fact.reason !== "temporary" || fact.retryAt !== null) return;
    if (!fact.text.startsWith("451 4") || this.world.alert(fact.alertId).status !== "triggered") return;
    this.violate(`invariant 2: ${fact.actionId} was put off and is given up`);
  }

  private putsOff({ person }: Notice): boolean {
    const now = this.world.time.wallMs();
    const first = this.firstSeen.get(person.id) ?? now;
    this.firstSeen.set(person.id, first);
    return Math.abs(now - first) < this.greylistMs;
  }

  /** Worst first: this mail begins, and none of a worse alert has waited to begin for a good while. */
  private checkOrder({ alert, actionId }: Notice): void {
    // A sleep or a restart leaves much due at one moment, of which a part is taken in hand first.
    if (this.faulty) return;
    const now = this.world.time.wallMs();
    for (const other of this.world.engine.state.open.values()) {
      if (other.status !== "triggered" || !isWorse(other.severity, alert.severity)) continue;
      const waits = other.notifications.find(
        (n) => n.via === "email" && n.state === "planned" && n.dueAt < now - seconds(5),
      );
      if (waits !== undefined)
        this.violate(`worst first: ${actionId} begins before ${waits.actionId} (${other.severity})`);
    }
  }

  private async command(command: AlertCommand): Promise<void> {
    const open = [...this.world.engine.state.open.keys()];
    if (open.length === 0) return;
    const id = this.pick(open);
    this.note(`  ${id} ${JSON.stringify(await this.world.command(id, command, this.pick(people)))}`);
  }

  private async crash(downMs: number): Promise<void> {
    this.crashes += 1;
    this.world.crash();
    this.disk.loseWhatIsNotOnDisk();
    const offMs = downMs + this.upTo(minutes(10));
    const { setByMs, isCorrected, ...way } = this.faulty ? this.clocks.whileDown() : untouched;
    // No computer has come up and gone again within seconds.
    const boots = way.boots && this.world.time.uptimeMs() > seconds(5);
    if (boots) this.world.time.restartComputer(offMs);
    else this.world.time.sleep(offMs);
    if (setByMs !== 0) this.note(`  clock set by ${setByMs} ms while down${boots ? ", switched off" : ""}`);
    this.world.time.setWallBy(setByMs);
    const timeIsLost = boots && setByMs < 0;
    this.due.goesOn(this.trueNow, timeIsLost);
    await this.world.boot();
    if (isCorrected) {
      await this.world.fastForward(seconds(8));
      this.world.time.setWallBy(-setByMs);
      this.due.isRightAgain(this.trueNow, timeIsLost);
      this.note("  clock put right");
      await this.world.fastForward(seconds(12));
    }
    // What was sent twice because its outcome was unknown is allowed; what was answered must be there.
    for (const id of this.accepted) {
      if (this.world.engine.findAlert(id) === null)
        this.violate(`invariant 1: accepted alert ${id} is gone after a crash`);
    }
  }

  /** True time, whatever the clocks say, in ms since the beginning. */
  private get trueNow(): number {
    return this.world.time.trueMs();
  }

  private deliver(
    id: AlertId,
    actionId: string,
  ): { kind: "sent" } | { kind: "failed"; permanent: boolean; reason: "temporary"; text: string } {
    const alert = this.world.engine.findAlert(id);
    if (alert?.status !== "triggered")
      this.violate(`invariant 3: ${actionId} left although the alert is ${alert?.status}`);
    if (this.chance(0.15))
      return { kind: "failed", permanent: this.chance(0.3), reason: "temporary", text: "451" };
    this.sends += 1;
    this.delivered.set(actionId, (this.delivered.get(actionId) ?? 0) + 1);
    this.note(`  sent ${actionId}`);
    return { kind: "sent" };
  }

  /** What must hold whenever the machine is up and has settled. */
  private check(): void {
    const now = this.world.time.wallMs();
    const { engine } = this.world;
    for (const alert of engine.state.open.values()) {
      if (alert.status !== "triggered") continue;
      this.due.check(alert, this.trueNow);
      const due = alert.nextEscalationAt;
      if (due === null) this.violate(`invariant 2: ${alert.id} is triggered and nothing is planned`);
      else if (now - due > seconds(15)) this.violate(`invariant 2: ${alert.id} is ${now - due} ms overdue`);
      else if (due - now > minutes(10))
        this.violate(`invariant 2: ${alert.id} is not due for ${due - now} ms`);
      if (this.faulty) continue;
      const late = alert.notifications.find((n) => n.state === "planned" && n.dueAt < now - minutes(5));
      if (late !== undefined)
        this.violate(`invariant 2: ${late.actionId} waits for its turn since ${late.dueAt}`);
    }
    this.checkSent();
  }

  /** An action that the journal calls sent has really left. */
  private checkSent(): void {
    for (const { fact } of this.disk.replay(0)) {
      if (fact.kind === "notification-sent" && !this.delivered.has(fact.actionId)) {
        this.violate(`invariant 2: ${fact.actionId} is marked sent and never left`);
      }
    }
    for (const line of this.world.log.filter((entry) => entry.includes("invariant"))) this.violate(line);
  }

  private violate(text: string): void {
    if (this.violations.includes(text)) return;
    this.violations.push(text);
    this.note(`VIOLATION ${text}`);
  }

  private note(text: string): void {
    this.trace.push(`${new Date(this.world.time.wallMs()).toISOString()} ${text}`);
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private upTo(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.upTo(from.length)]!;
  }
}

const calm = [
  "fire",
  "fire",
  "fire",
  "resolve-by-source",
  "acknowledge",
  "resolve",
  "escalate",
  "snooze",
  "pass",
  "pass",
  "pass",
  "desktops",
] as const;
const faults = ["crash", "sleep", "set-clock", "disk-fails"] as const;

const threeTiers = team({
  policies: [
    policy(
      "default",
      [
        step(toPerson("ana"), { withinMs: minutes(2) }),
        step(toPerson("ben"), { withinMs: seconds(90), minSeverity: "warning" }),
        step(toEveryone, { withinMs: minutes(3) }),
      ],
      { repeat: 1, ackTimeoutMs: minutes(30) },
    ),
  ],
});

/** A journal in memory that can fail, and, as a mutant, lie. */
class FlakyDisk extends MemoryJournal implements Journal {
  failing = false;
  private notYetOnDisk: Fact[] = [];

  constructor(
    private readonly mutant: Mutant | null,
    private readonly kept: (facts: readonly Fact[]) => void,
  ) {
    super();
  }

  override append(facts: readonly Fact[]): void {
    if (this.failing) throw new Error("the disk fails");
    this.kept(facts);
    if (this.mutant !== "answers-before-fsync") return super.append(facts);
    super.append(this.notYetOnDisk);
    this.notYetOnDisk = [...facts];
  }

  override *replay(afterPosition: number): Iterable<JournaledFact> {
    for (const { fact, place } of super.replay(afterPosition)) {
      if (this.mutant === "loses-deadlines" && fact.kind === "step-entered") {
        yield { fact: { ...fact, nextEscalationAt: Number.MAX_SAFE_INTEGER }, place };
        continue;
      }
      yield { fact, place };
      if (this.mutant === "marks-sent-before-sending" && fact.kind === "notification-attempted") {
        const { at, alertId, actionId, person, via } = fact;
        yield { fact: { kind: "notification-sent", at, alertId, actionId, person, via }, place };
      }
    }
  }

  loseWhatIsNotOnDisk(): void {
    this.notYetOnDisk = [];
  }
}

/** mulberry32: small, seeded, good enough to choose events. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
