/**
 * Decides which facts of other machines are taken in: pure, so that the journal on disk and its in-memory twin take and
 * refuse the same. Called by both in `merge`.
 *
 * Nothing that a machine says of its facts is believed unless it proves itself: the hash must be that of the content, the
 * chain must hold, and what stands beside the body must be what the body says.
 */
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import type { MergedFacts, TravellingFact } from "#engine/ports";
import {
  hashOf,
  journaledOf,
  originPattern,
  type ChainedFact,
  type FactRow,
  type Head,
} from "./hash-chain.ts";

/** What is known before the merge. */
export interface KnownFacts {
  /** The log that this machine writes to: nobody else does. */
  readonly live: OriginId;
  /** The position of the last fact. */
  readonly position: number;
  head(origin: OriginId): Head;
  /** The hash of a fact up to the head. */
  hashAt(origin: OriginId, seq: number): string | null;
  /** A fact beyond the head, behind a gap that damage has left. */
  beyondHead(origin: OriginId, seq: number): Pick<ChainedFact, "previous" | "hash"> | null;
}

export interface MergePlan {
  /** To be stored, with their positions. */
  readonly rows: readonly FactRow[];
  /** The same as the engine sees them. */
  readonly added: readonly JournaledFact[];
  /** The new heads of the origins that have grown. */
  readonly heads: ReadonlyMap<OriginId, Head>;
  readonly refused: MergedFacts["refused"];
}

/** `now`: epoch ms by this machine's clock. */
export function planMerge(facts: readonly TravellingFact[], now: number, known: KnownFacts): MergePlan {
  const rows: FactRow[] = [];
  const added: JournaledFact[] = [];
  const heads = new Map<OriginId, Head>();
  const planned = new Map<string, string>();
  const hashAt = (origin: OriginId, seq: number): string | null =>
    planned.get(`${origin} ${seq}`) ?? known.hashAt(origin, seq);
  let refused: MergedFacts["refused"] = null;

  for (const travelling of facts) {
    const { origin, seq } = travelling;
    const head = heads.get(origin) ?? known.head(origin);
    if (seq <= head.seq && hashAt(origin, seq) === travelling.hash) continue;
    const fact = provenFact(travelling);
    const reason = fact === null ? "damaged" : faultOf(travelling, head, known);
    if (fact === null || reason !== null) {
      refused = { reason: reason ?? "damaged", origin, seq };
      break;
    }
    if (known.beyondHead(origin, seq) === null) {
      const row = rowOf(travelling, known.position + rows.length + 1, now);
      rows.push(row);
      added.push(journaledOf(row, fact));
      planned.set(`${origin} ${seq}`, row.hash);
    }
    heads.set(origin, overGap(origin, { seq, hash: travelling.hash }, known));
  }
  return { rows, added, heads, refused };
}

type Refusal = NonNullable<MergedFacts["refused"]>["reason"];

/** Why a fact that is intact does not come next, or null. */
function faultOf(fact: TravellingFact, head: Head, known: KnownFacts): Refusal | null {
  if (fact.seq <= head.seq) return "forked";
  // Ours, and we do not have it: this journal was restored from a copy, or somebody lies. Never mixed with what we write.
  if (fact.origin === known.live) return "forked";
  if (fact.seq > head.seq + 1) return "gap";
  if (fact.previous !== head.hash) return "forked";
  const there = known.beyondHead(fact.origin, fact.seq);
  return there !== null && there.hash !== fact.hash ? "forked" : null;
}

/** The gap behind which damage had left facts may be closed now: as far as these follow, they are the head. */
function overGap(origin: OriginId, head: Head, known: KnownFacts): Head {
  for (;;) {
    const next = known.beyondHead(origin, head.seq + 1);
    if (next === null || next.previous !== head.hash) return head;
    head = { seq: head.seq + 1, hash: next.hash };
  }
}

function rowOf(fact: TravellingFact, position: number, now: number): FactRow {
  const ageMs = Number.isFinite(fact.ageMs) ? Math.max(0, fact.ageMs) : 0;
  return {
    ...chainedOf(fact),
    position,
    skew: Math.round(now - ageMs) - fact.at,
  };
}

/** What a Date can hold. */
const furthestMs = 8.64e15;
/** Text that SQLite would not give back as it was. */
const unkeepable = /[\0\p{Cs}]/u;
const control = /[\p{Cc}\p{Cs}]/u;

/** The fact when it is what its hash says and can be kept byte for byte; null when not. Unknown kinds are as good. */
function provenFact(travelling: TravellingFact): Fact | null {
  const { origin, seq, at, kind, alertId, body } = travelling;
  if (!originPattern.test(origin) || !Number.isSafeInteger(seq) || seq < 1) return null;
  if (!Number.isInteger(at) || Math.abs(at) > furthestMs || control.test(kind) || unkeepable.test(body))
    return null;
  if (alertId !== null && unkeepable.test(alertId)) return null;
  if (hashOf(chainedOf(travelling)) !== travelling.hash) return null;
  const said = parsed(body);
  if (said === null || said["kind"] !== kind || (said["alertId"] ?? null) !== alertId) return null;
  return typeof said["at"] === "number" && Math.floor(said["at"]) === at ? (said as unknown as Fact) : null;
}

function chainedOf(fact: TravellingFact): ChainedFact {
  const { origin, seq, at, kind, alertId, previous, hash, body } = fact;
  return { origin, seq, at, kind, alert_id: alertId, previous, hash, body };
}

function parsed(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
