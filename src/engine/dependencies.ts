/** What the engine is made with, and its limits. */
import type { Tell } from "#domain/command";
import type { MachineId } from "#domain/ids";
import type { Channel, Clock, Journal, Random, Standing } from "./ports.ts";

export interface EngineDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly channels: readonly Channel[];
  /** A quiet word for a person's desktop; without it nobody hears one. Never throws. */
  readonly tell?: (word: Tell) => void;
  readonly version: string;
  /** This machine among those of its team, and where it stands; absent: it is the only one, and does all that is due. */
  readonly self?: MachineId;
  readonly standing?: Standing;
  /** One line for the log, for what nobody asked for: a broken invariant, a journal that fails. */
  log(level: "warn" | "error", text: string, error?: unknown): void;
  /** Only a new start, which salvages the journal, can help. May be called more than once. */
  onBroken(error: unknown): void;
}

/** The engine's own limits; the domain has its own. */
export const engineLimits = {
  /** Signals of one integration that may wait; beyond it `busy` is answered and an alert says so. */
  inbox: 50_000,
  /** The same of all together, but so many of each integration have a place whatever the others do. */
  inboxInAll: 100_000,
  inboxAlways: 5_000,
  /** Inputs that share one commit. Small enough that a flood does not hold up a person's command. */
  turn: 500,
  /** Due alerts taken up in one turn. */
  dueInOneTurn: 500,
  /** How long a stop waits for notifications that are under way; what is not done by then is made again at the next start. */
  stopWithinMs: 2_500,
} as const;
