/**
 * What becomes of this machine among its team's once it was revoked: it keeps that in the membership, forgets the team's
 * key, and lets nobody in. Used by `team-machines`; what the engine does then is its own business (`engine/revocation`).
 */
import type { Logger } from "pino";
import type { MachineId } from "#domain/ids";
import type { LoopEngine } from "#engine/engine";
import type { Clock } from "#engine/ports";
import { revokedRemedy } from "#engine/revocation";
import type { TeamRoster } from "./team-roster.ts";

export interface ShutOutOptions {
  readonly self: MachineId;
  readonly engine: LoopEngine;
  readonly roster: TeamRoster;
  readonly clock: Pick<Clock, "now">;
  readonly log: Pick<Logger, "warn">;
  /** The other engines that this one is linked with now. */
  readonly linked: () => readonly MachineId[];
  /** Whatever it was trusted with is to be forgotten. Called once. */
  readonly onShutOut: () => void;
}

export class ShutOut {
  private isDone = false;

  /** Before the engine starts: what the membership says counts from the beginning. */
  constructor(private readonly options: ShutOutOptions) {
    const { engine, roster } = options;
    const { revoked } = roster.membership ?? {};
    if (revoked !== undefined) engine.revocation.learn(revoked.text);
  }

  /** @returns whether this machine is out; the first time it finds so, it sees to the rest. */
  look(): boolean {
    const { engine, roster, self, clock, log, onShutOut } = this.options;
    const { known } = engine.revocation;
    if (known === null || this.isDone) return known !== null;
    this.isDone = true;
    log.warn({ reason: known }, "this machine was revoked");
    const { membership } = roster;
    if (membership !== null && membership.revoked === undefined) {
      const revoked = { machine: self, text: known, at: Math.round(clock.now()) };
      roster.keep({ ...membership, teamKey: null, revoked });
    }
    onShutOut();
    return true;
  }

  /** An engine of the team, which has proved who it is, says so at its door; no fact does, or not yet. */
  toldBy(machine: MachineId): void {
    const { engine, linked, log } = this.options;
    const name = engine.state.machines.get(machine)?.name ?? machine;
    // While another one still takes this machine for one of the team, a single word is not enough: whoever says it may be
    // the one that was revoked. When it is true, the others hear of it within seconds, and hang up as well.
    if (linked().some((other) => other !== machine))
      return log.warn({ machine }, `${name} says that this machine was revoked, and others do not`);
    engine.revocation.learn(`${name} says that this machine was revoked from the team. ${revokedRemedy}`);
    engine.lookAtClock();
    this.look();
  }
}
