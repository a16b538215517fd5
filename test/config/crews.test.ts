/** Turns of several people, of nobody, and shadows: as the team file writes them, checks them, merges them, sends them. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { printFault } from "#config/fault";
import { loadTeam } from "#config/load-team";
import { peopleMeant } from "#config/people-meant";
import { judgeFact } from "#wire/fact-json";
import { mergeTeamTexts } from "../../src/config/merge/merge-team-texts.ts";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

const written = "participants: [ana, ben, chi]";
const load = (text: string) => loadTeam(text, "f", { env });
const good = (participants: string) => {
  const loaded = load(changed(written, participants));
  if (!loaded.ok) throw new Error(loaded.faults.map(printFault).join("\n"));
  return loaded;
};
const faults = (participants: string): string[] => {
  const loaded = load(changed(written, participants));
  return loaded.ok ? [] : loaded.faults.map(printFault);
};
const layerOf = (participants: string) => good(participants).team.schedules[0]!.layers[0]!;

test("several at once, a turn with nobody, and shadows", () => {
  const layer = layerOf("participants: [[ana, ben], chi, []]\n        shadow: []");
  // One person for each turn, so that a machine that knows no turns keeps the order and asks one of them.
  expect(layer).toMatchObject({ participants: ["ana", "chi", "chi"], turns: [["ana", "ben"], ["chi"], []] });
  expect(layer).not.toHaveProperty("shadow");
  expect(layerOf("participants: [[], [ben, ana]]")).toMatchObject({ participants: ["ben", "ben"] });
  expect(layerOf("participants: [ana, [ben]]\n        shadow: [chi]")).toMatchObject({
    participants: ["ana", "ben"],
    shadow: ["chi"],
  });
});

test("a team without pairs is as it was, however it is written: same layers, same revision", () => {
  const plain = load(sample);
  const listed = good("participants: [[ana], [ben], chi]");
  expect(layerOf("participants: [[ana], [ben], chi]")).not.toHaveProperty("turns");
  expect(plain.ok && plain.team.revision).toBe(listed.team.revision);
  // As it was before there were pairs: what a journal has frozen under it stays found.
  expect(listed.team.revision).toBe("910104c4e7e0585e0ab1cadb79e8cf20");
  expect(listed.team.revision).not.toBe(good("participants: [[ana, ben], chi]").team.revision);
});

test("faults have their place and remedy", () => {
  expect(faults("participants: [[ana, bne], chi]")).toEqual([
    'f:21:30: schedules[0].layers[0].participants[0][1]: no person has the id "bne", did you mean "ben"?',
  ]);
  expect(faults("participants: [[ana, ben, ana], chi]")).toEqual([
    "f:21:35: schedules[0].layers[0].participants[0][2]: already listed at schedules[0].layers[0].participants[0][0]; once is enough",
  ]);
  expect(faults("participants: [[], []]")).toEqual([
    "f:21:23: schedules[0].layers[0].participants: every turn is empty, so nobody is ever on duty by this layer; name somebody, or take the layer away",
  ]);
  expect(faults("participants: [[ana, Ben]]")).toEqual([
    'f:21:30: schedules[0].layers[0].participants[0][1]: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz; did you mean "ben"?',
    'f:21:30: schedules[0].layers[0].participants[0][1]: no person has the id "Ben", did you mean "ben"?',
  ]);
  expect(faults("participants: [ana, { id: ben }, 7, [[chi]]]")).toEqual([
    'f:21:29: schedules[0].layers[0].participants[1]: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz',
    'f:21:42: schedules[0].layers[0].participants[2]: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz',
    'f:21:46: schedules[0].layers[0].participants[3][0]: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz',
  ]);
  expect(faults("participants: [[ana, ben]]\n        shadow: [ben, chi, chi, dan]")).toEqual([
    'f:22:18: schedules[0].layers[0].shadow[0]: "ben" takes turns in this layer, so is asked; a shadow never is: name them in one place',
    "f:22:28: schedules[0].layers[0].shadow[2]: already listed at schedules[0].layers[0].shadow[1]; once is enough",
    'f:22:33: schedules[0].layers[0].shadow[3]: no person has the id "dan"; there are ana, ben, chi',
  ]);
});

test("a policy means everybody of every turn, and no shadow", () => {
  const { team } = good("participants: [[ana, ben], []]\n        shadow: [chi]");
  const withoutOverride = { ...team, schedules: team.schedules.map((one) => ({ ...one, overrides: [] })) };
  const target = { kind: "schedule", id: team.schedules[0]!.id } as const;
  expect([...new Set(peopleMeant(withoutOverride, target))]).toEqual(["ana", "ben"]);
});

test("who only looks on is not warned of as somebody whom nobody asks", () => {
  const dan = (participants: string) =>
    loadTeam(
      changed(written, participants)
        .replace("groups:", "  - { id: dan, name: Dan }\ngroups:")
        .replace("{ everyone: true }", "{ person: ana }"),
      "f",
      { env },
    );
  const warned = (participants: string) => {
    const loaded = dan(participants);
    return (loaded.ok ? loaded.warnings : []).map(printFault).filter((line) => line.includes("people[3]"));
  };
  expect(warned("participants: [[ana, ben]]")).toHaveLength(1);
  expect(warned("participants: [[ana, ben]]\n        shadow: [dan]")).toEqual([]);
});

describe("edits that did not know of one another", () => {
  const merge = (theirs: string, ours: string) => {
    const { text, lost } = mergeTeamTexts({ base: sample, theirs, ours });
    return { text, lost: lost.map(({ path }) => path.join(" ")) };
  };

  test("a rotation made of pairs and another change of the same schedule go together", () => {
    const paired = changed(written, "participants: [[ana, ben], chi, []]");
    const moved = changed("person: chi }\nabsences", "person: ben }\nabsences");
    for (const [theirs, ours] of [
      [paired, moved],
      [moved, paired],
    ] as const) {
      const { text, lost } = merge(theirs, ours);
      expect(lost).toEqual([]);
      expect(text).toContain("person: ben }\nabsences");
      expect(load(text)).toMatchObject({
        ok: true,
        team: { schedules: [{ layers: [{ turns: [["ana", "ben"], ["chi"], []] }] }] },
      });
    }
    // The people of a rotation are one thing: of two rotations one stays.
    expect(merge(paired, changed(written, "participants: [[ana, chi], ben]")).lost).toEqual([
      "schedules primary layers weekly participants",
    ]);
  });
});

describe("on the way to other machines", () => {
  const { team } = good("participants: [[ana, ben], chi, []]");
  const judge = (change: object): string => {
    const schedules = team.schedules.map((one) => ({
      ...one,
      layers: one.layers.map((layer) => ({ ...layer, ...change })),
    }));
    return judgeFact(
      JSON.stringify({ kind: "team-adopted", at: 1, team: { ...team, schedules } }),
      "team-adopted",
      null,
    );
  };

  test("turns and shadows are known; those that name nobody there are not", () => {
    expect(judge({})).toBe("known");
    expect(judge({ shadow: ["chi"] })).toBe("known");
    expect(judge({ turns: [["ana", "zoe"]] })).toBe("malformed");
    expect(judge({ shadow: ["zoe"] })).toBe("malformed");
    expect(judge({ turns: [] })).toBe("malformed");
    expect(judge({ turns: "ana" })).toBe("malformed");
  });

  test("a machine of before reads one person a turn and passes over the rest", () => {
    // As it was when a turn was one person.
    const before = z.object({
      id: z.string(),
      participants: z.array(z.string().min(1)).min(1).max(10_000),
      start: z.string(),
      handoff: z.string(),
      end: z.exactOptional(z.string()),
      windows: z.exactOptional(z.array(z.object({})).min(1)),
    });
    const layer = before.parse(team.schedules[0]!.layers[0]);
    expect(layer.participants).toEqual(["ana", "chi", "chi"]);
    expect(layer).not.toHaveProperty("turns");
  });

  test("a handoff of several is known, and so is one of before", () => {
    const told = {
      kind: "handoff-announced",
      at: 1,
      schedule: "primary",
      from: "ana",
      to: "ben",
      handoffAt: 2,
    };
    const judged = (fact: object) => judgeFact(JSON.stringify(fact), "handoff-announced", null);
    expect(judged(told)).toBe("known");
    expect(judged({ ...told, before: ["ana"], after: ["ben", "chi"] })).toBe("known");
    expect(judged({ ...told, before: "ana" })).toBe("malformed");
  });
});
