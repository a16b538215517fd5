/**
 * What a protocol makes of a request's body: signals without what only the routes know. Every file in `protocols/`
 * exports one pure function that makes a `Reading` of what JSON.parse returned, which is hostile.
 */
import type { EpochMs } from "#domain/ids";
import type { Signal } from "#domain/input";

export interface SignalDraft extends Omit<
  Signal,
  "kind" | "freshId" | "integration" | "by" | "dedupKey" | "said"
> {
  /** Null: the sender gave none, so this is an alert of its own. */
  readonly dedupKey: string | null;
  /** When it began and ended by its sender's clock, of a format that says so. */
  readonly times?: DraftTimes;
}

export interface DraftTimes {
  readonly startsAt: EpochMs | null;
  readonly endsAt: EpochMs | null;
  /** What tells apart several senders at one address: where the sender says that it is to be found. */
  readonly from: string;
  /** The format says itself whether it fires; otherwise `endsAt` means it, and `status` is by this machine's clock. */
  readonly isExplicit: boolean;
}

export interface Reading {
  readonly signals: readonly SignalDraft[];
  /** One sentence for each thing that could not be taken, naming its place. Empty: all is well. */
  readonly errors: readonly string[];
  /** Its sender is to hear that all is well when only some of it could not be taken: it would send all of it again, or stop. */
  readonly isTakenInPart?: boolean;
  /** How many alerts of a group its sender says that it has left out; 0: none (any more). */
  readonly truncated?: { readonly group: string; readonly count: number };
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** How a message calls a value's JSON type. */
export function typeName(value: unknown): string {
  return value === null
    ? "null"
    : value === undefined
      ? "missing"
      : Array.isArray(value)
        ? "an array"
        : typeof value === "object"
          ? "an object"
          : `a ${typeof value}`;
}
