#!/usr/bin/env node
/** The command line: `tocsin COMMAND`. Parses, runs one command, turns every failure into one sentence and an exit code. */
import { CommandFailure, exitCodes, type Output } from "./outcome.ts";
import { helpText, parseCommand, type Given } from "./usage.ts";

const output: Output = {
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
};

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  // A reader that goes away early (`tocsin list | head`) is no error of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  if (argv.length === 0 || ["--help", "-h", "help"].includes(argv[0]!) || argv.includes("--help")) {
    output.out(helpText());
    process.exitCode = argv.length === 0 ? exitCodes.wrongUsage : exitCodes.done;
    return;
  }
  try {
    process.exitCode = await run(parseCommand(argv));
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    output.error(`tocsin: ${error.message}`);
    process.exitCode = error.exitCode;
  }
}

/** Each command loads what it needs: an acknowledgement at 03:00 need not wait for a mail library. */
async function run(given: Given): Promise<number> {
  switch (given.command) {
    case "serve":
      return (await import("./serve.ts")).serve(given, output);
    case "check":
      return (await import("./check.ts")).check(given, output);
    case "oncall":
      return (await import("./on-call.ts")).onCall(given, output);
    case "invite":
      return (await import("./invite.ts")).invite(given, output);
    case "join":
      return (await import("./join.ts")).join(given, output);
    case "machines":
      return (await import("./devices.ts")).machines(given, output);
    case "people":
      return (await import("./people.ts")).people(given, output);
    case "roster":
      return (await import("./roster.ts")).roster(given, output);
    case "override":
    case "swap":
      return (await import("./override-commands.ts")).overrideCommands(given, output);
    case "feed":
      return (await import("./feed.ts")).feed(given, output);
    case "import":
      return (await import("./import.ts")).importFiles(given, output);
    case "coverage":
      return (await import("./coverage.ts")).coverage(given, output);
    case "duty":
      return (await import("./duty.ts")).duty(given, output);
    case "fairness":
      return (await import("./fairness.ts")).fairness(given, output);
    case "simulate":
      return (await import("./simulate.ts")).simulateCommand(given, output);
    case "team":
      return (await import("./team-log.ts")).teamLog(given, output);
    case "journal":
      return (await import("./journal.ts")).journal(given, output);
    case "doctor":
      return (await import("./doctor.ts")).doctor(given, output);
    default:
      return (await import("./alert-commands.ts")).alertCommands(given, output);
  }
}
