// Runs a command on a desktop of its own: node scripts/with-desktop.mjs -- COMMAND [ARGUMENT…]
// Called by scripts/test.mjs for the e2e project, and by hand while writing such tests. Exits with the command's code.
// Inside: DISPLAY (window manager, tray, notifications), a session bus, a sound server whose only sink is `nul`, an
// empty HOME. TOCSIN_DESKTOP_SCREEN=1920x1080x24 sets the screen's size. What the desktop's parts say: $TOCSIN_DESKTOP_LOGS.
import { startDesktop } from "./setup/desktop.mjs";
import { runForwarding } from "./setup/run-forwarding.mjs";
import { say } from "./setup/run.mjs";

const separator = process.argv.indexOf("--");
const [command, ...args] = process.argv.slice(separator === -1 ? 2 : separator + 1);
if (!command) {
  say("usage: node scripts/with-desktop.mjs -- COMMAND [ARGUMENT…]");
  process.exit(2);
}

// A signal that comes before the command runs still has to tear the desktop down.
let stopEarly = null;
const early = (signal) => (stopEarly = signal);
process.on("SIGTERM", early).on("SIGINT", early).on("SIGHUP", early);

let desktop;
let code;
try {
  desktop = await startDesktop();
  if (stopEarly) code = 130;
  else code = await runForwarding(command, args, { env: desktop.env }, { killAfterMs: 10_000 });
} catch (error) {
  say(error.message);
  code = 1;
} finally {
  await desktop?.stop();
}
process.exit(code);
