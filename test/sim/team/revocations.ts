/**
 * A machine of a simulated team is revoked, at some time, by some other one; and what must hold then: once it knows,
 * nothing leaves it and it takes nothing; it gets to know; nobody else counts on it. By dice of its own, so that the runs
 * without a revocation are what they were.
 */
import type { MachineId, PersonId } from "#domain/ids";
import type { Fact } from "#domain/fact";
import { Dice } from "./dice.ts";
import type { Left, LedgerListener, Said } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./network.ts";
import type { TrueTime } from "./true-time.ts";

export interface RevocationsOptions {
  readonly seed: number;
  readonly time: TrueTime;
  readonly network: Network;
  readonly machines: readonly Machine[];
  /** Of runs: how many have a revocation. */
  readonly share: number;
  readonly note: (text: string) => void;
  readonly violate: (text: string) => void;
}

export class Revocations implements LedgerListener {
  /** The machine that was revoked; null: none was, yet. */
  out: Machine | null = null;
  private readonly dice: Dice;
  private isOver = false;

  constructor(private readonly options: RevocationsOptions) {
    this.dice = new Dice(options.seed ^ 0x0e70_4ed0);
  }

  begin(): void {
    const { time, share } = this.options;
    if (!this.dice.chance(share)) return;
    time.after(this.dice.between(20_000, 360_000), () => this.revoke(this.dice.pick(this.options.machines)));
  }

  /** Everything works again; the only machine that knew of the revocation may have lost its disk. */
  heal(): void {
    this.isOver = true;
    if (this.out !== null) this.revoke(this.out);
  }

  /** Somewhere else; tried again until some machine has taken it. */
  private revoke(victim: Machine): void {
    const { machines, note, time } = this.options;
    const others = machines.filter((machine) => machine !== victim && machine.process !== null);
    const again = () => {
      if (!this.isOver || this.out === victim) time.after(5_000, () => this.revoke(victim));
    };
    if (others.length === 0) return again();
    const on = this.dice.pick(others);
    note(`m${victim.index} REVOKED at m${on.index}`);
    const { id } = victim;
    const name = `Machine ${victim.index}`;
    const fingerprint = String(victim.index).repeat(64);
    const machine = { id, name, role: "engine", person: null, fingerprint, addresses: [] } as const;
    on.submit({ kind: "machine", change: { kind: "machine-added", machine, by: on.id } }, () => {});
    const change = { kind: "machine-revoked", machineId: id, by: "ana" as PersonId } as const;
    on.submit({ kind: "machine", change }, (answer) => {
      if (!answer.ok) again();
    });
  }

  // ---- the doors

  /** Whether a call from one to the other comes to nothing; who is turned away hears why. */
  hangsUp(from: Machine, to: Machine): boolean {
    if (this.out !== from && this.out !== to) return false;
    const { network } = this.options;
    if (from.knowsItIsOut || to.knowsItIsOut || knows(from, to.id)) return true;
    if (!knows(to, from.id)) return false;
    const isHeard = network.isOpen(from.id, to.id) && network.isOpen(to.id, from.id);
    if (isHeard && from.parts.time.runs && to.parts.time.runs) from.toldByDoorOf(to.id);
    return true;
  }

  /** A machine has heard of it, and ends its links with whom it does not belong with. */
  heard(machine: Machine, facts: readonly Fact[]): void {
    if (!facts.some(({ kind }) => kind === "machine-revoked")) return;
    const { network, machines } = this.options;
    for (const other of machines)
      if (machine.station !== null && (machine.knowsItIsOut || knows(machine, other.id)))
        network.hangUp(machine.station, other.id, "revoked");
  }

  // ---- what must hold

  said({ fact }: Said): void {
    if (fact.kind !== "machine-revoked") return;
    this.out = this.options.machines.find(({ id }) => id === fact.machineId)!;
    this.out.isOut = true;
  }

  left({ machine, actionId }: Left): void {
    if (this.options.machines[machine]!.knowsItIsOut)
      this.options.violate(
        `revocation: ${actionId} left machine ${machine}, which knows that it was revoked`,
      );
  }

  /** A signal was answered with ok. */
  answered(machine: Machine): void {
    if (machine.knowsItIsOut)
      this.options.violate(
        `revocation: machine ${machine.index} knows that it was revoked, and took a signal`,
      );
  }

  checkTheEnd(): void {
    if (this.out !== null && !this.out.knowsItIsOut)
      this.options.violate(
        `revocation: machine ${this.out.index} can reach the others and does not know of it`,
      );
  }
}

function knows({ process }: Machine, id: MachineId): boolean {
  return (process?.engine.state.machines.get(id)?.revokedAt ?? null) !== null;
}
