/**
 * Judges a fact that another machine says it has, before it reaches the journal and the fold. Called by `peers` for each
 * fact that arrives.
 *
 * A newer Tocsin may say things that this one does not know: a new kind, or a new word where one of a list is expected.
 * Such a fact is kept and passed on, and means nothing here. What is known and malformed is a lie or a fault.
 */
import type { Fact } from "#domain/fact";
import { z } from "zod";
import { factShapes } from "./fact-shapes.ts";

export type Judgement = "known" | "unknown" | "malformed";

/**
 * `kind`, `alertId` and `at` are what the envelope says; a body that says something else is malformed. `at` is the
 * envelope's, whole ms; left out, it is not compared. Never throws.
 */
export function judgeFact(body: string, kind: string, alertId: string | null, at?: number): Judgement {
  const fact = parse(body);
  if (!isObject(fact) || fact["kind"] !== kind || (fact["alertId"] ?? null) !== alertId) return "malformed";
  if (typeof fact["at"] !== "number" || (at !== undefined && Math.floor(fact["at"]) !== at))
    return "malformed";
  return judgeBody(fact);
}

/** The same for a body that has been parsed already and compared with its envelope. */
export function judgeBody(fact: unknown): Judgement {
  if (!isObject(fact) || typeof fact["kind"] !== "string" || hasProtoKey(fact)) return "malformed";
  if (!Object.hasOwn(factJson, fact["kind"])) return "unknown";
  const schema = factJson[fact["kind"] as Fact["kind"]];
  // Who asks a fact whether it concerns an alert asks for this key.
  if ("alertId" in fact && !("alertId" in schema.shape)) return "malformed";
  const { error } = schema.safeParse(fact);
  if (error === undefined) return "known";
  return error.issues.every((issue) => isUnknownWord(issue, fact)) ? "unknown" : "malformed";
}

const factJson = Object.fromEntries(
  Object.entries(factShapes).map(([kind, shape]) => [kind, z.object(shape)]),
) as unknown as Readonly<Record<Fact["kind"], z.ZodObject>>;

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A key of that name is harmless only to those who never copy it. Nobody writes one. Without recursion: it may be deep. */
function hasProtoKey(value: object): boolean {
  const left: object[] = [value];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (Object.hasOwn(one, "__proto__")) return true;
    for (const key in one) {
      const member = (one as Record<string, unknown>)[key];
      if (typeof member === "object" && member !== null) left.push(member);
    }
  }
  return false;
}

/** A text, where one of a list of words was expected. */
function isUnknownWord(issue: z.core.$ZodIssue, fact: unknown): boolean {
  const isChoice =
    issue.code === "invalid_value" || (issue.code === "invalid_union" && "discriminator" in issue);
  if (!isChoice) return false;
  let value = fact;
  for (const key of issue.path) {
    if (typeof value !== "object" || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return typeof value === "string" && value.length <= 64;
}
