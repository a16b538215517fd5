/**
 * What the engine last said: the open alerts, the team, its health. `client-link.ts` feeds it; tray, windows and pages
 * show it. It outlives the engine, so that an alert stays on the screen while the engine is being restarted.
 */
import type { AlertJson } from "#wire/alert-json";
import type { EngineMessage, HealthMessage, TeamMessage } from "#wire/client-contract";
import type { MachinesJson } from "#wire/machines-json";

export interface Mirror {
  /** False until the first welcome: nothing is known yet. */
  readonly known: boolean;
  readonly engineVersion: string;
  readonly url: string;
  readonly team: TeamMessage | null;
  readonly health: HealthMessage;
  readonly open: ReadonlyMap<string, AlertJson>;
  /** Null: an engine that knows of no other machines. */
  readonly machines: MachinesJson | null;
}

export function emptyMirror(now: string): Mirror {
  return {
    known: false,
    engineVersion: "",
    url: "",
    team: null,
    health: {
      ready: false,
      trusted: false,
      problems: [{ kind: "engine", text: "The engine is starting.", since: now }],
    },
    open: new Map(),
    machines: null,
  };
}

/** The mirror after `message`. Messages that change nothing give the same object. */
export function reflect(mirror: Mirror, message: EngineMessage): Mirror {
  switch (message.type) {
    case "welcome": {
      const { engineVersion, url, team, health, machines = null } = message;
      const open = merged(new Map(), message.alerts);
      return { known: true, engineVersion, url, team, health, open, machines };
    }
    case "alerts":
      return { ...mirror, open: merged(new Map(mirror.open), message.alerts) };
    case "team":
      return { ...mirror, team: message.team };
    case "health":
      return { ...mirror, health: message.health };
    case "machines":
      return { ...mirror, machines: message.machines };
    case "present":
    case "notice":
    case "answer":
      return mirror;
  }
}

function merged(open: Map<string, AlertJson>, alerts: readonly AlertJson[]): Map<string, AlertJson> {
  for (const alert of alerts) {
    if (alert.status === "resolved") open.delete(alert.id);
    else open.set(alert.id, alert);
  }
  return open;
}
