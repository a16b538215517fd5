/** Swaps as the engine keeps them: over restarts, answered once, forgotten when they are over (rules/change-duty). */
import { expect, it } from "vitest";
import type { DutyCommand } from "#domain/duty-command";
import type { PersonId, ScheduleId, SwapId } from "#domain/ids";
import { minutes, team } from "../support/team-builder.ts";
import { schedule } from "../support/schedule-builder.ts";
import { World } from "../support/world.ts";

const hour = minutes(60);
const swap = "swap-1" as SwapId;
const chi = "chi" as PersonId;

/** Ana's day of 5 March is asked of chi, three days before. */
async function asked() {
  const world = await World.start({
    team: team({ schedules: [schedule("primary", { handoffNoticeMs: null })] }),
  });
  const duty = { schedule: "primary" as ScheduleId, start: Date.parse("2026-03-05T09:00:00Z"), person: chi };
  const day = { ...duty, end: duty.start + 24 * hour };
  const ask = (id: SwapId): DutyCommand => ({
    kind: "ask-swap",
    ...day,
    swap: id,
    askedBy: "ana" as PersonId,
  });
  const submit = async (command: DutyCommand, by = "ana") => {
    const answer = world.engine.submit({ kind: "duty", by: by as PersonId, origin: "api", command });
    await world.time.settle();
    return answer;
  };
  await submit(ask(swap));
  return { world, day, ask, submit };
}

it("a swap that is asked for is there after a crash, and after a start from a snapshot", async () => {
  const { world } = await asked();
  const before = world.engine.state.swaps.get(swap);
  expect(before).toMatchObject({ status: "asked", askedBy: "ana", person: "chi" });
  world.crash();
  await world.boot();
  expect(world.engine.state.swaps.get(swap)).toEqual(before);
  const stopped = world.engine.stop();
  await world.time.settle();
  await stopped;
  expect(world.journal.loadSnapshot()?.seq).toBe(world.journal.lastSeq());
  await world.boot();
  expect(world.engine.state.swaps.get(swap)).toEqual(before);
});

it("of two answers the first counts, and the second leaves nothing behind", async () => {
  const { world, day, submit } = await asked();
  expect(await submit({ kind: "decline-swap", swap, declinedBy: chi }, "chi")).toMatchObject({ ok: true });
  const seq = world.journal.lastSeq();
  expect(await submit({ kind: "agree-swap", swap, agreedBy: chi, duties: [day] }, "chi")).toMatchObject({
    ok: false,
    reason: "swap-closed",
    text: "Swap swap-1 is declined already.",
  });
  expect(world.journal.lastSeq()).toBe(seq);
});

it("what is over is forgotten when the next one is asked for", async () => {
  const { world, ask, submit } = await asked();
  await world.fastForward(5 * 24 * hour);
  expect(await submit({ kind: "agree-swap", swap, agreedBy: chi, duties: [] })).toMatchObject({
    reason: "swap-closed",
  });
  await submit(ask("swap-2" as SwapId));
  expect([...world.engine.state.swaps.keys()]).toEqual(["swap-2"]);
});

it("the two hear of it on their own clocks; whoever enters it is not told what they know", async () => {
  const { world, day, submit } = await asked();
  expect(world.takeTold()).toEqual(["chi at 08:00: Ana asks you to take over: primary"]);
  await submit({ kind: "agree-swap", swap, agreedBy: chi, duties: [day] }, "chi");
  expect(world.takeTold()).toEqual(["ana at 08:00: Chi takes over: primary"]);
  await submit({ kind: "override-removed", ...day }, "chi");
  expect(world.takeTold()).toEqual([]);
  await submit({ kind: "override-removed", ...day }, "ana");
  expect(world.takeTold()).toEqual(["chi at 08:00: You were taken off call: primary"]);
});
