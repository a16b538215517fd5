/** Two edits of one team file made into one: by thing and field, with the comments and the layout of the newest text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeTeamTexts } from "../../src/config/merge/merge-team-texts.ts";
import { trials } from "../support/trials.ts";

const base = `# The platform team.
version: 1
team: { name: Platform, timeZone: UTC }
people:
  - id: ana # she began it
    name: Ana
    phone: "+34600000000"
  # Ben works part-time.
  - { id: ben, name: Ben }
  - { id: chi, name: Chi }
groups:
  - { id: dba, people: [ana, ben] }
schedules:
  - id: primary
    layers:
      - id: weekly
        participants: [ana, ben, chi]
        start: 2026-01-05T09:00:00
        handoff: FREQ=WEEKLY;BYDAY=MO
    overrides:
      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }
policies:
  - id: default
    steps:
      - { notify: [{ schedule: primary }], within: 5m }
      - { notify: [{ group: dba }], within: 5m }
      - { notify: [{ everyone: true }], within: 10m }
    repeat: 3
routes:
  # Critical ones first.
  - { match: { severity: [critical] }, policy: default }
  - { match: { source: db1 }, policy: default }
  - { match: {}, policy: default }
integrations:
  - { id: anything, type: events, key: "fedcba9876543210fedcba9876543210" }
email: { host: 127.0.0.1, port: 2525, secure: false, from: "Tocsin <tocsin@example.org>" }
`;

type Edit = readonly [from: string, to: string];

function edited(...edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, () => to);
  }, base);
}

function merge(theirs: readonly Edit[], ours: readonly Edit[]) {
  const { text, lost } = mergeTeamTexts({ base, theirs: edited(...theirs), ours: edited(...ours) });
  return { text, lost: lost.map(({ path }) => path.join(" ")) };
}

const anaMoves: Edit = ["name: Ana\n", "name: Anabel\n"];
const benMoves: Edit = ["{ id: ben, name: Ben }", '{ id: ben, name: Ben, phone: "+49301234567" }'];
const override = (day: number, person: string) =>
  `      - { start: 2026-03-0${day}T09:00:00, end: 2026-03-0${day + 1}T09:00:00, person: ${person} }\n`;
const adding = (lines: string): Edit => ["policies:\n", `${lines}policies:\n`];

/** Nothing is lost, and the text is, to the letter, the one that a person would have made of both. */
describe("edits of different things", () => {
  const cases: Record<string, readonly [theirs: Edit[], ours: Edit[], both?: Edit[]]> = {
    "two people": [[anaMoves], [benMoves]],
    "two fields of one person": [[anaMoves], [["+34600000000", "+34611111111"]]],
    "a person and a schedule": [[benMoves], [adding(override(1, "ana"))]],
    "two overrides": [
      [adding(override(1, "ana"))],
      [adding(override(2, "ben"))],
      [adding(override(1, "ana") + override(2, "ben"))],
    ],
    "two overrides of the same time": [
      [adding(override(1, "ana"))],
      [adding(override(1, "ben"))],
      [adding(override(1, "ana") + override(1, "ben"))],
    ],
    "two steps": [
      [["{ notify: [{ group: dba }], within: 5m }", "{ notify: [{ group: dba }], within: 6m }"]],
      [["{ notify: [{ everyone: true }], within: 10m }", "{ notify: [{ person: chi }], within: 20m }"]],
    ],
    "a step changed and one removed": [
      [["      - { notify: [{ group: dba }], within: 5m }\n", ""]],
      [["within: 10m", "within: 20m"]],
    ],
    "one group, two people": [
      [["people: [ana, ben]", "people: [ana, ben, chi]"]],
      [["people: [ana, ben]", "people: [ben]"]],
      [["people: [ana, ben]", "people: [ben, chi]"]],
    ],
    "two routes": [
      [["source: db1 }, policy", "source: db2 }, policy"]],
      [["  - { match: {}", "  # Ours.\n  - { match: { source: web }, policy: default }\n  - { match: {}"]],
    ],
    "an integration and the mail": [
      [["port: 2525", "port: 25"]],
      [["fedcba9876543210fedcba9876543210", "0123456789abcdef0123456789abcdef"]],
    ],
    "a new section and an old one": [
      [anaMoves],
      [
        [
          "policies:\n",
          "absences:\n  - { person: ana, start: 2026-08-01T00:00:00, end: 2026-08-15T00:00:00 }\npolicies:\n",
        ],
      ],
      [
        anaMoves,
        [
          'tocsin@example.org>" }\n',
          'tocsin@example.org>" }\nabsences:\n  - { person: ana, start: 2026-08-01T00:00:00, end: 2026-08-15T00:00:00 }\n',
        ],
      ],
    ],
    "comments there, a person here": [
      [["# Ben works part-time.", "# Ben works in the morning."]],
      [["{ id: chi, name: Chi }", "{ id: chi, name: Chi, timeZone: Asia/Tokyo }"]],
    ],
    "a person with a comment of its own": [
      [anaMoves],
      [["groups:\n", "  # The new one.\n  - id: dan\n    name: Dan # until May\ngroups:\n"]],
    ],
    "routes in another order there, one of them changed here": [
      [
        [
          "  # Critical ones first.\n  - { match: { severity: [critical] }, policy: default }\n  - { match: { source: db1 }, policy: default }\n",
          "  - { match: { source: db1 }, policy: default }\n  # Critical ones first.\n  - { match: { severity: [critical] }, policy: default }\n",
        ],
      ],
      [["source: db1 }", "source: db2 }"]],
    ],
    "routes in another order here, the mail there": [
      [["port: 2525", "port: 25"]],
      [
        [
          "  # Critical ones first.\n  - { match: { severity: [critical] }, policy: default }\n  - { match: { source: db1 }, policy: default }\n",
          "  - { match: { source: db1 }, policy: default }\n  # Critical ones first.\n  - { match: { severity: [critical] }, policy: default }\n",
        ],
      ],
    ],
    "the same edit made twice": [[anaMoves], [anaMoves], [anaMoves]],
    "the same override added twice": [
      [adding(override(1, "ana"))],
      [adding(override(1, "ana"))],
      [adding(override(1, "ana"))],
    ],
  };
  for (const [name, [theirs, ours, both]] of Object.entries(cases))
    it(`${name}`, () => {
      const merged = merge(theirs, ours);
      expect(merged.lost).toEqual([]);
      expect(merged.text).toBe(edited(...(both ?? [...theirs, ...ours])));
    });
});

/** What was made on the newest stays; the rest of the other edit is taken. */
it("the first ones of a list or map on one line go, and its lines and comments stay", () => {
  const commented: Edit = [
    "      - id: weekly\n",
    "      # Mondays, after the meeting.\n      - id: weekly\n",
  ];
  for (const people of ["[chi]", "[[ana, ben], chi]", "[[], chi, [ben, ana]]", "[ben, [], chi]"]) {
    const paired: Edit = ["[ana, ben, chi]", people];
    expect(merge([commented], [paired])).toEqual({ text: edited(commented, paired), lost: [] });
  }
  const long = base.replace("{ source: db1 }", "{ severity: [error], integration: anything, source: db1 }");
  const [theirs, ours] = [long.replace(...anaMoves), base];
  expect(mergeTeamTexts({ base: long, theirs, ours })).toEqual({ text: base.replace(...anaMoves), lost: [] });
});

describe("edits of the same thing", () => {
  const cases: Record<string, readonly [theirs: Edit[], ours: Edit[], lost: string[], also?: Edit[]]> = {
    "a person's name": [
      [anaMoves],
      [["name: Ana\n", "name: Anita\n"], benMoves],
      ["people ana name"],
      [benMoves],
    ],
    "the people of one rotation": [
      [["[ana, ben, chi]", "[ben, ana, chi]"]],
      [["[ana, ben, chi]", "[ana, chi]"]],
      ["schedules primary layers weekly participants"],
    ],
    "one override, moved and removed": [
      [["end: 2026-02-02", "end: 2026-02-03"]],
      [
        [
          "    overrides:\n      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }\n",
          "",
        ],
      ],
      ["schedules primary overrides"],
    ],
    "one step": [
      [["{ group: dba }], within: 5m", "{ group: dba }], within: 6m"]],
      [["{ group: dba }], within: 5m", "{ group: dba }], within: 7m"], benMoves],
      ["policies default steps 2. within"],
      [benMoves],
    ],
    "a person edited, who is gone": [
      [
        ["  - { id: chi, name: Chi }\n", ""],
        ["[ana, ben, chi]", "[ana, ben]"],
        [
          "    overrides:\n      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }\n",
          "",
        ],
      ],
      [["name: Chi }", "name: Chiara }"], benMoves],
      ["people chi"],
      [benMoves],
    ],
    "a person put on call, who is gone": [
      [
        ["  - { id: chi, name: Chi }\n", ""],
        ["[ana, ben, chi]", "[ana, ben]"],
        [
          "    overrides:\n      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }\n",
          "",
        ],
      ],
      [["people: [ana, ben]", "people: [ana, ben, chi]"], benMoves],
      ["groups dba people chi"],
      [benMoves],
    ],
    "the mail server: no half of each": [
      [["host: 127.0.0.1, port: 2525", "host: mail.example.org, port: 2525"]],
      [
        ["port: 2525", "port: 25"],
        ["tocsin@example.org", "alerts@example.org"],
      ],
      ["email server"],
      [["tocsin@example.org", "alerts@example.org"]],
    ],
    "a route, and the order of all of them": [
      [
        ["  - { match: { source: db1 }, policy: default }\n", ""],
        [
          "  # Critical ones first.\n",
          "  - { match: { source: db1 }, policy: default }\n  # Critical ones first.\n",
        ],
      ],
      [
        [
          "{ match: { severity: [critical] }, policy: default }",
          "{ match: { severity: [critical, error] }, policy: default }",
        ],
        ["name: Ana\n", "name: Anita\n"],
      ],
      [],
      [
        [
          "{ match: { severity: [critical] }, policy: default }",
          "{ match: { severity: [critical, error] }, policy: default }",
        ],
        ["name: Ana\n", "name: Anita\n"],
      ],
    ],
  };
  for (const [name, [theirs, ours, lost, also = []]] of Object.entries(cases))
    it(`${name}`, () => {
      const merged = merge(theirs, ours);
      expect(merged.lost).toEqual(lost);
      expect(merged.text).toBe(edited(...theirs, ...also));
    });
});

describe("what cannot be merged is set aside whole", () => {
  const theirs = edited(anaMoves);
  it("an invalid file", () => {
    for (const ours of [base.replace("policies:", "polices:"), "version: 1\n  people: [", ""])
      expect(mergeTeamTexts({ base, theirs, ours })).toMatchObject({ text: theirs, lost: [{ path: [] }] });
  });
  it("an edit of nobody knows what", () => {
    const merged = mergeTeamTexts({ base: null, theirs, ours: edited(benMoves) });
    expect(merged).toMatchObject({ text: theirs, lost: [{ path: [] }] });
  });
});

/** Of things of their own, none within another one's reach. */
const apart: readonly Edit[] = [
  anaMoves,
  benMoves,
  ["+34600000000", "+34611111111"],
  ["{ id: chi, name: Chi }", "{ id: chi, name: Chi, timeZone: Asia/Tokyo }"],
  ["{ id: dba, people: [ana, ben] }", "{ id: dba, people: [ana] }"],
  adding(override(1, "ana")),
  ["[ana, ben, chi]", "[ben, ana, chi]"],
  ["within: 10m", "within: 20m"],
  ["repeat: 3", "repeat: 4"],
  ["source: db1", "source: db2"],
  ["  - { match: {}", "  - { match: { source: web }, policy: default }\n  - { match: {}"],
  ["fedcba9876543210fedcba9876543210", "0123456789abcdef0123456789abcdef"],
  ["port: 2525", "port: 25"],
  ["tocsin@example.org", "alerts@example.org"],
];

it("any edits apart from one another merge to the letter, on either side, also those that both made", () => {
  const side = fc.subarray([...apart.keys()]);
  fc.assert(
    fc.property(side, side, (there, here) => {
      const pick = (of: readonly number[]) => apart.filter((_, index) => of.includes(index));
      const merged = merge(pick(there), pick(here));
      expect(merged.lost).toEqual([]);
      expect(merged.text).toBe(edited(...pick([...there, ...here])));
    }),
    { numRuns: trials(15, 1_000) },
  );
}, 600_000);
