/** `tocsin doctor`: what works on this machine, what does not, and the remedy; one line for each check. Changes nothing. */
import { resolve } from "node:path";
import { dataDirectory } from "#system/directories";
import { dataFolderChecks } from "./doctor/data-folder.ts";
import { desktopChecks } from "./doctor/desktop.ts";
import { engineChecks, reach } from "./doctor/engine.ts";
import { printFinding, runChecks } from "./doctor/finding.ts";
import { machineChecks } from "./doctor/machine.ts";
import { teamChecks } from "./doctor/team.ts";
import { visible } from "./alert-text.ts";
import { exitCodes, type Output } from "./outcome.ts";
import type { Given } from "./usage.ts";

/** Longer than any check's own limits. */
const checkLimitMs = 8_000;

/** 0 unless a check failed. JSON: `[{name, status: "ok"|"warn"|"fail"|"skip", text, remedy?}]`. */
export async function doctor(given: Given, output: Output): Promise<number> {
  const data = resolve(given.text("data") ?? dataDirectory());
  const engine = reach(data);
  const findings = await runChecks(
    [
      ...machineChecks(),
      ...dataFolderChecks(data),
      ...teamChecks(given.text("team") ?? null, data, engine),
      ...engineChecks(engine),
      ...desktopChecks(),
    ],
    checkLimitMs,
  );
  if (given.flag("json")) output.out(JSON.stringify(findings));
  else for (const finding of findings) output.out(visible(printFinding(finding)));
  return findings.some(({ status }) => status === "fail") ? exitCodes.refused : exitCodes.done;
}
