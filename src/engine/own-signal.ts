/** An alert that Tocsin raises about itself, as the signal that opens it; while one with its key is open, no second one. */
import type { AlertId, MachineId } from "#domain/ids";
import type { Signal } from "#domain/input";
import type { Severity } from "#domain/severity";

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
