#!/usr/bin/env node
/** The command line: `tocsin COMMAND`. Parses, runs one command, turns every failure into one sentence and an exit code. */
import { alertCommands } from "./alert-commands.ts";
import { check } from "./check.ts";
import { doctor } from "./doctor.ts";
import { journal } from "./journal.ts";
import { onCall } from "./on-call.ts";
import { CommandFailure, exitCodes, type Output } from "./outcome.ts";
import { serve } from "./serve.ts";
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

async function run(given: Given): Promise<number> {
  switch (given.command) {
    case "serve":
      return serve(given, output);
    case "check":
      return check(given, output);
    case "oncall":
      return onCall(given, output);
    case "journal":
      return journal(given, output);
    case "doctor":
      return doctor(given, output);
    default:
      return alertCommands(given, output);
  }
}
