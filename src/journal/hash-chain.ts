/**
 * The hash chain: how a fact becomes a row that proves itself, and its place in its origin.
 *
 * A row carries the hash before it as well as its own. So one row can be proven without its neighbours (salvage needs
 * that), and two neighbours prove that nothing is missing between them (verify needs that).
 */
import { hash, randomBytes } from "node:crypto";
import type { Fact } from "#domain/fact";

/** A fact as it is stored. */
export interface FactRow {
  /** The number that this machine's engine knows the fact by: 1, 2, 3 … in order of arrival. */
  readonly position: number;
  /** The journal that the fact was first written to: 16 characters, made at random with the journal. */
  readonly origin: string;
  /** Number within the origin. Until there are facts of other machines it equals `position`. */
  readonly seq: number;
  /** Epoch ms, wall clock, rounded down; the exact value is in `body`. */
  readonly at: number;
  readonly kind: string;
  readonly alert_id: string | null;
  /** Hash of the fact before it in the same origin; `firstPrevious` for the first. 64 hexadecimal digits. */
  readonly previous: string;
  readonly hash: string;
  /** The whole fact, JSON. */
  readonly body: string;
}

/** What the first fact of an origin follows. */
export const firstPrevious = "0".repeat(64);

/** The row of `fact` as the one after `previous` in its origin. */
export function rowOf(fact: Fact, origin: string, seq: number, previous: string): FactRow {
  const row = {
    position: seq,
    origin,
    seq,
    at: Math.floor(fact.at),
    kind: fact.kind,
    alert_id: "alertId" in fact ? fact.alertId : null,
    previous,
    body: JSON.stringify(fact),
  };
  return { ...row, hash: hashOf(row) };
}

/**
 * SHA-256 over everything that travels between machines (so not `position`). The body comes last and is JSON, and no
 * other field can hold a line feed unescaped, so two different rows never hash the same text.
 */
export function hashOf(row: Omit<FactRow, "hash" | "position">): string {
  const alertId = row.alert_id === null ? "" : JSON.stringify(row.alert_id);
  return hash(
    "sha256",
    `${row.previous}\n${row.origin}\n${row.seq}\n${row.at}\n${row.kind}\n${alertId}\n${row.body}`,
  );
}

export function newOrigin(): string {
  return randomBytes(12).toString("base64url");
}
