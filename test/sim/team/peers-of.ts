/** Starts the peers that ship on a simulated machine, as `compose` does. */
import type { LoopEngine } from "#engine/engine";
import type { Clock } from "#engine/ports";
import { Peers } from "#peers/peers";
import type { Life } from "./machine-time.ts";
import type { Machine } from "./machine.ts";

export interface PeersOf {
  readonly machine: Machine;
  readonly life: Life;
  readonly clock: Clock;
  readonly engine: LoopEngine;
}

export function startPeers({ machine, life, clock, engine }: PeersOf): Peers {
  const { id, everybody, desktops, log } = machine.parts;
  const others = () =>
    engine.revocation.isKnown
      ? []
      : everybody.filter(
          (other) => other !== id && (engine.state.machines.get(other)?.revokedAt ?? null) === null,
        );
  const peers = new Peers({
    clock,
    self: id,
    engine,
    others,
    local: {
      desktops,
      people: () => desktops.people(),
      tell: () => {},
      onPeopleChanged: (listener) => void desktops.onPeopleChanged(listener),
    },
    runtime: () => ({
      tocsin: "simulated",
      node: "simulated",
      timeZones: "simulated",
      revision: engine.state.team?.revision ?? null,
      handoffs: null,
    }),
    log: (level, text) => life.alive && log(`${level}: ${text}`),
    securityLog: (event, details) => life.alive && log(`security: ${event} ${JSON.stringify(details)}`),
    able: () => !engine.health.problems.some(({ kind }) => kind === "journal"),
    wake: () => engine.lookAtClock(),
    report: (text) => (text === null ? engine.clearProblem("peers") : engine.reportProblem("peers", text)),
  });
  peers.start();
  return peers;
}
