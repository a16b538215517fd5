/**
 * Starts whatever this machine is: an engine, or a desk of a team that has engines elsewhere. Called by `tocsin serve` and
 * by the desktop app's engine process, which need not know the difference.
 */
import type { ClientConnection } from "#api/client-hub";
import { JournalError } from "#engine/ports";
import { takeLock } from "#journal/lock";
import { placesIn } from "#journal/places";
import { readMembership, type Membership } from "#peers/identity/membership";
import { openDataDirectory } from "#system/data-directory";
import { startTocsin, type TocsinOptions } from "../compose.ts";
import { startDesk } from "./start-desk.ts";

export interface RunningMachine {
  readonly url: string;
  /** See `Tocsin`; a desk has neither. */
  readonly newTeamFile: string | null;
  readonly teamRefused: string | null;
  /** A client of this machine: the app's port. */
  attach(connection: ClientConnection): void;
  /** The machine may have slept, or its clock may have been set. */
  lookAtClock(): void;
  /** It is about to sleep: nothing asynchronous comes to its end any more. */
  suspend(): void;
  /** It has just woken up. */
  resume(): void;
  /** Finishes what is in hand, within a few seconds. */
  stop(): Promise<void>;
}

export type MachineStart =
  | { readonly ok: true; readonly machine: RunningMachine }
  /** As of `startTocsin`. */
  | { readonly ok: false; readonly exitCode: 1 | 2; readonly text: string };

export async function startMachine(options: TocsinOptions): Promise<MachineStart> {
  const directory = openDataDirectory(options.data);
  if (!directory.ok) return { ok: false, exitCode: 1, text: directory.text };
  const read = readMembership(options.data);
  if (!read.ok) return { ok: false, exitCode: 1, text: read.text };
  if (read.membership?.role === "desk") return startDeskMachine(options, read.membership);
  const started = await startTocsin(options);
  if (!started.ok) return started;
  const { url, newTeamFile, teamRefused, hub, engine, suspend, resume, stop } = started.tocsin;
  return {
    ok: true,
    machine: {
      url,
      newTeamFile,
      teamRefused,
      attach: (connection) => hub.attach(connection),
      lookAtClock: () => engine.lookAtClock(),
      suspend,
      resume: () => {
        resume();
        engine.lookAtClock();
      },
      stop,
    },
  };
}

async function startDeskMachine(options: TocsinOptions, membership: Membership): Promise<MachineStart> {
  const held = holdFolder(options);
  if (!held.ok) return held;
  const started = await startDesk({ ...options, membership });
  if (!started.ok) {
    held.release();
    return started;
  }
  const { desk } = started;
  return {
    ok: true,
    machine: {
      ...desk,
      newTeamFile: null,
      teamRefused: null,
      suspend: () => {},
      resume: () => desk.lookAtClock(),
      stop: async () => {
        await desk.stop();
        held.release();
      },
    },
  };
}

/** Two desks with one key would take each other's place at the engine, again and again. */
function holdFolder({ data, log }: TocsinOptions) {
  try {
    return { ok: true, release: takeLock(placesIn(data)) } as const;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    if (error.reason === "locked") return { ok: false, exitCode: 1, text: error.message } as const;
    // A desk keeps nothing that it could not show alerts without: a full disk must not stop it.
    log.warn({ err: error }, "the data folder could not be locked against a second desk");
    return { ok: true, release: () => {} } as const;
  }
}
