/**
 * The machines of a team in plain words: who coordinates, who is there, what to look at. Pure but for the machine's own
 * time zone; used by the machines page.
 */
import type { TeamMessage } from "#wire/client-contract";
import type { MachineJson, MachinesJson } from "#wire/machines-json";
import { clockTime, nameOf } from "../shared/words.ts";

/** Below this nobody notices, and deadlines do not depend on it: every machine counts its own. */
const clockMattersMs = 2000;

export const roleWords = { engine: "Engine", desk: "Desk" } as const;

const presenceWords = {
  active: "active here",
  idle: "idle",
  muted: "sound is off",
  locked: "locked",
  asleep: "asleep",
  offline: "offline",
} as const;

/** Those that belong to the team: this one first, then the coordinator, the connected, the others, by name. */
export function presentMachines({ self, coordinator, machines }: MachinesJson): MachineJson[] {
  const rank = ({ id, connected }: MachineJson): number =>
    id === self.id ? 0 : id === coordinator ? 1 : connected ? 2 : 3;
  return machines
    .filter(({ revokedAt }) => revokedAt === undefined)
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

/** Newest first. */
export function revokedMachines({ machines }: MachinesJson): (MachineJson & { revokedAt: string })[] {
  return machines
    .flatMap((machine) =>
      machine.revokedAt === undefined ? [] : [{ ...machine, revokedAt: machine.revokedAt }],
    )
    .sort((a, b) => b.revokedAt.localeCompare(a.revokedAt));
}

/** "Ana's laptop coordinates since 09:00:12." */
export function coordinatorLine({ coordinator, since, machines }: MachinesJson): string {
  const machine = machines.find(({ id }) => id === coordinator);
  if (machine === undefined) return "No machine in sight coordinates.";
  return `${machine.name} coordinates${since === null ? "" : ` since ${clockTime(since)}`}.`;
}

/** "3 of 4 machines are connected, 2 engines are awake." */
export function countLine(machines: MachinesJson): string {
  const all = presentMachines(machines);
  const connected = all.filter((machine) => machine.connected).length;
  const { awake } = machines;
  return `${connected} of ${all.length} machines ${connected === 1 ? "is" : "are"} connected, ${awake} ${awake === 1 ? "engine is" : "engines are"} awake.`;
}

/** What somebody should know or do, the worst first. Empty: all is well, or this machine is alone anyway. */
export function machineWarnings(machines: MachinesJson): string[] {
  const { team, coordinator, isolatedSince, settling, awake } = machines;
  if (team === null) return [];
  const warnings: string[] = [];
  if (isolatedSince !== undefined) {
    // On a desk it is the engine behind it that is isolated.
    const alone = machines.machines.find(({ id }) => id === coordinator)?.name ?? "this machine";
    warnings.push(
      `ISOLATED since ${clockTime(isolatedSince)}: ${alone} reaches none of the team’s other engines and carries on alone. Look at its network.`,
    );
  } else if (awake === 0) {
    warnings.push("No engine of the team is in sight: what becomes of alerts now is not known here.");
  } else if (awake === 1) {
    warnings.push(
      "Only one engine is awake: if it sleeps, nobody escalates. Wake another one, or add one that is always on.",
    );
  }
  if (settling)
    warnings.push("This machine has just started or woken up; it catches up with the others before it acts.");
  return warnings;
}

/** "Connected since 09:00:12", "Not connected since 03:12:00", "Not seen since this machine started". */
export function connectionWords({ connected, since, lastHeardAt }: MachineJson): string {
  if (connected) return since === null ? "Connected" : `Connected since ${clockTime(since)}`;
  const from = since ?? lastHeardAt ?? null;
  return from === null ? "Not seen since this machine started" : `Not connected since ${clockTime(from)}`;
}

export function ownerWords(person: string | null, team: TeamMessage | null): string {
  return person === null ? "Nobody’s" : `${nameOf(person, team)}’s`;
}

/** "Ana Ruiz: active here"; none for a machine where nobody's desktop is attached. */
export function peopleWords({ people }: MachineJson, team: TeamMessage | null): string[] {
  return people.map(({ person, presence }) => `${nameOf(person, team)}: ${presenceWords[presence]}`);
}

/** What is not the same there as here; null or empty when all is. */
export function differenceWords(machine: MachineJson): string[] {
  const clock = clockWords(machine.clockDifferenceMs ?? 0);
  const lag =
    machine.connected && machine.behind > 0
      ? [`It lacks ${machine.behind} entries of the journal; they are on their way.`]
      : [];
  const idle =
    machine.connected && machine.acts === false
      ? ["It takes in alerts and does not act: it is catching up, or its journal cannot be written."]
      : [];
  return [...idle, ...(clock === null ? [] : [clock]), ...machine.differences, ...lag];
}

function clockWords(differenceMs: number): string | null {
  const ms = Math.abs(differenceMs);
  if (ms < clockMattersMs) return null;
  const amount = ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
  return `Its clock is ${amount} ${differenceMs > 0 ? "ahead" : "behind"}: set it by the network’s time.`;
}

/** `14:32`; null once it is over. `now`: milliseconds since the epoch. */
export function timeLeft(expiresAt: string, now: number): string | null {
  const seconds = Math.ceil((Date.parse(expiresAt) - now) / 1000);
  if (!(seconds > 0)) return null;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The dark modules of a QR code as one SVG path, a unit a module; runs in a row are one rectangle. */
export function qrPath(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
    )
    .join("");
}
