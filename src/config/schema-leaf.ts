/** The building blocks of the team file's schema: they say what was expected, in the words of its readers. */
import { z } from "zod";
import { quote } from "./fault.ts";
import type { Parsed } from "./parsed.ts";
import { suggestion } from "./suggest.ts";

/** For a zod schema: what a value of another type is told. */
export function expected(words: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) => {
      if (input === undefined) return `missing; must be ${words}`;
      if (input === null) return `empty; must be ${words}`;
      return `must be ${words}`;
    },
  };
}

/** A text that `parse` understands. */
export function parsedText<Value>(words: string, parse: (text: string) => Parsed<Value>) {
  return z.string(expected(words)).transform((text, context): Value => {
    const result = parse(text);
    if (result.ok) return result.value;
    context.addIssue({ code: "custom", message: result.text });
    return z.NEVER;
  });
}

/** A text in which anything may stand, and which is therefore often a number or a yes by mistake. */
export function freeText(words: string, maxLength: number, pattern = /\S/) {
  const quoted = ({ input }: { readonly input?: unknown }): string => {
    const hint = typeof input === "number" || typeof input === "boolean" ? ", put it in quotes" : "";
    return expected(words).error({ input }) + hint;
  };
  return z
    .string({ error: quoted })
    .max(maxLength, `must be ${words}, of at most ${maxLength} characters`)
    .regex(pattern, `must be ${words}`);
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const list = words.join(", ");
  return z.enum(words, {
    error: ({ input }) =>
      typeof input === "string"
        ? `${quote(input)} is not one of ${list}${suggestion(input, words)}`
        : expected(`one of ${list}`).error({ input }),
  });
}

/**
 * A map with these keys and no others. Zod does not tell which keys would have been right, so the message of its
 * "unrecognized_keys" is the list of them; `schema-faults` makes the sentence.
 */
export function strictMap<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  words = `a map with ${Object.keys(shape).slice(0, 3).join(", ")}`,
) {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? keys.join(" ") : expected(words).error(issue)),
  });
}

/** One, or a list; what is wrong is said of that which was meant. */
export function oneOrList<One extends z.ZodType, List extends z.ZodType>(one: One, list: List) {
  return z.unknown().transform((written, context): z.output<One> | z.output<List> => {
    const read = Array.isArray(written) ? list.safeParse(written) : one.safeParse(written);
    if (read.success) return read.data;
    for (const { path, message } of read.error.issues)
      context.addIssue({ code: "custom", path, message, input: written });
    return z.NEVER;
  });
}

export function listOf<Item extends z.ZodType>(item: Item, words: string, least = 0) {
  return z.array(item, expected(`a list of ${words}`)).min(least, `must have at least one entry`);
}
