/**
 * What the engine knows: the fold of all facts, and a little that is only known now (attached desktops).
 *
 * Ownership: `evolve` takes the state it is given and returns it changed. Alerts inside are immutable values; the maps
 * around them are edited in place, since copying 10,000 entries for each fact would be the whole cost of the engine.
 */
import type { Acting } from "./acting.ts";
import type { Alert, Frontier } from "./alert.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import type { KnownBoot } from "./boot.ts";
import type { DutyFact } from "./duty-fact.ts";
import type {
  ActionId,
  AlertId,
  EpochMs,
  IntegrationId,
  MachineId,
  OriginId,
  PersonId,
  SwapId,
  TeamFileVersion,
  TeamRevision,
} from "./ids.ts";
import type { Machine, MachineFact } from "./machine.ts";
import type { ClockSteps, Place } from "./place.ts";
import type { Presence } from "./presence.ts";
import type { LastMail } from "./refused-mail.ts";
import type { Handoff } from "./oncall/next-handoff.ts";
import type { Swap } from "./swap.ts";
import type { Team } from "./team.ts";

export interface State {
  /** All that are not resolved. */
  readonly open: Map<AlertId, Alert>;
  /** The latest resolved ones, oldest first, at most `limits.resolvedInMemory`; older ones are in the journal. */
  readonly resolved: Map<AlertId, Alert>;
  /**
   * Open alerts by `keyOf(integration, dedupKey)`. More than one only when machines that could not see one another have
   * each opened one, at different times: then what its source says goes for all of them.
   */
  readonly openByKey: Map<string, readonly AlertId[]>;
  /** Facts have come of these alerts whose opening has not. */
  readonly unopened: Set<AlertId>;
  /** The current team; null before the first one is adopted. Of concurrent ones see `team-lineage`. */
  team: Team | null;
  /** How it came to be in force; null as long as `team`. */
  adoption: Adoption | null;
  /** The latest edits of the team file, each once, in canonical order; see `team-lineage`. */
  adoptions: readonly Adoption[];
  /** The latest sealed text of the team file. */
  teamFile: {
    readonly revision: TeamRevision;
    readonly version: TeamFileVersion | null;
    readonly sealed: string;
    readonly latest: Frontier;
  } | null;
  /** The current revision, every one that an open alert is frozen to, and a few besides. */
  readonly teams: Map<TeamRevision, Team>;
  /** What came of the last mail to each person, whichever machine sent it. */
  readonly lastMails: Map<PersonId, LastMail>;
  /**
   * What sources have resolved lately, by `keyOf`, oldest first: the beginnings of what ended, and when. A sender that is
   * out of step with the others goes on about it for a while.
   */
  readonly resolvedLately: Map<string, { readonly ends: readonly EpochMs[]; readonly at: EpochMs }>;
  /** How many alerts of each integration are open. Derived from `open`. */
  readonly openOf: Map<IntegrationId | null, number>;
  /** When each open alert next needs a `tick`. Derived from `open`. */
  readonly deadlines: DeadlineQueue<AlertId>;
  /** Handoffs that people were told of lately. A value: another array whenever it changes. */
  announced: readonly Handoff[];
  /** Those asked for and not over yet, in the order of asking. */
  readonly swaps: Map<SwapId, Swap>;
  /** What the swaps are made of, in canonical order. */
  readonly swapFacts: Placed<DutyFact>[];
  /** The machines of the team, revoked ones included. */
  readonly machines: Map<MachineId, Machine>;
  /** What they are made of, in canonical order. */
  readonly machineFacts: Placed<MachineFact>[];

  /** The last fact of this machine's own log, and the last one to arrive. */
  ownSeq: number;
  position: number;
  /** The latest logical time of this machine's own facts, and of those of others. */
  hlc: number;
  heardHlc: number;
  /** By how much this machine's clock was set, after which position; the last few. */
  clockSteps: ClockSteps;
  /** When the newest fact was said that this machine has, by its clock of then; null: it has said none itself. */
  newestAt: EpochMs | null;
  /** The run of the computer that it was said in; null: not known. */
  boot: KnownBoot | null;
  /** What waits from before the computer was started, until its clock proves to be right. */
  beforeBoot: BeforeBoot | null;

  // Volatile: true only now, empty after a replay.

  /** This machine's own log. */
  origin: OriginId;
  acting: Acting & { readonly underWay: Set<ActionId> };
  /** People with a desktop attached and not paused. */
  desktops: ReadonlySet<PersonId>;
  /** Those of them who are not there to notice it. */
  away: ReadonlyMap<PersonId, Presence>;
}

/**
 * The computer was started anew, and its clock may be behind until it is corrected: what was planned before is right by the
 * clock of then, not by the one that it was started with.
 */
export interface BeforeBoot {
  /** Of the start: facts before it are meant. */
  readonly position: number;
  /** By how much the clock is known to be behind. What it is set forward beyond that was time in which the machine was off. */
  readonly behindMs: number;
  /** Those whose deadlines are of then. */
  readonly alerts: Set<AlertId>;
}

export interface Placed<F> {
  readonly fact: F;
  readonly place: Place;
}

/** A team that was taken over: by whom, on which machine, and in place of which one. */
export interface Adoption {
  readonly revision: TeamRevision;
  /** Which edit of the file it is. Said by an older Tocsin: its revision. */
  readonly version: TeamFileVersion;
  /** The edits that it was made from; none: the first one, or from before there were several machines. */
  readonly parents: readonly TeamFileVersion[];
  /** How many edits, one upon the other, it is from the first one; null: said by an older Tocsin. */
  readonly generation: number | null;
  readonly by: PersonId | null;
  readonly machine: MachineId | null;
  readonly at: EpochMs;
  readonly latest: Frontier;
}

export function emptyState(): State {
  return {
    open: new Map(),
    resolved: new Map(),
    openByKey: new Map(),
    unopened: new Set(),
    team: null,
    adoption: null,
    adoptions: [],
    teamFile: null,
    teams: new Map(),
    lastMails: new Map(),
    resolvedLately: new Map(),
    openOf: new Map(),
    deadlines: new DeadlineQueue(),
    announced: [],
    swaps: new Map(),
    swapFacts: [],
    machines: new Map(),
    machineFacts: [],
    ownSeq: 0,
    position: 0,
    hlc: 0,
    heardHlc: 0,
    clockSteps: [],
    newestAt: null,
    boot: null,
    beforeBoot: null,
    origin: "own" as OriginId,
    acting: { self: null, position: 0, others: [], underWay: new Set(), queueMovedAt: {} },
    desktops: new Set(),
    away: new Map(),
  };
}

/** Where this machine's next fact will be. */
export function nextOwnPlace({ origin, ownSeq, position }: State, ahead = 0): Place {
  return { origin, seq: ownSeq + 1 + ahead, position: position + 1 + ahead, own: true, skewMs: 0 };
}

/** How many alerts of this integration are open. Counted anew whenever the count does not add up. */
export function openAlertsOf({ open, openOf }: State, integration: IntegrationId | null): number {
  let counted = 0;
  for (const count of openOf.values()) counted += count;
  if (counted !== open.size) {
    openOf.clear();
    for (const alert of open.values())
      openOf.set(alert.integration, (openOf.get(alert.integration) ?? 0) + 1);
  }
  return openOf.get(integration) ?? 0;
}

/** Two integrations may use the same key for different things; JSON keeps any characters in them apart. */
export function keyOf(integration: IntegrationId | null, dedupKey: string): string {
  return JSON.stringify([integration, dedupKey]);
}
