/**
 * Machines: which one coordinates, which are there and whose, what to look at, and how another one comes in. What the
 * engine says is pushed; nothing is asked for.
 */
import type { TeamMessage } from "#wire/client-contract";
import type { MachinesJson } from "#wire/machines-json";
import type { EngineLink, EngineView } from "../shared/engine-link.ts";
import { clockTime } from "../shared/words.ts";
import { InviteCard } from "./invite-card.tsx";
import { JoinCard } from "./join-card.tsx";
import { MachineCard } from "./machine-card.tsx";
import {
  coordinatorLine,
  countLine,
  machineWarnings,
  presentMachines,
  revokedMachines,
} from "./machine-words.ts";

interface Props {
  readonly link: EngineLink;
  readonly engine: EngineView;
}

export function MachinesPage({ link, engine }: Props) {
  const { machines, team } = engine;
  if (machines === null) {
    return (
      <div class="machines">
        <h1>Machines</h1>
        <p class="soft">This engine knows of no other machines.</p>
      </div>
    );
  }
  const isAlone = machines.team === null;
  // A desk holds no keys, so it lets nobody in.
  const mayChange = machines.self.role === "engine";
  return (
    <div class="machines">
      <header>
        <h1>Machines</h1>
        {!isAlone && (
          <p>
            <strong>{coordinatorLine(machines)}</strong> {countLine(machines)}
          </p>
        )}
      </header>
      <Warnings machines={machines} />
      {isAlone ? (
        <Alone machines={machines} />
      ) : (
        <List link={link} machines={machines} team={team} mayChange={mayChange} />
      )}
      {mayChange ? (
        <InviteCard link={link} machines={machines} team={team} />
      ) : (
        <p class="soft">
          This machine is a desk: it shows and acknowledges. Invite and change machines on one that runs an
          engine.
        </p>
      )}
      {isAlone && <JoinCard />}
      <Revoked machines={machines} />
    </div>
  );
}

function Warnings({ machines }: { readonly machines: MachinesJson }) {
  const warnings = machineWarnings(machines);
  if (warnings.length === 0) return null;
  return (
    <section class="machine-warnings" aria-labelledby="machine-warnings">
      <h2 id="machine-warnings">To look at</h2>
      <ul>
        {warnings.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}

/** One machine: what a second one is for, and how it comes. */
function Alone({ machines }: { readonly machines: MachinesJson }) {
  return (
    <section class="first" aria-labelledby="alone">
      <h2 id="alone">{machines.self.name} is alone</h2>
      <p>
        When it sleeps, crashes or loses its network, nobody is alerted; with a second machine the other one
        carries on. Make an invite below and give its line to Tocsin on the other machine, within a quarter of
        an hour.
      </p>
    </section>
  );
}

interface ListProps extends Pick<Props, "link"> {
  readonly machines: MachinesJson;
  readonly team: TeamMessage | null;
  readonly mayChange: boolean;
}

function List({ link, machines, team, mayChange }: ListProps) {
  return (
    <ul class="machine-list" aria-label="Machines of the team">
      {presentMachines(machines).map((machine) => (
        <MachineCard
          key={machine.id}
          link={link}
          machine={machine}
          team={team}
          isSelf={machine.id === machines.self.id}
          coordinates={machine.id === machines.coordinator}
          mayChange={mayChange}
        />
      ))}
    </ul>
  );
}

function Revoked({ machines }: { readonly machines: MachinesJson }) {
  const revoked = revokedMachines(machines);
  if (revoked.length === 0) return null;
  return (
    <details class="machines-revoked">
      <summary>Revoked machines ({revoked.length})</summary>
      <ul>
        {revoked.map(({ id, name, revokedAt }) => (
          <li key={id}>
            {name} <span class="soft">revoked {clockTime(revokedAt)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
