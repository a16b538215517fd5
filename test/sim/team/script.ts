/**
 * What happens to a simulated team: its machines start and find each other, tools report, people act, and things break
 * and are repaired. By the dice alone, so the same seed tells the same story.
 */
import type { AlertId, IntegrationId, PersonId } from "#domain/ids";
import type { AlertCommand } from "#domain/input";
import { severities, type Severity } from "#domain/severity";
import type { Clocks } from "./clocks.ts";
import type { Dice } from "./dice.ts";
import { Faults, type FaultCounts } from "./faults.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { MailServer } from "./mail-server.ts";
import { truncatesOnStart, type TeamMutant } from "./mutants.ts";
import type { Network } from "./network.ts";
import type { Revocations } from "./revocations.ts";
import type { Promises } from "./promises.ts";
import type { TeamFiles } from "./team-files.ts";
import { people } from "./team.ts";
import type { TrueTime } from "./true-time.ts";

export interface Scene {
  readonly time: TrueTime;
  readonly dice: Dice;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly promises: Promises;
  readonly clocks: Clocks;
  readonly mailServer: MailServer;
  readonly revocations: Revocations;
  readonly teamFiles: TeamFiles;
  readonly machines: readonly Machine[];
  readonly isFaulty: boolean;
  readonly mutant: TeamMutant | null;
  readonly note: (text: string) => void;
}

export class Script {
  private readonly faults: Faults;
  private isOver = false;
  /** Those that say everything again every half a minute, to these machines, until it is over. */
  private readonly firing = new Map<string, readonly Machine[]>();

  constructor(private readonly scene: Scene) {
    this.faults = new Faults(scene, (machine) => this.start(machine));
  }

  get counts(): FaultCounts {
    return this.faults.counts;
  }

  begin(): void {
    const { time, dice, machines } = this.scene;
    for (const machine of machines) {
      for (const person of people)
        if (dice.chance(0.35)) machine.parts.desktops.set(person as PersonId, "active");
      time.after(dice.between(0, 3_000), () => this.start(machine));
      this.dial(machine);
    }
    // A prompt tool does not wait until everything has settled.
    time.after(dice.between(2_000, 20_000), () => this.next());
    this.faults.begin();
    for (const { afterMs, alerts } of this.scene.mailServer.floods)
      time.after(afterMs, () => this.flood(alerts, machines[alerts.length % machines.length]!));
    this.scene.revocations.begin();
    this.scene.teamFiles.begin();
  }

  /** Nothing new happens, and everything works again. */
  heal(): void {
    this.isOver = true;
    this.faults.healAll();
    this.scene.mailServer.heal();
    this.scene.revocations.heal();
    this.scene.note("everything is repaired");
  }

  powerIsGone(machine: Machine): void {
    this.faults.powerIsGone(machine);
  }

  private start(machine: Machine): void {
    const { time, promises, ledger, mutant, machines } = this.scene;
    if (machine.process !== null) return;
    const { disk } = machine.parts;
    if (truncatesOnStart(mutant)) {
      const others = machines
        .filter((other) => other !== machine)
        .map((other) => other.parts.disk.content.vector());
      disk.truncate(({ origin, seq }) => others.some((vector) => (vector[origin] ?? 0) >= seq));
      ledger.diskReplaced(machine.index, disk.content.replay(0));
    }
    this.scene.note(`m${machine.index} starts`);
    machine.start();
    time.after(50, () => machine.process !== null && promises.started(machine));
  }

  /** Each machine looks for those that it has no connection to, every second or two. */
  private dial(machine: Machine): void {
    const { time, dice, network, machines, revocations } = this.scene;
    time.after(dice.between(500, 2_000), () => {
      const from = machine.station;
      if (from !== null) {
        for (const other of machines) {
          if (other === machine || other.station === null || network.isConnected(from, other.id)) continue;
          if (revocations.hangsUp(machine, other)) continue;
          network.connect(from, other.station);
        }
      }
      this.dial(machine);
    });
  }

  private next(): void {
    if (this.isOver) return;
    const { time, dice } = this.scene;
    this.event();
    time.after(dice.chance(0.3) ? dice.between(0, 1_000) : dice.between(1_000, 20_000), () => this.next());
  }

  private event(): void {
    const { dice } = this.scene;
    const what = dice.pick(events);
    const key = `key-${dice.between(0, 6)}`;
    switch (what) {
      case "report":
        return this.report(this.some(), key, "firing", "report");
      case "source-fires":
        return this.fireAgain(key, this.some());
      case "source-ends": {
        const told = this.firing.get(key) ?? this.some();
        this.firing.delete(key);
        return this.report(told, key, "resolved", "report");
      }
      case "acknowledge":
      case "resolve":
      case "escalate":
        return this.command({ kind: what });
      case "snooze":
        return this.command({ kind: "snooze", forMs: dice.between(30, 180) * 1_000 });
      case "presence":
        return this.presence();
    }
  }

  /** One machine, several or all of them. */
  private some(): readonly Machine[] {
    const { dice, machines } = this.scene;
    if (dice.chance(0.3)) return machines;
    const one = dice.pick(machines);
    return dice.chance(0.6) ? [one] : machines.filter((machine) => machine === one || dice.chance(0.5));
  }

  /** As Prometheus does: to all of its Alertmanagers, again and again. */
  private fireAgain(key: string, to: readonly Machine[]): void {
    if (this.firing.has(key)) return;
    this.firing.set(key, to);
    const again = () => {
      if (this.isOver || this.firing.get(key) !== to) return;
      this.report(to, key, "firing", "refresh");
      this.scene.time.after(30_000, again);
    };
    again();
  }

  private report(
    to: readonly Machine[],
    dedupKey: string,
    status: "firing" | "resolved",
    repetition: "report" | "refresh",
  ): void {
    const { time, dice, note } = this.scene;
    const severity = dice.pick(severities);
    note(`${status} ${dedupKey} ${severity} to ${to.map(({ index }) => `m${index}`).join(" ")}`);
    for (const machine of to)
      time.after(dice.between(0, 50), () => this.tell(machine, dedupKey, severity, status, repetition));
  }

  private tell(
    machine: Machine,
    dedupKey: string,
    severity: Severity,
    status: "firing" | "resolved",
    repetition: "report" | "refresh",
  ): void {
    const { promises, revocations, note } = this.scene;
    machine.submit(
      {
        kind: "signal",
        freshId: "fresh" as AlertId,
        integration: "prometheus" as IntegrationId,
        dedupKey,
        status,
        content: { severity, title: dedupKey, source: "db1", labels: {}, details: {}, links: [] },
        silentAfterMs: repetition === "refresh" ? 150_000 : null,
        repetition,
        by: null,
      },
      (answer) => {
        note(`m${machine.index} answers ${JSON.stringify(answer)}`);
        if (status === "firing") promises.answered(machine, dedupKey, answer);
        if (answer.ok) revocations.answered(machine);
      },
    );
  }

  /** A large outage, as one machine hears of it. */
  private flood(alerts: readonly Severity[], to: Machine): void {
    this.scene.note(`an outage: ${alerts.length} alerts to m${to.index}`);
    alerts.forEach((severity, index) => this.tell(to, `outage-${index}`, severity, "firing", "report"));
  }

  private command(command: AlertCommand): void {
    const { dice, machines, note } = this.scene;
    const machine = dice.pick(machines);
    const open = [...(machine.process?.engine.state.open.keys() ?? [])];
    if (open.length === 0) return;
    const alertId = dice.pick(open);
    const by = dice.pick(people) as PersonId;
    note(`${by} at m${machine.index}: ${command.kind} ${alertId}`);
    machine.submit({ kind: "command", alertId, by, origin: "api", command }, (answer) =>
      note(`m${machine.index} answers ${JSON.stringify(answer)}`),
    );
  }

  private presence(): void {
    const { dice, machines, note } = this.scene;
    const machine = dice.pick(machines);
    const person = dice.pick(people) as PersonId;
    const presence = dice.pick([null, "active", "active", "idle", "locked", "muted"] as const);
    note(`${person} at m${machine.index} is ${presence ?? "gone"}`);
    machine.parts.desktops.set(person, presence);
  }
}

const events = [
  "report",
  "report",
  "source-fires",
  "source-ends",
  "source-ends",
  "acknowledge",
  "resolve",
  "escalate",
  "snooze",
  "presence",
  "presence",
] as const;
