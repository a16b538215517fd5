// How `npm test` divides vitest's projects into runs, and what it reads from their reports. Called by scripts/test.mjs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { runForwarding } from "./run-forwarding.mjs";

/** The vitest project whose tests need a desktop. */
const DESKTOP_PROJECT = "e2e";

/**
 * One run for what needs no desktop and one for what does. `args` are the user's; a `--project` among them chooses the
 * run. With arguments (a file name, `-t`) one of the two may find nothing to do; both finding nothing is test.mjs's to see.
 */
export function planRuns(args) {
  const rest = [];
  const projects = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--project") projects.push(args[++i]);
    else if (args[i].startsWith("--project=")) projects.push(args[i].slice("--project=".length));
    else rest.push(args[i]);
  }
  const others = projects.filter((name) => name !== DESKTOP_PROJECT);
  const mayBeEmpty = args.length > 0;
  const runs = [
    { name: "without desktop", projects: projects.length ? others : [`!${DESKTOP_PROJECT}`], desktop: false },
    {
      name: "desktop",
      projects: projects.length && !projects.includes(DESKTOP_PROJECT) ? [] : [DESKTOP_PROJECT],
      desktop: true,
    },
  ];
  return runs.filter((run) => run.projects.length > 0).map((run) => ({ ...run, args: rest, mayBeEmpty }));
}

/** Runs vitest; resolves with its exit code and its JSON report (null when it wrote none). */
export async function runVitest(run, reportFile) {
  const vitest = [
    join(ROOT, "node_modules/vitest/vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
  ];
  const choice = run.projects.flatMap((name) => ["--project", name]);
  const empty = run.mayBeEmpty ? ["--passWithNoTests"] : [];
  const command = [...vitest, `--outputFile.json=${reportFile}`, ...choice, ...empty, ...run.args];
  const desktop = run.desktop ? [join(ROOT, "scripts/with-desktop.mjs"), "--", process.execPath] : [];
  const code = await runForwarding(process.execPath, [...desktop, ...command], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return { code, report: existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, "utf8")) : null };
}

/** Tests that passed and failed; a file that failed before its tests could run (an import, a hook) counts as one failure. */
export function countTests(report) {
  if (report === null) return { passed: 0, failed: 0 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length };
}
