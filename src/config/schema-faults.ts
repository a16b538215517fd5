/** Turns zod's issues into faults with a path and a sentence. Used by `load-team`. */
import type { z } from "zod";
import { type Path, printPath, type Report } from "./fault.ts";
import { nearest, suggestion } from "./suggest.ts";

export function reportIssues(issues: readonly z.core.$ZodIssue[], report: Report): void {
  const misspelt = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    // `strictMap` put the known keys there.
    const known = issue.message.split(" ");
    for (const key of issue.keys) {
      const hint = suggestion(key, known) || `; known here: ${known.join(", ")}`;
      report([...(issue.path as Path), key], `unknown key${hint}`, "key");
      misspelt.add(printPath([...(issue.path as Path), nearest(key, known) ?? key]));
    }
  }
  for (const issue of issues) {
    // A required key that is there under a misspelt name is one fault, not two.
    const isMissing = issue.message.startsWith("missing;");
    if (issue.code === "unrecognized_keys" || (isMissing && misspelt.has(printPath(issue.path as Path))))
      continue;
    report(issue.path as Path, issue.message);
  }
}
