/**
 * "Join a team" in the app: reads the invite, stops the engine, joins, and says in a sentence or two what came of it.
 * Called by `engine-process.ts`, which then starts whatever the machine is now.
 */
import { parseInvite } from "#peers/pairing/invite-line";
import { cleanLine } from "#wire/hostile-text";
import { defaultPeerPort } from "#wire/peer-contract";
import { joinHere } from "./join-here.ts";

export interface JoinFromAppOptions {
  readonly data: string;
  /** `--team`, if the app was started with it. */
  readonly team: string | null;
  /** As it was pasted. */
  readonly invite: string;
  readonly version: string;
  /** Stops the engine, which holds the data folder. */
  readonly stop: () => Promise<void>;
}

export interface JoinedFromApp {
  readonly ok: boolean;
  readonly text: string;
  /** Whether the engine had to be stopped, and is to be started again. */
  readonly stopped: boolean;
}

export async function joinFromApp(options: JoinFromAppOptions): Promise<JoinedFromApp> {
  const { data, version } = options;
  const read = parseInvite(options.invite);
  if (!read.ok) return { ok: false, text: read.text, stopped: false };
  if (options.team !== null) {
    const text = `Tocsin was started with --team ${options.team}, and a team brings its own file: start it without --team, then join.`;
    return { ok: false, text, stopped: false };
  }
  await options.stop();
  const listenAt = { host: "0.0.0.0", port: defaultPeerPort };
  const joined = await joinHere({
    data,
    invite: read.invite,
    name: null,
    // Whoever it is on this machine alone says nothing of that team's people; the invite may.
    person: null,
    listenAt,
    addresses: [],
    version,
  });
  if (!joined.ok) return { ok: false, text: joined.text, stopped: true };
  const { machine, team } = joined.joined;
  const what = machine.role === "engine" ? "an engine" : "a desk";
  const before = joined.setAside === null ? "" : ` What it held before lies in ${joined.setAside}.`;
  const text = `This machine is part of ${cleanLine(team.name, 80)} now, as ${what} called ${cleanLine(machine.name, 80)}.${before}`;
  return { ok: true, text, stopped: true };
}
