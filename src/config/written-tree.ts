/**
 * The team file as it was written, for checks that look at several places at once. They must find their faults although
 * other parts are malformed (contract §2: every fault at once), so here nothing is certain of its type: what is not
 * there or is something else is simply empty.
 */
import type { Path } from "./fault.ts";

export interface Branch {
  readonly value: unknown;
  readonly path: Path;
}

export function child(branch: Branch, key: string): Branch {
  const { value } = branch;
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return {
    value: isMap && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined,
    path: [...branch.path, key],
  };
}

export function entries(branch: Branch): Branch[] {
  return Array.isArray(branch.value)
    ? branch.value.map((value: unknown, index) => ({ value, path: [...branch.path, index] }))
    : [];
}

/** Null unless it is a text. */
export function textOf(branch: Branch): string | null {
  return typeof branch.value === "string" ? branch.value : null;
}
