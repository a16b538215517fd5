/** A snapshot and the facts after it come to the same as all facts, wherever it was made; nothing new is left out of it. */
import { beforeAll, expect, test } from "vitest";
import type { Outcome } from "#domain/input";
import type { MachineId, PersonId, TeamFileVersion, TeamRevision } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import { emptyState, type State } from "#domain/state";
import { foldIn } from "#engine/fold";
import { readSnapshot, writeSnapshot } from "#engine/snapshot";
import {
  minutes,
  person,
  policy,
  seconds,
  step,
  team as buildTeam,
  toPerson,
} from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const byMail = [{ via: "email", afterMs: 0 }] as const;
const team = buildTeam({
  people: ["ana", "ben", "chi"].map((id) => person(id, { notify: byMail })),
  policies: [
    policy(
      "default",
      ["ana", "ben"].map((id) => step(toPerson(id), { withinMs: minutes(5) })),
    ),
  ],
});
const putOff: Outcome = {
  kind: "failed",
  permanent: false,
  reason: "temporary",
  text: "451 later",
  retryAfterMs: minutes(3),
};
const refused: Outcome = {
  kind: "failed",
  permanent: true,
  reason: "refused",
  text: "550 nobody",
  refused: { what: "recipient", address: "ben@example.org" },
};

let world: World;
let facts: readonly JournaledFact[];

/** A day with everything that facts can say. */
beforeAll(async () => {
  world = await World.start({ team, self: "one" });
  const { engine, time } = world;
  const put = async (input: Parameters<typeof engine.submit>[0]) => {
    void world.engine.submit(input);
    await time.settle();
  };
  const said = (sender: string, agoMs: number) => ({
    sender,
    startsAt: time.wallMs() - agoMs,
    endsAt: time.wallMs() + minutes(4),
  });
  world.outcome = ({ person: { id } }) => (id === "ana" ? putOff : refused);
  const fires = (dedupKey: string, sender: string) =>
    world.fire({ dedupKey, silentAfterMs: minutes(4), said: said(sender, minutes(1)) });
  const [first] = [await fires("first", "a"), await fires("second", "b")];
  await world.fire({ dedupKey: "by-hand" });
  await world.fastForward(minutes(7));
  await put({
    kind: "team-loaded",
    team: { ...team, revision: "rev-2" as TeamRevision },
    edit: { version: "v2" as TeamFileVersion, parents: ["v1" as TeamFileVersion] },
  });
  await put({
    kind: "team-file-sealed",
    revision: "rev-2" as TeamRevision,
    version: "v2" as TeamFileVersion,
    sealed: "sealed",
  });
  for (const id of ["one", "two"])
    await put({
      kind: "machine",
      change: {
        kind: "machine-added",
        machine: {
          id: id as MachineId,
          name: id,
          role: "engine",
          person: null,
          fingerprint: id,
          addresses: [],
        },
        by: "one" as MachineId,
      },
    });
  await put({
    kind: "machine",
    change: { kind: "machine-revoked", machineId: "two" as MachineId, by: "ana" as PersonId },
  });
  world.crash();
  time.restartComputer(minutes(2));
  time.setWallBy(-minutes(60));
  await world.boot();
  await world.fastForward(minutes(1));
  world.outcome = () => ({ kind: "sent" });
  await world.command(first, { kind: "acknowledge" });
  time.setWallBy(minutes(20));
  await world.fastForward(seconds(30));
  const now = time.wallMs();
  await world.report({
    dedupKey: "second",
    status: "resolved",
    said: { sender: "b", startsAt: now - minutes(30), endsAt: now, endedAt: now },
  });
  await world.fire({ dedupKey: "late", said: said("c", minutes(2)) });
  await world.fastForward(minutes(1));
  facts = [...world.journal.replay(0)];
});

function folded(state: State, some: readonly JournaledFact[]): State {
  foldIn(state, some, world.journal);
  return state;
}

const fresh = (): State => ({ ...emptyState(), origin: world.journal.origin });

/** All that a state is, besides who acts now. */
function picture({ deadlines, ...state }: State): unknown {
  const openOf = [...state.openOf].filter(([, count]) => count > 0);
  return {
    ...state,
    acting: null,
    openOf,
    deadlines: [...state.open.keys()].map((id) => [id, deadlines.at(id)]),
  };
}

test("there is something of everything to be kept", () => {
  const state = folded(fresh(), facts);
  const filled = JSON.parse(writeSnapshot(state)) as Record<string, unknown> & {
    rest: Record<string, unknown>;
  };
  const { rest, version: _, ...own } = filled;
  const empty = Object.entries({ ...own, ...rest }).flatMap(([name, value]) =>
    value === null || (Array.isArray(value) && value.length === 0) ? [name] : [],
  );
  expect(empty.sort()).toEqual(["announced", "swapFacts", "swaps", "unopened"]);
  expect([...state.lastMails.values()].some((mail) => mail.refused !== null)).toBe(true);
  const text = JSON.stringify([...state.open.values()]);
  for (const name of ["reports", "acknowledgedFrom", "triggeredAt", "isRepeat", "isStuck"])
    expect(text, name).toContain(`"${name}"`);
});

test("with the snapshot made after any fact, the rest leads to the same state", () => {
  const whole = picture(folded(fresh(), facts));
  for (let cut = 0; cut <= facts.length; cut += 1) {
    const text = writeSnapshot(folded(fresh(), facts.slice(0, cut)));
    const state = readSnapshot(text, world.journal.origin)!;
    expect(picture(folded(state, facts.slice(cut))), `after fact ${cut}`).toEqual(whole);
  }
});

test("one of another version is left aside", () => {
  const text = writeSnapshot(folded(fresh(), facts));
  const { version } = JSON.parse(text) as { version: number };
  for (const other of [version - 1, version + 1])
    expect(
      readSnapshot(text.replace(`"version":${version}`, `"version":${other}`), fresh().origin),
    ).toBeNull();
});
