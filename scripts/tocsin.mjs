// `npm run -s tocsin -- ARGS`: the command line from a checkout, built first when needed. stdout is the command's alone.
import { ensureBuilt } from "./setup/build.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { BUILT } from "./setup/paths.mjs";
import { runForwarding } from "./setup/run-forwarding.mjs";
import { say } from "./setup/run.mjs";

try {
  await ensureNodeModules();
  await ensureBuilt();
} catch (error) {
  say(error.message);
  process.exit(1);
}
process.exit(await runForwarding(process.execPath, [BUILT.cli, ...process.argv.slice(2)]));
