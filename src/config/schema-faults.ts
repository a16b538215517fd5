/** Turns zod's issues into faults with a path and a sentence. Used by `load-team`. */
import type { z } from "zod";
import { type Path, type Report } from "./fault.ts";
import { suggestion } from "./suggest.ts";

export function reportIssues(issues: readonly z.core.$ZodIssue[], report: Report): void {
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code !== "unrecognized_keys") {
      report(path, issue.message);
      continue;
    }
    // `strictMap` put the known keys there.
    const known = issue.message.split(" ");
    for (const key of issue.keys) report([...path, key], unknownKey(key, known), "key");
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const hint = suggestion(key, known);
  return `unknown key${hint === "" ? `; known here: ${known.join(", ")}` : hint}`;
}
