import { expect, test } from "vitest";
import { emptyState, type State } from "#domain/state";
import { HandoffWatch } from "../../src/engine/handoff-watch.ts";
import { schedule } from "../support/schedule-builder.ts";
import { minutes, seconds, team } from "../support/team-builder.ts";

const startAt = Date.UTC(2026, 2, 2, 9);
const dayMs = minutes(24 * 60);

function standby(): State {
  const state = emptyState();
  state.team = team({ schedules: [schedule("primary")] });
  state.acting = { ...state.acting, position: 1 };
  return state;
}

test("a standby tells of a handoff a little later than the first machine would", () => {
  const [watch, state] = [new HandoffWatch(() => {}), standby()];
  const dueAt = startAt + dayMs - minutes(15);
  const now = dueAt - minutes(1);
  const next = watch.next(state, startAt + dayMs - minutes(16));
  expect(next).toBe(dueAt + seconds(5));
  expect([watch.isDue(state, now), watch.isDue(state, next! - 1), watch.isDue(state, next!)]).toEqual([
    false,
    false,
    true,
  ]);
});

test.each([0, 1, 2, 4.999, 5, 6])(
  "one that nobody told within an hour is let go, %d s after, without being due again and again",
  (late) => {
    const [watch, state] = [new HandoffWatch(() => {}), standby()];
    const now = startAt + dayMs + minutes(60) + seconds(late);
    expect(watch.next(state, now)).toBe(startAt + 2 * dayMs - minutes(15) + seconds(5));
  },
);
