/** What machines compare of who is on call: the calculation itself, week by week, and not the versions of its tables. */
import { describe, expect, test } from "vitest";
import { runtimeDifferences } from "#peers/runtime-comparison";
import type { Team } from "#domain/team";
import { HealthBoard } from "#engine/health-board";
import { peerMessage, type RuntimeJson } from "#wire/peer-contract";
import { OwnRuntime, type Slices } from "../../src/compose/own-runtime.ts";
import { schedule } from "../support/schedule-builder.ts";
import { team } from "../support/team-builder.ts";

const now = Date.parse("2026-11-30T12:00:00Z");
const ofZones = (primary: string, secondary = "UTC") =>
  team({
    schedules: [schedule("primary", { timeZone: primary }), schedule("secondary", { timeZone: secondary })],
  });

/** As a machine has it whose tables say of `primary`'s zone what ours say of `zone`; its tables are a version of their own. */
function runtimeWith(zone: string, tables = "2020a"): RuntimeJson {
  return { ...worked(slicedRuntime(), ofZones(zone)), timeZones: tables };
}

/** Time passes by itself: 1 ms with each look at it. */
function slicedRuntime() {
  const waiting: (() => void)[] = [];
  let ms = 0;
  const slices: Slices = { later: (work) => void waiting.push(work), now: () => (ms += 1) };
  const next = () => {
    waiting.shift()?.();
    return waiting.length > 0;
  };
  return { runtime: new OwnRuntime("1", slices), next };
}

function worked({ runtime, next }: ReturnType<typeof slicedRuntime>, of: Team, at = now): RuntimeJson {
  runtime.now(of, at);
  while (next()) continue;
  return runtime.now(of, at);
}

const said = (ours: RuntimeJson, theirs: RuntimeJson) =>
  runtimeDifferences(ours, theirs).map(({ kind, text }) => `${kind}: ${text}`);

describe("tables that differ", () => {
  test("and no coming shift: good to know only", () => {
    const here = runtimeWith("Europe/Berlin", "2025b");
    expect(said(here, runtimeWith("Europe/Paris", "2026a"))).toEqual([
      "minor: Time zone tables differ: 2025b here, 2026a there.",
    ]);
  });

  test("and a shift in spring: which schedule, and from which week on", () => {
    // Lagos is what Berlin would be if it gave up summer time: the same until 28 March 2027.
    expect(said(runtimeWith("Europe/Berlin"), runtimeWith("Africa/Lagos"))).toEqual([
      "coming: The same team file leads to other shifts there in primary from the week of 2027-03-25 on. Update Tocsin, Node and the system's time zones on the older one.",
    ]);
  });

  test("and a shift today: this week", () => {
    expect(said(runtimeWith("Europe/Berlin"), runtimeWith("Europe/London"))[0]).toContain(
      "primary from the week of 2026-11-26 on",
    );
  });
});

test("a schedule that one of them cannot work out is told elsewhere, and is no difference", () => {
  expect(said(runtimeWith("Europe/Berlin"), runtimeWith("Europe/Atlantis"))).toEqual([]);
});

test("it is small, travels, and is worked out once a week", () => {
  const sliced = slicedRuntime();
  const { runtime } = sliced;
  const [made, soon, later] = [ofZones("Europe/Berlin"), now + 86_400_000, now + 7 * 86_400_000];
  const first = worked(sliced, made).shifts;
  expect(first!.weeks["primary"]).toMatch(/^[0-9a-f]{212}$/);
  expect(runtime.now(made, soon).shifts).toBe(first);
  expect(runtime.now(made, later).shifts).toBe(first);
  expect(worked(sliced, made, later).shifts!.from).toBe(first!.from + 7 * 86_400_000);
  const beat = { type: "heartbeat", epoch: 0, coordinator: null, acts: true, clock: now };
  expect(peerMessage.safeParse({ ...beat, runtime: worked(sliced, made) }).success).toBe(true);
  const tooMany = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`s${index}`, ""]));
  expect(
    peerMessage.safeParse({
      ...beat,
      runtime: { ...worked(sliced, made), shifts: { from: 0, weeks: tooMany } },
    }).success,
  ).toBe(false);
});

test("of five hundred schedules only some weeks are worked out at once, and until all are it says nothing of them", () => {
  const many = team({ schedules: Array.from({ length: 500 }, (_, index) => schedule(`s${index}`)) });
  const { runtime, next } = slicedRuntime();
  let slices = 0;
  expect(runtime.now(many, now)).toMatchObject({ revision: many.revision, handoffs: null });
  for (; next(); slices++) if (slices % 1000 === 0) expect(runtime.now(many, now).shifts).toBeUndefined();
  // 500 schedules of 53 weeks, and as many handoffs, at no more than six steps a slice.
  expect(slices).toBeGreaterThan((500 * 54) / 6);
  const whole = runtime.now(many, now);
  expect(Object.keys(whole.shifts!.weeks)).toHaveLength(500);
  expect(whole.handoffs).toMatch(/^[0-9a-f]{16}$/);
});

test("another team that comes meanwhile takes the place of the one that is worked out", () => {
  const sliced = slicedRuntime();
  sliced.runtime.now(ofZones("Europe/Berlin"), now);
  sliced.next();
  const other = ofZones("Africa/Lagos");
  expect(sliced.runtime.now(other, now).shifts).toBeUndefined();
  expect(worked(sliced, other).shifts).toEqual(worked(slicedRuntime(), other).shifts);
});

test("that note leaves the engine trusted, so that nothing sounds", () => {
  const board = new HealthBoard();
  board.setReady(true);
  board.report("shifts", "will differ", now);
  expect(board.health).toMatchObject({ trusted: true, problems: [{ kind: "shifts" }] });
  board.report("peers", "isolated", now);
  expect(board.health.trusted).toBe(false);
});
