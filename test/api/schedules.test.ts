/** The schedules at a glance: over the client contract, over HTTP, and how often coverage is proved for them. */
import { expect, test, vi } from "vitest";
import { SchedulesView } from "#api/schedules-view";
import { proveCoverage } from "#domain/reports/coverage-proof";
import { schedulesOverview } from "#domain/reports/schedules-overview";
import type { PersonId, ScheduleId } from "#domain/ids";
import type { Team } from "#domain/team";
import { engineMessage } from "#wire/client-contract";
import type { EngineMessage } from "#wire/client-contract";
import { schedulesJson, shiftsAtMost } from "#wire/schedules-json";
import { send } from "../support/http-client.ts";
import { noon, startApi, team as emptyTeam } from "./api-server.ts";

const dayMs = 86_400_000;

function teamWith(handoff: string, windows?: { rrule: string; from: string; to: string }[]): Team {
  const participants = ["ana", "ben"] as PersonId[];
  const layer = { id: "only", participants, start: "2026-02-02T09:00:00", handoff };
  return {
    ...emptyTeam,
    schedules: [
      {
        id: "primary" as ScheduleId,
        timeZone: "Europe/Berlin",
        layers: [{ ...layer, ...(windows && { windows }) }],
        overrides: [],
      },
    ],
  };
}

const weekly = teamWith("FREQ=WEEKLY");
const daytime = { rrule: "FREQ=DAILY", from: "09:00", to: "17:00" };

/** Asks as a browser would, without a transport. */
async function ask(hub: Awaited<ReturnType<typeof startApi>>["hub"], message: object) {
  let say: (message: unknown) => void = () => {};
  const heard: EngineMessage[] = [];
  hub.attach({
    send: (told) => void heard.push(engineMessage.parse(structuredClone(told))),
    onMessage: (listener) => (say = listener),
    onClose: () => {},
    close: () => {},
  });
  say({ type: "hello", version: 1, client: "browser", person: null, available: false });
  say(message);
  return vi.waitFor(() => {
    const answer = heard.find((told) => told.type === "answer");
    if (answer === undefined) throw new Error("no answer yet");
    return answer;
  });
}

test("a client is told who is on call, who is next, and what is covered", async () => {
  const { hub, engine } = await startApi();
  engine.state.team = weekly;
  const answer = await ask(hub, { type: "schedules", requestId: 7 });
  expect(answer).toMatchObject({ requestId: 7, ok: true });
  expect(answer.schedules).toMatchObject({
    now: "2026-03-01T12:00:00.000Z",
    shiftsUntil: "2026-03-15T12:00:00.000Z",
    coveredUntil: "2027-03-02T12:00:00.000Z",
    schedules: [
      {
        id: "primary",
        timeZone: "Europe/Berlin",
        onCall: { start: "2026-02-23T08:00:00.000Z", end: "2026-03-02T08:00:00.000Z", person: "ben" },
        next: { start: "2026-03-02T08:00:00.000Z", end: "2026-03-09T08:00:00.000Z", person: "ana" },
        shiftCount: 3,
        gapCount: 0,
      },
    ],
  });
});

test("without a team there is an answer that says so", async () => {
  const { hub, engine, get } = await startApi();
  engine.state.team = null;
  expect(await ask(hub, { type: "schedules", requestId: 1 })).toMatchObject({ ok: false, reason: "no-team" });
  expect((await get("/api/v1/schedules")).status).toBe(409);
});

test("the same over HTTP, for those who have the token", async () => {
  const { engine, get, port } = await startApi();
  engine.state.team = weekly;
  const { status, json } = await get("/api/v1/schedules");
  expect(status).toBe(200);
  expect(schedulesJson.parse(json()).schedules[0]!.onCall.person).toBe("ben");
  expect((await send(port, "/api/v1/schedules")).status).toBe(401);
});

test("of several on call together all are told, the first of them as ever, and who looks on", async () => {
  const people = ["ana", "ben", "chi", "dan"] as PersonId[];
  const [ana, ben, chi, dan] = people as [PersonId, PersonId, PersonId, PersonId];
  const [primary] = weekly.schedules;
  const turns = [[chi], [ana, ben], [], [ben]];
  const layer = { ...primary!.layers[0]!, turns, participants: [chi, ana, ana, ben], shadow: [dan] };
  const team = {
    ...weekly,
    people: people.map((id) => ({ ...weekly.people[0]!, id, name: id.toUpperCase() })),
    schedules: [{ ...primary!, layers: [layer] }],
  };
  const { hub, engine, get } = await startApi();
  engine.state.team = team;
  // The turn of nobody is now; it began on 16 February.
  const weekOf = async (number: number) => {
    const layers = [{ ...layer, start: `2026-02-${String(23 - 7 * number).padStart(2, "0")}T09:00:00` }];
    engine.state.team = { ...team, schedules: [{ ...primary!, layers }] };
    return schedulesJson.parse((await get("/api/v1/schedules")).json()).schedules[0]!;
  };
  const pair = await weekOf(1);
  expect(pair.onCall).toMatchObject({ person: "ana", persons: ["ana", "ben"] });
  expect(pair.next).toEqual({
    start: "2026-03-09T08:00:00.000Z",
    end: "2026-03-16T08:00:00.000Z",
    person: "ben",
  });
  expect(pair.shadow).toEqual(["dan"]);
  expect(pair.why).toMatch(
    /^ANA and BEN are on call: shift 1 of layer only, .*\. Shadow: DAN\. \(Europe\/Berlin\)$/,
  );
  const nobody = await weekOf(2);
  expect(nobody.onCall).toMatchObject({ person: null });
  expect(nobody.gaps[0]).toMatchObject({ reason: "turn-of-nobody", text: "it is a turn of nobody" });
  const alone = await weekOf(0);
  expect(Object.keys(alone.onCall)).toEqual(["start", "end", "person"]);
  expect((await ask(hub, { type: "schedules", requestId: 8 })).schedules!.schedules[0]!.shadow).toEqual([
    "dan",
  ]);
});

test("coverage is proved once for a day and a team, and what has passed is left out", () => {
  let proved = 0;
  const counted: typeof proveCoverage = (...question) => {
    proved += 1;
    return proveCoverage(...question);
  };
  const view = new SchedulesView({ proveCoverage: counted, schedulesOverview });
  const team = teamWith("FREQ=WEEKLY", [daytime]);
  // 12:00 UTC is within the window (09:00 to 17:00 in Berlin), 23:00 is after it.
  const first = view.at(team, noon)!.schedules[0]!;
  expect(first.gaps[0]).toEqual({
    start: "2026-03-01T16:00:00.000Z",
    end: "2026-03-02T08:00:00.000Z",
    reason: "outside-windows",
    text: "outside every layer's windows",
  });
  expect([first.gapCount, first.gaps.length]).toEqual([366, 10]);
  const late = view.at(team, noon + dayMs / 2 - 3_600_000)!.schedules[0]!;
  expect(late.gaps[0]!.start).toBe("2026-03-01T23:00:00.000Z");
  expect(proved).toBe(1);
  view.at(team, noon + dayMs);
  expect(proved).toBe(2);
  view.at({ ...team }, noon + dayMs);
  expect(proved).toBe(3);
});

test("a rule that hands over every few minutes does not make an endless message", () => {
  const view = new SchedulesView({ proveCoverage, schedulesOverview });
  const { shifts, shiftCount } = view.at(teamWith("FREQ=HOURLY"), noon)!.schedules[0]!;
  expect([shifts.length, shiftCount]).toEqual([14 * 24, 14 * 24]);
  const busy = view.at(teamWith("FREQ=MINUTELY;INTERVAL=15"), noon)!.schedules[0]!;
  expect([busy.shifts.length, busy.shiftCount]).toEqual([shiftsAtMost, 14 * 24 * 4]);
});
