/**
 * The hash chain: how a fact becomes a row that proves itself, and its place in its origin.
 *
 * A row carries the hash before it as well as its own. So one row can be proven without its neighbours (salvage needs
 * that), and two neighbours prove that nothing is missing between them (verify needs that).
 */
import { hash, randomBytes } from "node:crypto";
import type { Fact } from "#domain/fact";
import type { OriginId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";

/** What of a fact travels between machines, and is hashed. */
export interface ChainedFact {
  /** The log that the fact was first written to: 16 characters, made at random with the log. */
  readonly origin: OriginId;
  /** Number within the origin: 1, 2, 3 … */
  readonly seq: number;
  /** Epoch ms by the clock of the machine that said it, rounded down; the exact value is in `body`. */
  readonly at: number;
  readonly kind: string;
  readonly alert_id: string | null;
  /** Hash of the fact before it in the same origin; `firstPrevious` for the first. 64 hexadecimal digits. */
  readonly previous: string;
  readonly hash: string;
  /** The whole fact, JSON. */
  readonly body: string;
}

/** A fact as it is stored here. */
export interface FactRow extends ChainedFact {
  /** The number that this machine's engine knows the fact by: 1, 2, 3 … in order of arrival, whatever its origin. */
  readonly position: number;
  /** ms to add to its times to have them by this machine's clock; null for what this machine said itself. */
  readonly skew: number | null;
}

/** The end of an origin, as far as it is known without a gap. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** What the first fact of an origin follows. */
export const firstPrevious = "0".repeat(64);
export const emptyHead: Head = { seq: 0, hash: firstPrevious };

/** The row of this machine's own `fact` as the one after `head` in `origin`. */
export function rowOf(fact: Fact, origin: OriginId, head: Head, position: number): FactRow {
  return chained(
    {
      position,
      skew: null,
      at: Math.floor(fact.at),
      kind: fact.kind,
      alert_id: "alertId" in fact ? fact.alertId : null,
      body: JSON.stringify(fact),
    },
    origin,
    head,
  );
}

/** The same content as the one after `head` in `origin`. */
export function chained(
  content: Omit<FactRow, "origin" | "seq" | "previous" | "hash">,
  origin: OriginId,
  head: Head,
): FactRow {
  const { position, skew, at, kind, alert_id, body } = content;
  const row = { position, origin, seq: head.seq + 1, at, kind, alert_id, previous: head.hash, body, skew };
  return { ...row, hash: hashOf(row) };
}

/**
 * SHA-256 over everything that travels between machines (so neither `position` nor `skew`). The body comes last and is
 * JSON, and no other field can hold a line feed unescaped, so two different facts never hash the same text.
 */
export function hashOf(fact: Omit<ChainedFact, "hash">): string {
  const alertId = fact.alert_id === null ? "" : JSON.stringify(fact.alert_id);
  return hash(
    "sha256",
    `${fact.previous}\n${fact.origin}\n${fact.seq}\n${fact.at}\n${fact.kind}\n${alertId}\n${fact.body}`,
  );
}

/** As the engine sees it. `fact`: the body, when it has been read already. */
export function journaledOf(row: FactRow, fact = JSON.parse(row.body) as Fact): JournaledFact {
  const { origin, seq, position, skew } = row;
  return { fact, place: { origin, seq, position, own: skew === null, skewMs: skew ?? 0 } };
}

/** What names a log, on every machine; see peer-contract.ts. */
export const originPattern = /^[A-Za-z0-9_-]{8,40}$/;

export function newOrigin(): OriginId {
  return randomBytes(12).toString("base64url") as OriginId;
}
