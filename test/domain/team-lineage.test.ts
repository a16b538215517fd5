/** Which edit of the team file is in force, and which ones are yet to be merged: the same in whatever order facts come. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { evolveTeam } from "#domain/evolve-team";
import type { TeamFact } from "#domain/fact";
import type { MachineId, OriginId, TeamFileVersion, TeamRevision } from "#domain/ids";
import type { Place } from "#domain/place";
import { emptyState, type State } from "#domain/state";
import { authorOf, commonAncestor, lacksAncestor, rivalsOf } from "#domain/team-lineage";
import { team } from "../support/team-builder.ts";

interface Said {
  readonly on: string;
  readonly revision: string;
  /** Its clock, or what it had heard. */
  readonly hlc: number;
  readonly version?: string;
  readonly from?: readonly string[];
  readonly generation?: number;
  /** As an older Tocsin names what was in force. */
  readonly parent?: string;
}

function fold(facts: readonly Said[]): State {
  return facts.reduce((state, said) => {
    const { on, revision, hlc, version, from, generation, parent } = said;
    const fact = {
      kind: "team-adopted",
      at: hlc,
      hlc,
      team: { ...team({}), revision: revision as TeamRevision },
      machine: on as MachineId,
      ...(version !== undefined && { version: version as TeamFileVersion }),
      ...(from !== undefined && { parents: from as readonly string[] as TeamFileVersion[] }),
      ...(generation !== undefined && { generation }),
      ...(parent !== undefined && { parent: parent as TeamRevision }),
    } as TeamFact;
    const place: Place = { origin: on as string as OriginId, seq: hlc, position: 1, own: false, skewMs: 0 };
    return evolveTeam(state, fact, place);
  }, emptyState());
}

const first: Said = { on: "a", revision: "0", hlc: 1 };
const edit = (on: string, name: string, from: string, generation: number, hlc: number): Said => ({
  on,
  revision: name,
  hlc,
  version: name,
  from: [from],
  generation,
});
const rivals = (state: State) => rivalsOf(state).map(({ version }) => version);

it("an edit of an old file, from a clock a year ahead, does not win over two edits", () => {
  const state = fold([
    first,
    edit("a", "one", "0.1", 1, 10),
    edit("b", "two", "one", 2, 20),
    edit("c", "stale", "0.1", 1, 1_000_000),
  ]);
  expect(state.adoption?.version).toBe("two");
  expect(state.team?.revision).toBe("two");
  expect(rivals(state)).toEqual(["stale"]);
  const [stale] = rivalsOf(state);
  expect(commonAncestor(state, state.adoption!, stale!)?.version).toBe("0.1");
});

it("a merge ends it, and belongs to whom the merged edit was made by", () => {
  const state = fold([
    first,
    edit("a", "one", "0.1", 1, 10),
    edit("c", "stale", "0.1", 1, 9),
    { ...edit("b", "both", "one", 2, 30), from: ["one", "stale"] },
    { ...edit("d", "all", "both", 3, 40), from: ["other", "both"] },
    edit("a", "other", "one", 2, 35),
  ]);
  expect(rivals(state)).toEqual([]);
  expect(authorOf(state, state.adoption!).machine).toBe("c");
});

it("the same merge by two machines is one", () => {
  const merge = { ...edit("a", "both", "one", 2, 30), from: ["one", "two"] };
  const known = [first, edit("a", "one", "0.1", 1, 10), edit("b", "two", "0.1", 1, 9), merge];
  expect(rivals(fold([...known, { ...merge, on: "b", hlc: 31 }]))).toEqual([]);
  expect(rivals(fold([...known, edit("a", "next", "both", 3, 32), { ...merge, on: "b", hlc: 40 }]))).toEqual(
    [],
  );
});

it("what an older Tocsin said goes by its clock, and what it has settled is not looked into again", () => {
  const old: Said[] = [
    { on: "a", revision: "0", hlc: 1 },
    { on: "a", revision: "one", hlc: 10, parent: "0" },
    { on: "b", revision: "two", hlc: 11, parent: "0" },
    // Somebody undid it.
    { on: "b", revision: "one", hlc: 20, parent: "two" },
  ];
  expect(fold(old).team?.revision).toBe("one");
  expect(rivals(fold(old))).toEqual([]);
  const state = fold([...old, edit("a", "three", "one.20", 1, 30)]);
  expect(state.adoption?.version).toBe("three");
  expect(rivals(state)).toEqual([]);
});

it("an edit by a machine with an older Tocsin, later on, is to be merged: made from what it names", () => {
  const state = fold([
    first,
    edit("a", "one", "0.1", 1, 10),
    { on: "b", revision: "old", hlc: 20, parent: "one" },
  ]);
  expect(state.adoption?.version).toBe("one");
  expect(rivals(state)).toEqual(["old.20"]);
  expect(commonAncestor(state, state.adoption!, rivalsOf(state)[0]!)?.version).toBe("one");
  const merged = fold([
    first,
    edit("a", "one", "0.1", 1, 10),
    { on: "b", revision: "old", hlc: 20, parent: "one" },
    { ...edit("a", "both", "one", 2, 30), from: ["one", "old.20"] },
  ]);
  expect([merged.adoption?.version, rivals(merged)]).toEqual(["both", []]);
});

it("a calendar's change is the same edit, and does not win over a newer one", () => {
  const state = fold([
    first,
    edit("a", "one", "0.1", 1, 10),
    edit("b", "two", "one", 2, 11),
    { ...edit("a", "one", "0.1", 1, 50), revision: "one with a calendar" },
  ]);
  expect(state.team?.revision).toBe("two");
  expect(rivals(state)).toEqual([]);
});

it("comes to the same in any order", () => {
  const life = fc.array(
    fc.record({
      on: fc.constantFrom("a", "b", "c"),
      from: fc.nat(),
      also: fc.option(fc.nat()),
      skew: fc.nat(50),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(life, fc.infiniteStream(fc.nat()), (steps, chance) => {
      const facts: Said[] = [first];
      for (const [nth, { on, from, also, skew }] of steps.entries()) {
        const parents = [from, ...(also === null ? [] : [also])].map((of) => facts[of % facts.length]!);
        const names = [...new Set(parents.map(({ version }) => version ?? "0.1"))];
        const generation = 1 + Math.max(...parents.map((one) => one.generation ?? 0));
        // Later than all that it knew.
        const hlc = 1 + skew + Math.max(...parents.map((one) => one.hlc));
        facts.push({
          on,
          revision: `r${nth % 4}`,
          hlc: hlc * 16 + nth,
          version: `v${nth}`,
          from: names,
          generation,
        });
      }
      const order = facts.map((fact) => ({ fact, at: chance.next().value })).sort((a, b) => a.at - b.at);
      const [one, other] = [fold(facts), fold(order.map(({ fact }) => fact))];
      expect(other.adoption).toEqual(one.adoption);
      expect(other.team?.revision).toBe(one.team?.revision);
      expect(other.adoptions).toEqual(one.adoptions);
      expect(rivals(other)).toEqual(rivals(one));
    }),
    { numRuns: 200 },
  );
});

it("an ancestor that is not here matters unless a newer one is known", () => {
  const one = edit("a", "one", "0.1", 1, 10);
  const two = edit("b", "two", "one", 2, 20);
  const three = edit("c", "three", "two", 3, 30);
  const other = edit("a", "other", "two", 3, 25);
  const lacks = (facts: readonly Said[], a: string, b: string) => {
    const state = fold(facts);
    const [left, right] = [a, b].map((name) => state.adoptions.find(({ version }) => version === name)!);
    return lacksAncestor(state, left!, right!);
  };
  expect(lacks([first, one, three], "three", "one")).toBe(true);
  expect(lacks([first, one, two, three], "three", "one")).toBe(false);
  expect(lacks([first, one, three, other], "three", "other")).toBe(true);
  // Longer ago than the journal goes back.
  expect(lacks([two, three, other], "three", "other")).toBe(false);
  expect(lacks([first, { ...first, on: "b", hlc: 2 }], "0.1", "0.2")).toBe(false);
});
