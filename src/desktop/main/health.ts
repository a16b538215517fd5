/**
 * Whether this app can be trusted now: what the engine says of itself, what main sees of the engine, and whether anybody
 * has been chosen. Pure; used by `application.ts`. What the pages and the tray show is this, never the engine's word alone.
 */
import type { HealthMessage } from "#wire/client-contract";
import type { Identity } from "./identity.ts";
import type { Mirror } from "./mirror.ts";

/** Why main does not believe the engine just now. `since`: ISO 8601 UTC. */
export interface Doubt {
  readonly text: string;
  readonly since: string;
}

export function healthOf(
  mirror: Mirror,
  doubt: Doubt | null,
  identity: Identity,
  now: string,
): HealthMessage {
  if (doubt !== null) return { ready: false, trusted: false, problems: [{ kind: "engine", ...doubt }] };
  const { ready, trusted, problems } = mirror.health;
  if (identity.person !== null || !mirror.known) return { ready, trusted, problems };
  const text =
    identity.problem ??
    "Nobody has been chosen for this machine: say whose it is, so that alerts find you here.";
  const problem = { kind: "person", text, since: now };
  // The first one is what the tray gives as the reason.
  return { ready, trusted: false, problems: trusted ? [problem, ...problems] : [...problems, problem] };
}
