// `npm run demo`: a team of three on this one computer. One alert that nobody sees at first climbs from Ana to Ben; then
// the machine that coordinates is killed, and the next step comes all the same, from another one. Prints what happens
// when, and cleans up after itself, also on Ctrl-C.
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterwards, cleanUp, tell } from "./demo/stage.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureNodeModules } from "./setup/node-modules.mjs";
import { say } from "./setup/run.mjs";

const people = ["Ana", "Ben", "Chi"].map((name) => ({ id: name.toLowerCase(), name }));
/** A step of the demo's policy, and a little more: what was still to come would have come by then. */
const stepSeconds = 6;
const quietMs = 8_000;
/** It takes about 40 s. A part that hangs must not keep anybody waiting for ever, a slow computer may take its time. */
const longestMs = 150_000;

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
  const { startMailCatcher } = await import("./demo/mail-catcher.mjs");
  const { joinTeam, startFirst } = await import("./demo/machine.mjs");
  const { startStory } = await import("./demo/story.mjs");

  let story = null;
  const mail = await startMailCatcher({
    onMail: ({ to, subject }) => {
      const person = people.find(({ id }) => to[0]?.startsWith(`${id}@`));
      story?.happened(`${person.name}'s mail`, subject);
    },
  });
  afterwards(() => mail.stop());
  tell(
    "stand-ins",
    "desktops: programs that say what they would show; the mail server: one that only catches",
  );

  const key = randomBytes(24).toString("hex");
  const first = await startFirst(people[0], teamText({ key, mailPort: mail.port }));
  tell(first.name, "runs Tocsin with the team file; nobody else is in the team yet");
  const machines = [first];
  for (const person of people.slice(1)) {
    const machine = await joinTeam(person, first);
    tell(machine.name, `joins: tocsin invite on ${first.name}, tocsin join here`);
    machines.push(machine);
  }
  await first.rename();
  for (const { person, attachDesktop } of machines)
    await attachDesktop((title) => story?.happened(`${person.name}'s desktop`, `shows: ${title}`));
  const leader = await coordinatorOf(machines);
  tell(leader.name, `coordinates; ${namesOf(machines, leader)} stand by`);
  tell(
    "policy",
    `Ana; after ${stepSeconds} s Ben; after ${stepSeconds} s more everyone: desktop, 2 s later mail`,
  );

  const title = "Disk of db-1 is 97 % full";
  tell("monitoring", `posts to ${first.name}: critical, ${title}`);
  story = startStory(machines);
  afterwards(() => story.stop());
  const id = await first.post(key, {
    title,
    severity: "critical",
    source: "db-1",
    details: { mount: "/var" },
  });
  story.follow(id);

  await story.until("Ben's mail");
  await story.tell(leader.name, "is killed (kill -9): no goodbye, and it coordinated");
  const beforeKill = story.count();
  await leader.kill();
  const standing = machines.filter((one) => one !== leader);
  const next = await coordinatorOf(standing);
  await story.tell(next.name, `coordinates now; ${leader.name} is not heard any more`);

  const last = standing.find((one) => one !== next);
  await story.until(`${last.person.name}'s desktop`, beforeKill);
  await story.tell(last.person.name, `types on ${last.name}: tocsin ack ${id.slice(-4)}`);
  await last.command("ack", id.slice(-4));
  await story.settled();
  const beforeQuiet = story.count();
  await pause(quietMs);
  await story.stop();
  if (story.count() > beforeQuiet) throw new Error("somebody was told after the acknowledgement");
  tell("all machines", `silent: no popup and no mail in ${quietMs / 1000} s`);

  tell(next.person.name, `types on ${next.name}: tocsin show ${id.slice(-4)}`);
  console.log(`\n${await next.command("show", id)}`);
}

/** The machine that all of these follow, once they all see one another. */
async function coordinatorOf(machines) {
  for (;;) {
    const seen = await Promise.all(machines.map((machine) => machine.api("/api/v1/machines")));
    const leader = machines.find(({ id }) => id === seen[0].coordinator);
    const agreed = seen.every(
      ({ coordinator, awake, settling }) =>
        coordinator === leader?.id && awake === machines.length && !settling,
    );
    if (leader !== undefined && agreed) return leader;
    await pause(100);
  }
}

function namesOf(machines, without) {
  const names = machines.filter((one) => one !== without).map(({ name }) => name);
  return names.join(" and ");
}

function teamText({ key, mailPort }) {
  const notify = "[{ via: desktop, after: 0s }, { via: email, after: 2s }]";
  const lines = people.map(
    ({ id, name }) => `  - { id: ${id}, name: ${name}, email: ${id}@tocsin.test, notify: ${notify} }`,
  );
  return `version: 1
team: { name: Demo, timeZone: UTC }
people:
${lines.join("\n")}
policies:
  - id: default
    steps:
      - { notify: [{ person: ana }], within: ${stepSeconds}s }
      - { notify: [{ person: ben }], within: ${stepSeconds}s }
      - { notify: [{ everyone: true }], within: ${stepSeconds}s }
routes: [{ match: {}, policy: default }]
integrations: [{ id: monitoring, type: events, key: ${key} }]
email: { host: 127.0.0.1, port: ${mailPort}, secure: false, from: "Tocsin <tocsin@tocsin.test>" }
`;
}
