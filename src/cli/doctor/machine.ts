/** Checks of the machine itself: Node, the clock, the time zones. For `tocsin doctor`. */
import { existsSync } from "node:fs";
import { askProgram } from "./ask-program.ts";
import { failure, fine, skipped, warning, type Check, type Finding } from "./finding.ts";

/** package.json's `engines`. */
const leastNode = [20, 19] as const;
/** Governments change their time a few times a year. */
const oldZonesYears = 2;

export function machineChecks(): readonly Check[] {
  return [
    { name: "Node", look: () => node(process.versions.node) },
    { name: "clock", look: clock },
    { name: "time zones", look: () => timeZones(process.versions["tz"], new Date().getUTCFullYear()) },
  ];
}

export function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
    ? fine(version)
    : failure(`${version} is too old`, `Install Node ${leastNode.join(".")} or later.`);
}

/** Steps and escalations run by the wall clock; a wrong one asks the wrong person at a handoff. */
async function clock(): Promise<Finding> {
  if (process.platform !== "linux") return skipped("the system's settings show whether it is synchronised");
  if (existsSync("/run/systemd/timesync/synchronized")) return fine("synchronised by systemd-timesyncd");
  const systemd = await askProgram("timedatectl", ["show", "--property=NTPSynchronized", "--value"]);
  if (systemd === "yes") return fine("synchronised");
  const chrony = await askProgram("chronyc", ["-c", "tracking"]);
  if (chrony !== null) return fine("synchronised by chrony");
  return systemd === "no"
    ? warning("not synchronised", "Switch on NTP: timedatectl set-ntp true")
    : skipped("this system does not tell whether it is synchronised (no timedatectl, no chronyc)");
}

export function timeZones(version: string | undefined, year: number): Finding {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const from = Number(version?.slice(0, 4));
  if (version === undefined || Number.isNaN(from))
    return skipped("this Node does not tell the version of its time zones");
  return year - from > oldZonesYears
    ? warning(
        `their rules are of ${version}; handoffs may be an hour off where a country changed its time since`,
        "Update Node.",
      )
    : fine(`rules of ${version}, this machine is in ${zone}`);
}
