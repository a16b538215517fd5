/**
 * The building blocks of facts as they travel. Used by `fact-json` and `team-json`.
 *
 * Sizes are far above what any version makes: they are there so that nothing absurd reaches the fold, and a team must not
 * fall apart because a newer Tocsin allows longer titles.
 */
import type {
  ActionId,
  AlertId,
  GroupId,
  IntegrationId,
  MachineId,
  OriginId,
  PersonId,
  PolicyId,
  ScheduleId,
  SwapId,
  TeamFileVersion,
  TeamRevision,
} from "#domain/ids";
import { z } from "zod";

export const id = z.string().min(1).max(1_024);
export const personOrNobody = id.nullable();
export const shortText = z.string().max(4_096);
export const longText = z.string().max(65_536);
export const flag = z.boolean();
/** ECMA-262: the times that a Date can show. Above them nothing can print it, and a logical clock would stand still. */
export const time = z.number().min(0).max(8.64e15);
/** Of a calendar: it may lie before 1970, if only by a time zone. */
export const instant = z.number().min(-8.64e15).max(8.64e15);
export const logicalTime = z.int().min(0).max(8.64e15);
export const duration = z.number().min(-8.64e15).max(8.64e15);
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const wordMap = recordOf(
  (value): value is string => typeof value === "string" && value.length <= 65_536,
);
export const vector = recordOf(
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
);
/** JSON knows no `undefined`: a key is there, or it is not. */
export const optional = z.exactOptional;
export const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(100_000);

/** By hand, since a zod record takes a list for one. */
function recordOf<Value>(isValue: (value: unknown) => value is Value) {
  return z.custom<Readonly<Record<string, Value>>>(
    (record) =>
      typeof record === "object" &&
      record !== null &&
      !Array.isArray(record) &&
      Object.entries(record).every(([name, value]) => name.length <= 4_096 && isValue(value)),
  );
}

/** One of the words of a type; the compiler sees to it that none is forgotten. */
export function word<Word extends string>(words: Record<Word, true>) {
  return z.enum(Object.keys(words) as [Word, ...Word[]]);
}

type Id =
  | ActionId
  | AlertId
  | GroupId
  | IntegrationId
  | MachineId
  | OriginId
  | PersonId
  | PolicyId
  | ScheduleId
  | SwapId
  | TeamFileVersion
  | TeamRevision;

/** A type of the domain as JSON has it: without the brands of ids. */
export type JsonOf<T> = T extends Id
  ? string
  : T extends string | number | boolean | null
    ? T
    : T extends readonly (infer Item)[]
      ? readonly JsonOf<Item>[]
      : { readonly [Key in keyof T as Key extends Id ? string : Key]: JsonOf<T[Key]> };
