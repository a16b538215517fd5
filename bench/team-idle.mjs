// What a team costs while nothing happens, in one minute: memory and CPU time of an engine to which 500 desks are
// connected, beside the same engine without them; and the bytes that a pair of engines exchanges.
import { setTimeout as pause } from "node:timers/promises";
import { countingProxy } from "./counting-proxy.mjs";
import { Crowd, pairDesks } from "./desks.mjs";
import { freePort } from "./free-port.mjs";
import { agree, startAnother, startFirst } from "./team.mjs";
import { mailMuchLater } from "./tocsin.mjs";
import { usageOf } from "./usage.mjs";

const DESKS = 500;
const IDLE_MS = 60_000;
const SETTLE_MS = 8_000;

export const teamIdle = {
  name: "team-idle",
  needs: [],
  async run({ report, say }) {
    const people = Array.from({ length: DESKS }, (_, index) => `person${index}`);
    const busy = await startFirst({ people, notify: mailMuchLater });
    const quiet = await startFirst({ people, notify: mailMuchLater });
    say(`pairing and connecting ${DESKS} desks …`);
    const crowd = await Crowd.connected(await pairDesks(busy, people), () => busy);
    const pair = await idlePair();
    await pause(SETTLE_MS);

    const usage = () => ({ busy: usageOf(busy.pid), quiet: usageOf(quiet.pid), bytes: pair.bytes() });
    const before = usage();
    const startedMs = performance.now();
    await pause(IDLE_MS);
    const idleS = (performance.now() - startedMs) / 1000;
    const after = usage();
    await crowd.stop();
    for (const engine of [busy, quiet, ...pair.engines]) await engine.stop();

    const peerName = "the same engine without them";
    const rate = (who, what) => (after[who][what] - before[who][what]) / idleS;
    report({
      name: "desks-idle-memory",
      what: `engine with ${DESKS} desks that idle, memory (PSS)`,
      value: after.busy.pssMiB,
      unit: "MiB",
      peer: after.quiet.pssMiB,
      peerName,
    });
    report({
      name: "desks-idle-memory-each",
      what: "the same, for each desk",
      value: ((after.busy.pssMiB - after.quiet.pssMiB) * 1024) / DESKS,
      unit: "KiB",
      aim: { below: 200 },
    });
    report({
      name: "desks-idle-cpu",
      what: `engine with ${DESKS} desks that idle, CPU time`,
      value: rate("busy", "cpuMs"),
      unit: "ms/s",
      peer: rate("quiet", "cpuMs"),
      peerName,
      aim: { below: 50 },
    });
    report({
      name: "pair-idle-bytes",
      what: "two engines that idle, what they say to each other (TLS, both ways)",
      value: (after.bytes - before.bytes) / (idleS / 60),
      unit: "bytes/min",
    });
  },
};

/** Two engines whose words to each other are counted, whoever of them has dialled. */
async function idlePair() {
  const [one, other] = [await freePort(), await freePort()];
  const [toOne, toOther] = [await countingProxy(one), await countingProxy(other)];
  const through = (ports) => ({
    ...process.env,
    NODE_OPTIONS: `--import ${new URL("../test/support/detour.mjs", import.meta.url).href}`,
    TOCSIN_TEST_DETOURS: JSON.stringify(ports),
  });
  const first = await startFirst({
    notify: mailMuchLater,
    peers: `127.0.0.1:${one}`,
    env: through({ [other]: toOther.port }),
  });
  const second = await startAnother(first, {
    peers: `127.0.0.1:${other}`,
    env: through({ [one]: toOne.port }),
  });
  await agree([first, second]);
  return { engines: [first, second], bytes: () => toOne.bytes() + toOther.bytes() };
}
