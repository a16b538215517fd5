/**
 * One line on the team's machines for the tray's tooltip and menu: which one coordinates, how many are there. Pure; used
 * by `tray-texts.ts`.
 */
import type { MachinesJson } from "#wire/machines-json";

/** Trays cut long lines off where they like. */
const longestName = 40;

/** Null for a machine that is alone: there is nothing to say. `clockTime` gives the wall clock for ISO 8601 UTC. */
export function machinesLine(
  machines: MachinesJson | null,
  clockTime: (iso: string) => string,
): string | null {
  if (machines === null || machines.team === null) return null;
  const own = machines.machines.filter(({ revokedAt }) => revokedAt === undefined);
  const coordinator = own.find(({ id }) => id === machines.coordinator)?.name;
  // On a desk it is the engine behind it that is isolated.
  if (machines.isolatedSince !== undefined)
    return `ISOLATED since ${clockTime(machines.isolatedSince)}: ${shortened(coordinator ?? "this machine")} carries on alone`;
  const connected = own.filter((machine) => machine.connected).length;
  const who =
    coordinator !== undefined
      ? `${shortened(coordinator)} coordinates`
      : machines.settling
        ? "Catching up with the team"
        : "Nobody in sight coordinates";
  return `${who} · ${connected} of ${own.length} machines connected`;
}

function shortened(name: string): string {
  const letters = [...name];
  return letters.length <= longestName ? name : `${letters.slice(0, longestName - 1).join("")}…`;
}
