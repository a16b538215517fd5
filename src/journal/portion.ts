/**
 * Puts together what another machine lacks, a portion at a time. Called by both journals in `factsBeyond`.
 *
 * In order of arrival here, so that the other learns things in an order that made sense once, and nothing old and long
 * stands before an acknowledgement from elsewhere.
 */
import type { AlertId, EpochMs } from "#domain/ids";
import type { ClockSteps } from "#domain/place";
import type { TravellingFact } from "#engine/ports";
import type { FactRow } from "./hash-chain.ts";

/**
 * `lacking`: for each origin the rows that are lacking, in order of number. `maxBytes`: of the JSON that it will be; one
 * fact at least is taken. `now`, `clockSteps`: see `Journal.factsBeyond`.
 */
export function portionOf(
  lacking: readonly Iterator<FactRow>[],
  maxBytes: number,
  now: EpochMs,
  clockSteps: ClockSteps,
): TravellingFact[] {
  const portion: TravellingFact[] = [];
  const next = lacking.map((rows) => rowOrNull(rows));
  for (let bytes = 0; ;) {
    let first = -1;
    for (let index = 0; index < next.length; index++) {
      const row = next[index];
      if (row && (first === -1 || row.position < next[first]!.position)) first = index;
    }
    const row = next[first];
    if (!row) return portion;
    bytes += bytesOf(row);
    if (bytes > maxBytes && portion.length > 0) return portion;
    portion.push(travellingOf(row, now, clockSteps));
    next[first] = rowOrNull(lacking[first]!);
  }
}

function travellingOf(row: FactRow, now: EpochMs, clockSteps: ClockSteps): TravellingFact {
  const { position, origin, seq, at, kind, alert_id, previous, hash, body, skew } = row;
  let saidAt = at + (skew ?? 0);
  for (const step of clockSteps) if (step.position > position) saidAt += step.deltaMs;
  const ageMs = Math.max(0, now - saidAt);
  return { origin, seq, at, kind, alertId: alert_id as AlertId | null, previous, hash, body, ageMs };
}

/** Names, punctuation, two hashes and the numbers. */
const fixedBytes = 320;

function bytesOf(row: FactRow): number {
  // The body is JSON within JSON: its quotes are escaped once more.
  return fixedBytes + Buffer.byteLength(JSON.stringify(row.body)) + (row.alert_id?.length ?? 0);
}

function rowOrNull(rows: Iterator<FactRow>): FactRow | null {
  const { value, done } = rows.next();
  return done === true ? null : value;
}
