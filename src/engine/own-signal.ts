/** An alert that Tocsin raises about itself, as the signal that opens it; while one with its key is open, no second one. */
import type { AlertId, MachineId } from "#domain/ids";
import type { Signal } from "#domain/input";
import type { Severity } from "#domain/severity";
import { engineLimits } from "./dependencies.ts";

export function ownSignal(
  freshId: AlertId,
  key: string,
  severity: Severity,
  title: string,
  details: Readonly<Record<string, string>>,
  machine: MachineId | null,
): Signal {
  return {
    kind: "signal",
    freshId,
    integration: null,
    // What is wrong on one machine is not the same alert as what is wrong on another.
    dedupKey: machine === null ? `tocsin/${key}` : `tocsin/${machine}/${key}`,
    status: "firing",
    content: { severity, title, source: "tocsin", labels: {}, details, links: [] },
    silentAfterMs: null,
    repetition: "refresh",
    by: null,
  };
}

/** Key, severity, title and details of what Tocsin says of itself. */
type OwnAlarm = readonly [
  key: string,
  severity: Severity,
  title: string,
  details: Readonly<Record<string, string>>,
];

export function inboxIsFull({ integration }: Pick<Signal, "integration">): OwnAlarm {
  return [
    `limit-inbox-${integration}`,
    "critical",
    `Tocsin receives more of ${integration} than it can take in`,
    {
      limit: `${engineLimits.inbox} waiting signals of one integration`,
      remedy: "Slow it down at its source.",
    },
  ];
}

export function tooManyOpen(remedy: string): OwnAlarm {
  return ["limit-open-alerts", "critical", "Tocsin holds as many open alerts as it can", { remedy }];
}

const errorRemedy =
  "It goes on, but what this was about may be late: look after the open alerts yourself, and restart Tocsin. If it comes again, report it with the file tocsin.log of the data folder.";

/** `error`: what was wrong, as the log has it. */
export function errorText(error: string): string {
  return `Tocsin found an error in itself (${error.replace(/\.$/, "")}). ${errorRemedy}`;
}

export function errorFound(kind: string, error: string): OwnAlarm {
  const title = "Tocsin found an error in itself";
  return [`invariant-${kind}`, "critical", title, { error, remedy: errorRemedy }];
}
