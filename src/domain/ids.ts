/**
 * Branded identifiers: strings that the compiler keeps apart. Used by every room.
 *
 * A brand exists only at compile time; `as` at the edge (config, wire) is where a string earns it.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** One firing of one alert. An acknowledgement binds to this, never to a deduplication key (invariant 5). */
export type AlertId = Branded<"AlertId">;
/** One notification of one person by one channel in one wave of one alert; the same after a replay. */
export type ActionId = Branded<"ActionId">;
export type PersonId = Branded<"PersonId">;
export type GroupId = Branded<"GroupId">;
export type ScheduleId = Branded<"ScheduleId">;
export type PolicyId = Branded<"PolicyId">;
export type IntegrationId = Branded<"IntegrationId">;
/** One request to take over a duty. */
export type SwapId = Branded<"SwapId">;
/** A computer of the team: made of its certificate's fingerprint, so it cannot be claimed by another one. */
export type MachineId = Branded<"MachineId">;
/** One append-only log of facts: a machine's journal, until it is damaged or restored and begins another one. */
export type OriginId = Branded<"OriginId">;
/** Content hash of a team; the same file gives the same revision on every machine. */
export type TeamRevision = Branded<"TeamRevision">;

/** An edit of the team file, by its text and what it was made from: the same on every machine that makes the same one. */
export type TeamFileVersion = Branded<"TeamFileVersion">;

/** A point in time: milliseconds since 1970-01-01T00:00:00Z, wall clock. */
export type EpochMs = number;

/**
 * The identity of a notification: (alert, round and wave, person, channel), and a number where a person is told more than
 * once by one channel in one wave. The same on every machine, so that nothing is done twice; another one in each round,
 * so that nothing counts as done that was done before the acknowledgement. Readable on purpose: it turns up in journals.
 */
export function actionIdOf(
  alert: AlertId,
  { round, wave }: { readonly round: number; readonly wave: number },
  person: PersonId,
  via: string,
  nth = 0,
): ActionId {
  const when = round === 0 ? wave : `${round}-${wave}`;
  return `${alert}.${when}.${person}.${via}${nth === 0 ? "" : `.${nth + 1}`}` as ActionId;
}
