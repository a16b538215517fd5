/** What machines compare of who is on call: the calculation itself, week by week, and not the versions of its tables. */
import { describe, expect, test } from "vitest";
import { runtimeDifferences } from "#peers/runtime-comparison";
import { HealthBoard } from "#engine/health-board";
import { peerMessage, type RuntimeJson } from "#wire/peer-contract";
import { OwnRuntime } from "../../src/compose/own-runtime.ts";
import { schedule } from "../support/schedule-builder.ts";
import { team } from "../support/team-builder.ts";

const now = Date.parse("2026-11-30T12:00:00Z");
const ofZones = (primary: string, secondary = "UTC") =>
  team({
    schedules: [schedule("primary", { timeZone: primary }), schedule("secondary", { timeZone: secondary })],
  });

/** As a machine has it whose tables say of `primary`'s zone what ours say of `zone`; its tables are a version of their own. */
function runtimeWith(zone: string, tables = "2020a"): RuntimeJson {
  return { ...new OwnRuntime("1").now(ofZones(zone), now), timeZones: tables };
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
  const runtime = new OwnRuntime("1");
  const [made, soon, later] = [ofZones("Europe/Berlin"), now + 86_400_000, now + 7 * 86_400_000];
  const first = runtime.now(made, now).shifts;
  expect(first!.weeks["primary"]).toMatch(/^[0-9a-f]{212}$/);
  expect(runtime.now(made, soon).shifts).toBe(first);
  expect(runtime.now(made, later).shifts!.from).toBe(first!.from + 7 * 86_400_000);
  const beat = { type: "heartbeat", epoch: 0, coordinator: null, acts: true, clock: now };
  expect(peerMessage.safeParse({ ...beat, runtime: runtime.now(made, now) }).success).toBe(true);
  const tooMany = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`s${index}`, ""]));
  expect(
    peerMessage.safeParse({
      ...beat,
      runtime: { ...runtime.now(made, now), shifts: { from: 0, weeks: tooMany } },
    }).success,
  ).toBe(false);
});

test("that note leaves the engine trusted, so that nothing sounds", () => {
  const board = new HealthBoard();
  board.setReady(true);
  board.report("shifts", "will differ", now);
  expect(board.health).toMatchObject({ trusted: true, problems: [{ kind: "shifts" }] });
  board.report("peers", "isolated", now);
  expect(board.health.trusted).toBe(false);
});
