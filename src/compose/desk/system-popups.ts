/**
 * The desktop of a headless desk (`tocsin serve`): the system's own notifications, as one more client of the desk's hub.
 * Made by `desk.ts`. Acknowledging is the command line's.
 */
import type { ClientConnection } from "#api/client-hub";
import type { SystemDesktops } from "#channels/system-notification";
import type { AlertId, PersonId } from "#domain/ids";
import type { AlertJson } from "#wire/alert-json";
import { clientContractVersion } from "#wire/client-contract";
import type { ClientMessage, EngineMessage } from "#wire/client-contract";

export interface SystemPopupsOptions {
  readonly hub: { attach(connection: ClientConnection): void };
  readonly desktops: Pick<SystemDesktops, "present" | "tell" | "isAvailable">;
  /** Whose machine this is, by the team's record. */
  readonly person: () => PersonId | null;
  readonly alert: (id: string) => AlertJson | null;
  readonly now: () => number;
}

/** A courtesy that nobody has seen by then is none any more. */
const quietForMs = 60_000;
const presentWithinMs = 4500;

/** Ends with the hub. */
export function showOnSystem(options: SystemPopupsOptions): void {
  const { hub, desktops, person, alert, now } = options;
  let say = (_message: ClientMessage): void => {};
  const hear = (message: EngineMessage): void => {
    const owner = person();
    if (message.type === "notice" && owner !== null) {
      const { title, text } = message;
      desktops.tell({ kind: "tell", person: owner, title, text, until: now() + quietForMs });
    }
    if (message.type === "present") void present(message);
  };
  const present = async ({ actionId, alertId, why }: Extract<EngineMessage, { type: "present" }>) => {
    const shown = alert(alertId);
    const owner = person();
    const outcome =
      shown === null || owner === null
        ? "not-shown"
        : await desktops.present(
            {
              alert: { ...shown, id: shown.id as AlertId },
              person: { id: owner },
              why,
              stillWanted: () => alert(alertId)?.status === "triggered",
            },
            AbortSignal.timeout(presentWithinMs),
          );
    say({ type: "presented", actionId, shown: outcome === "shown" });
  };
  hub.attach({
    send: (message) => hear(message),
    onMessage: (listener) => (say = listener),
    onClose: () => {},
    close: () => {},
  });
  say({
    type: "hello",
    version: clientContractVersion,
    client: "desktop",
    person: null,
    available: desktops.isAvailable(),
  });
}
