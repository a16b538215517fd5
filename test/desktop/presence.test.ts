/** Whether somebody is at the machine, and how far its alerts have come with them: rules and watch, without Electron. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { AttentionLadder } from "../../src/desktop/main/attention-ladder.ts";
import { IdleMeter } from "../../src/desktop/main/idle-meter.ts";
import { lookAround } from "../../src/desktop/main/look-around.ts";
import { PresenceWatch } from "../../src/desktop/main/presence-watch.ts";
import type { AlertsHere, Around } from "../../src/desktop/main/presence-watch.ts";
import { isSilent, lastInputAfter, presenceOf } from "../../src/desktop/main/presence.ts";

const volumes = { critical: 100, error: 85, warning: 60, info: 0 };
const mute = { critical: 0, error: 0, warning: 0, info: 0 };

describe("the rules", () => {
  const there = { idleSeconds: 0, idleAfterMinutes: 5, locked: false, soundOff: false };

  test("the strongest reason for not noticing wins", () => {
    expect(presenceOf(there)).toBe("active");
    expect(presenceOf({ ...there, idleSeconds: 299 })).toBe("active");
    expect(presenceOf({ ...there, idleSeconds: 300 })).toBe("idle");
    expect(presenceOf({ ...there, idleSeconds: 300, soundOff: true })).toBe("muted");
    expect(presenceOf({ ...there, soundOff: true, locked: true })).toBe("locked");
  });

  test("silent: at volume 0 for what is the matter, for everything when nothing is, or without a working sound", () => {
    expect(isSilent({ volumes, severity: "critical", soundProblem: null })).toBe(false);
    expect(isSilent({ volumes, severity: "info", soundProblem: null })).toBe(true);
    expect(isSilent({ volumes, severity: null, soundProblem: null })).toBe(false);
    expect(isSilent({ volumes: mute, severity: null, soundProblem: null })).toBe(true);
    expect(isSilent({ volumes, severity: null, soundProblem: "No sound came out." })).toBe(true);
  });

  test("an input is never taken to be later than it was", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (agoMs) => {
        const now = 2e6;
        expect(lastInputAfter(now, Math.floor(agoMs / 1000))).toBeLessThanOrEqual(now - agoMs);
      }),
    );
  });
});

describe("the idle meter", () => {
  /** `resetAt`: when the system began to count. */
  function meter() {
    const world = { now: 100_000, resetAt: 0 };
    const idle = new IdleMeter({
      now: () => world.now,
      systemIdleSeconds: () => Math.floor((world.now - world.resetAt) / 1000),
    });
    return { world, idle };
  }

  test("counts as the system does", () => {
    const { world, idle } = meter();
    expect(idle.seconds()).toBe(100);
    world.resetAt = 101_300;
    world.now = 103_200;
    expect(idle.seconds()).toBe(1);
  });

  test("a count that begins anew because the app lets go of the screen is no input, not even with two sounds in a row", () => {
    const { world, idle } = meter();
    idle.keepsAwake(true);
    idle.keepsAwake(false);
    world.now = 101_000;
    idle.keepsAwake(true);
    world.now = 103_000;
    idle.keepsAwake(false);
    world.resetAt = 105_100;
    world.now = 130_000;
    expect(idle.seconds()).toBe(130);
  });

  test("an input counts after that, while the screen is kept awake, and in the app itself", () => {
    const { world, idle } = meter();
    idle.keepsAwake(true);
    idle.keepsAwake(false);
    world.resetAt = 110_000;
    world.now = 112_000;
    expect(idle.seconds()).toBe(2);
    idle.keepsAwake(true);
    idle.keepsAwake(false);
    world.now = 113_000;
    idle.keepsAwake(true);
    world.resetAt = 115_000;
    world.now = 116_000;
    expect(idle.seconds()).toBe(1);
    idle.keepsAwake(false);
    idle.touched();
    world.resetAt = 118_000;
    world.now = 120_000;
    expect(idle.seconds()).toBe(4);
  });
});

describe("the ladder", () => {
  function ladder() {
    const said: string[] = [];
    const here = new AttentionLadder((actionId, rung) => said.push(`${actionId} ${rung}`));
    return { said, here };
  }
  const notice = (actionId: string, alertId = `alert of ${actionId}`) => ({ actionId, alertId });

  test("rung by rung, each once", () => {
    const { said, here } = ladder();
    here.asked(notice("a"));
    here.soundIs(true);
    here.inputAt(50);
    expect(said, "not before the window is drawn").toEqual(["a received"]);
    here.settled("a", 100);
    here.soundIs(true);
    here.inputAt(99);
    expect(said).toEqual(["a received", "a sounding"]);
    expect(here.waiting).toBe(true);
    here.inputAt(100);
    here.inputAt(200);
    here.soundIs(true);
    expect(said).toEqual(["a received", "a sounding", "a human"]);
    expect(here.waiting).toBe(false);
  });

  test("one input reaches everything on the screen, and nothing that came after it", () => {
    const { said, here } = ladder();
    for (const id of ["a", "b", "c"]) here.asked(notice(id));
    here.settled("a", 100);
    here.settled("b", 200);
    here.settled("c", 300);
    here.inputAt(250);
    expect(said.filter((line) => line.endsWith("human"))).toEqual(["a human", "b human"]);
  });

  test("a muted machine makes no sound, whatever is played", () => {
    const { said, here } = ladder();
    here.asked(notice("a"));
    here.settled("a", 0);
    here.soundIs(false);
    here.inputAt(10);
    expect(said).toEqual(["a received", "a human"]);
  });

  test("what waits no longer is forgotten; what is not drawn yet is not", () => {
    const { said, here } = ladder();
    here.asked(notice("a"));
    here.asked(notice("b"));
    here.settled("a", 0);
    here.keepOnly(new Set());
    here.settled("b", 0);
    here.inputAt(10);
    expect(said).toEqual(["a received", "b received", "b human"]);
  });
});

describe("the watch", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const calm: AlertsHere = { shown: false, waiting: false, volumes, severity: null, soundProblem: null };
  const alert: AlertsHere = { ...calm, shown: true, waiting: true, severity: "critical" };

  function start(idleSeconds = 10) {
    const told: string[] = [];
    const inputs: number[] = [];
    const world = { idleSeconds, locked: false, around: { muted: false, locked: false } as Around };
    const count = { looks: 0, around: 0 };
    const watch = new PresenceWatch({
      idleSeconds: () => ((count.looks += 1), world.idleSeconds),
      isLocked: () => world.locked,
      lookAround: async () => ((count.around += 1), world.around),
      idleAfterMinutes: () => 5,
      tell: (presence) => told.push(presence),
      onInput: (time) => inputs.push(time),
      onChange: () => {},
      now: () => performance.now(),
    });
    watch.start();
    onTestFinished(() => watch.stop());
    return { told, inputs, world, count, watch };
  }

  test("wakes up twice a minute while nothing is the matter, and says only what is new", async () => {
    const { told, world, count } = start();
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(count).toEqual({ looks: 21, around: 0 });
    expect(told).toEqual(["active"]);
    world.idleSeconds = 300;
    await vi.advanceTimersByTimeAsync(30_000);
    world.idleSeconds = 0;
    await vi.advanceTimersByTimeAsync(30_000);
    world.locked = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(told).toEqual(["active", "idle", "active", "locked"]);
  });

  test("looks at once when an alert comes in, and around once; then every two seconds for a human", async () => {
    const { told, inputs, world, count, watch } = start();
    world.idleSeconds = 400;
    watch.alertCame();
    watch.alertCame();
    expect(told).toEqual(["active", "idle"]);
    expect(count.around).toBe(1);
    await vi.advanceTimersByTimeAsync(0);
    watch.update(alert);
    const before = count.looks;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(count.looks - before).toBe(5);
    world.idleSeconds = 0;
    await vi.advanceTimersByTimeAsync(2000);
    expect(told).toEqual(["active", "idle", "active"]);
    expect(inputs.at(-1)).toBe(performance.now() - 1000);
    // Everybody has been met: no more hurry.
    watch.update({ ...alert, waiting: false });
    const met = { looks: count.looks, inputs: inputs.length };
    await vi.advanceTimersByTimeAsync(29_000);
    expect({ looks: count.looks, inputs: inputs.length }).toEqual(met);
  });

  test("a meter that has only ever said 0 finds no human", async () => {
    const { inputs, world, watch } = start(0);
    watch.alertCame();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(inputs).toEqual([]);
    world.idleSeconds = 2;
    await vi.advanceTimersByTimeAsync(2000);
    world.idleSeconds = 0;
    await vi.advanceTimersByTimeAsync(2000);
    expect(inputs.at(-1)).toBe(performance.now() - 1000);
  });

  test("muted or locked as the system says it is, for as long as alerts are shown", async () => {
    const { told, world, count, watch } = start();
    world.around = { muted: true, locked: false };
    watch.alertCame();
    expect(watch.canBeHeard, "not known yet").toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(["active", "muted"]);
    expect(watch.canBeHeard).toBe(false);
    // The engine may ask for an alert a moment before it tells of it.
    watch.update({ ...calm, waiting: true });
    expect(told.at(-1)).toBe("muted");
    watch.update(alert);
    watch.update(calm);
    expect(told).toEqual(["active", "muted", "active"]);
    world.around = { muted: false, locked: true };
    watch.alertCame();
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)).toBe("locked");
    expect(watch.canBeHeard).toBe(true);
    // Somebody is back, and types a password.
    world.around = { muted: false, locked: false };
    const looks = count.around;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(count.around, "nobody there, nothing looked for").toBe(looks);
    world.idleSeconds = 0;
    await vi.advanceTimersByTimeAsync(2000);
    expect(told.at(-1)).toBe("active");
  });

  test("volume 0 for what is the matter, or a sound that fails, is muted", () => {
    const { told, watch } = start();
    watch.update({ ...alert, severity: "info" });
    watch.update(alert);
    watch.update({ ...alert, soundProblem: "No sound came out of the sound page." });
    watch.update(calm);
    expect(told).toEqual(["active", "muted", "active", "muted", "active"]);
  });

  test("an event of the lock is believed at once, the system's own word soon after", async () => {
    const { told, world, watch } = start();
    watch.lockChanged(true);
    expect(told).toEqual(["active", "locked"]);
    world.locked = true;
    await vi.advanceTimersByTimeAsync(60_000);
    watch.lockChanged(false);
    expect(told).toEqual(["active", "locked", "active"]);
    world.locked = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(["active", "locked", "active"]);
  });
});

describe("looking around", () => {
  /** A system with these programs, in a folder of its own. */
  function system(programs: Record<string, string>) {
    const folder = mkdtempSync(join(tmpdir(), "tocsin-around-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    return { PATH: folder, XDG_SESSION_ID: "c2" };
  }
  const nothing = { muted: false, locked: false };

  test("asks the system's own programs", async () => {
    const programs = {
      pactl: '[ "$*" = "get-sink-mute @DEFAULT_SINK@" ] && [ "$LC_ALL" = C ] && echo "Mute: yes"',
      loginctl: '[ "$2" = c2 ] && echo yes',
    };
    expect(await lookAround("linux", system(programs))).toEqual({ muted: true, locked: true });
    expect(await lookAround("linux", { ...system(programs), XDG_SESSION_ID: "" })).toEqual({
      muted: true,
      locked: false,
    });
    const quiet = { pactl: 'echo "Mute: no"', loginctl: "echo no" };
    expect(await lookAround("linux", system(quiet))).toEqual(nothing);
  });

  test("what fails or is not there says nothing, and other systems are not asked", async () => {
    expect(await lookAround("linux", system({}))).toEqual(nothing);
    expect(await lookAround("linux", system({ pactl: 'echo "Mute: yes"; exit 1' }))).toEqual(nothing);
    const programs = { pactl: 'echo "Mute: yes"', loginctl: "echo yes" };
    expect(await lookAround("darwin", system(programs))).toEqual(nothing);
  });
});
