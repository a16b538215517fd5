// `npm run demo`: one alert that nobody sees at first climbs the tiers of a team of three, on one machine, with real mails.
// Prints what happens when, and cleans up after itself, also on Ctrl-C.
import { setTimeout as pause } from "node:timers/promises";
import { findDesktop } from "./demo/desktop.mjs";
import { afterwards, cleanUp, tell } from "./demo/stage.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { say } from "./setup/run.mjs";

/** Longer than a step of the demo's policy: what was still to come would have come by then. */
const quietMs = 7_000;
/** Nothing in the story takes this long; a part that hangs must not keep anybody waiting. */
const longestMs = 60_000;

let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    interrupted = true;
    // Twice: what was just being started when the signal came.
    void cleanUp()
      .then(cleanUp)
      .then(() => process.exit(130));
  });
}

try {
  await ensureNodeModules();
  await ensureBuilt();
  const timer = setTimeout(() => {
    say(`the demo did not come to its end within ${longestMs / 1000} s`);
    void cleanUp().then(() => process.exit(1));
  }, longestMs);
  await demo();
  clearTimeout(timer);
  await cleanUp();
} catch (error) {
  await cleanUp();
  if (!interrupted) say(error.message);
  process.exitCode = interrupted ? 130 : 1;
}

async function demo() {
  // Not before: on a fresh clone their packages have only just been installed.
  const { startMail } = await import("./demo/mail.mjs");
  const { startEngine } = await import("./demo/engine.mjs");
  const [mail, desktop] = await Promise.all([startMail(), findDesktop()]);
  tell("mail server", mail.what);
  const engine = await startEngine({ mailPort: mail.port, env: desktop.env });
  tell("Tocsin", `listens at ${engine.url}, on Ana's machine (${desktop.what ?? "without a desktop"})`);
  tell("team", "Ana first (screen, then mail); after 5 s Ben by mail; after 5 s more everyone");

  const title = "Disk of db-1 is 97 % full";
  tell("monitoring", `posts: critical, ${title}`);
  const id = await engine.post({ title, severity: "critical", source: "db-1", details: { mount: "/var" } });
  const following = followTimeline(engine, id);
  const mailbox = watchMailboxes(mail);
  afterwards(() => Promise.all([following.stop(), mailbox.stop()]));

  await mailbox.arrivedFor("ben");
  tell("Ben", `rings Ana, who types: tocsin ack ${id.slice(-4)}`);
  await engine.command("ack", id.slice(-4));
  await pause(500); // a mail that the server had taken by then may still be on its way to the mailbox
  const before = mailbox.count();
  await pause(quietMs);
  await Promise.all([following.stop(), mailbox.stop()]);
  if (mailbox.count() > before) throw new Error("a mail came after the acknowledgement");
  tell("mail server", `no further mail in ${quietMs / 1000} s: acknowledged is silent; Chi slept through it`);

  tell("Ana", `types: tocsin show ${id.slice(-4)}`);
  console.log(`\n${await engine.command("show", id)}`);
}

/** Tells each entry of the timeline as it comes. */
function followTimeline(engine, id) {
  let told = 0;
  return repeatedly(async () => {
    const { timeline } = await engine.alert(id);
    for (const entry of timeline.slice(told)) tell("Tocsin", entry.text);
    told = timeline.length;
  });
}

/** Tells each mail as it comes. */
function watchMailboxes(mail) {
  const arrived = { ana: 0, ben: 0, chi: 0 };
  const waiting = new Map();
  const watching = repeatedly(async () => {
    for (const user of Object.keys(arrived)) {
      for (const subject of await mail.readNew(user)) {
        arrived[user] += 1;
        tell(`${user[0].toUpperCase()}${user.slice(1)}'s mail`, subject);
        waiting.get(user)?.();
      }
    }
  });
  return {
    stop: watching.stop,
    count: () => Object.values(arrived).reduce((sum, count) => sum + count, 0),
    arrivedFor: (user) => Promise.race([new Promise((done) => waiting.set(user, done)), watching.failed]),
  };
}

/** Again and again until stopped; `stop` resolves after one last time. `failed` never resolves, it may reject. */
function repeatedly(work) {
  let stopped = false;
  const running = (async () => {
    for (;;) {
      const last = stopped;
      await work();
      if (last) return;
      if (!stopped) await pause(200);
    }
  })();
  const failed = new Promise((_, fail) => running.catch(fail));
  failed.catch(() => {}); // whoever waits hears of it
  return {
    stop: () => {
      stopped = true;
      return running;
    },
    failed,
  };
}
