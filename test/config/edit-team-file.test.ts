import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import {
  addAbsence,
  addOverride,
  editTeamText,
  removeAbsence,
  removeOverride,
  type TeamEdit,
  upsertPerson,
  type WrittenOverride,
} from "#config/edit-team-file";
import { readTeamFile } from "#config/read-team-file";
import { writeTeamFile } from "#config/write-team-file";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

function edited(text: string, ...edits: TeamEdit[]): string {
  const result = editTeamText(text, edits, "team.yaml", { env });
  if (!result.ok) throw new Error(JSON.stringify(result.faults, null, 2));
  return result.text;
}

function refusal(text: string, ...edits: TeamEdit[]): string {
  const result = editTeamText(text, edits, "team.yaml", { env });
  if (result.ok) throw new Error(`accepted: ${result.text}`);
  return result.faults.map(({ line, path, text: said }) => `${line}: ${path}: ${said}`).join("\n");
}

/** `- ` before lines that went, `+ ` before those that came. */
function difference(before: string, after: string): string[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  const gone = old.filter((line) => !fresh.includes(line)).map((line) => `- ${line.trim()}`);
  return [...gone, ...fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line.trim()}`)];
}

const march: WrittenOverride = { start: "2026-03-01T09:00:00", end: "2026-03-02T09:00:00", person: "ben" };
const february: WrittenOverride = { start: "2026-02-01T09:00:00", end: "2026-02-02T09:00:00", person: "chi" };

describe("only the lines concerned change", () => {
  test.each<[string, TeamEdit, string[]]>([
    [
      "an override",
      addOverride("primary", march),
      ["+ - { start: 2026-03-01T09:00:00, end: 2026-03-02T09:00:00, person: ben }"],
    ],
    [
      "an absence",
      addAbsence({ person: "ben", start: "2026-07-01", end: "2026-07-08", substitute: "chi" }),
      ["+ - { person: ben, start: 2026-07-01, end: 2026-07-08, substitute: chi }"],
    ],
    [
      "a new person",
      upsertPerson({ id: "dora", name: "Dora", email: "dora@example.org" }),
      ["+ - { id: dora, name: Dora, email: dora@example.org }"],
    ],
    [
      "a person's new number",
      upsertPerson({ id: "ana", name: "Ana Ruiz", phone: "+4912345" }),
      ['- phone: "+34600000000"', '+ phone: "+4912345"'],
    ],
    [
      "a person's first number",
      upsertPerson({ id: "chi", phone: "030 1234" }),
      ["- - { id: chi, name: Chi }", "+ - { id: chi, name: Chi, phone: 030 1234 }"],
    ],
    ["what is so already", upsertPerson({ id: "ben", name: "Ben", email: "ben@example.org" }), []],
  ])("%s", (_, edit, lines) => {
    expect(difference(sample, edited(sample, edit))).toEqual(lines);
  });

  test("adding and taking away again gives the very same file", () => {
    expect(edited(sample, addOverride("primary", march), removeOverride("primary", march))).toBe(sample);
    const absence = { person: "chi", start: "2026-07-01", end: "2026-07-08" };
    expect(edited(sample, addAbsence(absence), removeAbsence(absence))).toBe(sample);
    const crlf = sample.replaceAll("\n", "\r\n");
    expect(edited(crlf, addOverride("primary", march), removeOverride("primary", march))).toBe(crlf);
  });

  test("the last override leaves an empty list, which takes the next one", () => {
    const empty = edited(sample, removeOverride("primary", february));
    expect(empty).toContain("    overrides: []\nabsences:");
    expect(edited(empty, addOverride("primary", february))).toBe(sample);
  });

  test("an instant is the same override as its wall-clock time", () => {
    const utc = { ...february, start: "2026-02-01T08:00:00Z", end: "2026-02-02T09:00:00+01:00" };
    expect(edited(sample, removeOverride("primary", utc))).toContain("overrides: []");
  });
});

describe("lists that are not there, and other layouts", () => {
  test("no overrides and no absences yet", () => {
    const bare = changed(
      "    overrides:\n      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }\n",
      "",
    ).replace(/absences:\n.*\n/, "");
    const text = edited(
      bare,
      addOverride("primary", march),
      addAbsence({ person: "ben", start: "2026-07-01", end: "2026-07-08" }),
    );
    expect(difference(bare, text)).toEqual([
      "+ overrides:",
      "+ - { start: 2026-03-01T09:00:00, end: 2026-03-02T09:00:00, person: ben }",
      "+ absences:",
      "+ - { person: ben, start: 2026-07-01, end: 2026-07-08 }",
    ]);
  });

  test("a key without a list behind it", () => {
    const text = edited(
      sample.replace(/absences:\n.*\n/, "absences: # nobody\n"),
      addAbsence({ person: "ben", start: "2026-07-01", end: "2026-07-08" }),
    );
    expect(text).toContain(
      "absences: # nobody\n  - { person: ben, start: 2026-07-01, end: 2026-07-08 }\npolicies:",
    );
  });

  test("people below one another, comments between them", () => {
    const block = `version: 1
team: { name: Ops, timeZone: UTC }
people:
# the old hands
- id: ana      # since 2019
  name: Ana

# the others
- id: ben
  name: Ben   # "Benno"
  # his phone is on the desk

policies:
- { id: default, steps: [{ notify: [{ everyone: true }], within: 5m }] }
routes: [{ match: {}, policy: default }]
`;
    const text = edited(
      block,
      upsertPerson({ id: "dora", name: "Dora", phone: "030 1" }),
      upsertPerson({ id: "ben", email: "ben@example.org" }),
    );
    expect(difference(block, text)).toEqual([
      "+ email: ben@example.org",
      "+ - id: dora",
      "+ name: Dora",
      "+ phone: 030 1",
    ]);
    expect(text.split("\n").indexOf("  email: ben@example.org")).toBe(10);
  });

  test("JSON stays JSON", () => {
    for (const space of [undefined, 2]) {
      const json = JSON.stringify(parse(sample), null, space);
      const text = edited(
        json,
        addOverride("primary", march),
        upsertPerson({ id: "dora", name: "Dora" }),
        upsertPerson({ id: "ana", phone: "1" }),
        removeAbsence({ person: "ana", start: "2026-08-01T00:00:00", end: "2026-08-15T00:00:00" }),
      );
      const team = JSON.parse(text) as {
        people: object[];
        schedules: { overrides: object[] }[];
        absences: object[];
      };
      expect(team.people).toHaveLength(4);
      expect(team.people[3]).toEqual({ id: "dora", name: "Dora" });
      expect(team.schedules[0]!.overrides).toHaveLength(2);
      expect(team.absences).toEqual([]);
    }
  });

  test("no line end at the end", () => {
    const cut = sample
      .replace(/email: \{ host.*\n/, "")
      .replace(/absences:\n.*\n/, "")
      .trimEnd();
    const atEnd = `${cut}\nabsences:\n  - { person: ana, start: 2026-08-01, end: 2026-08-15 } # holidays`;
    const text = edited(atEnd, addAbsence({ person: "ben", start: "2026-09-01", end: "2026-09-02" }));
    expect(text).toBe(`${atEnd}\n  - { person: ben, start: 2026-09-01, end: 2026-09-02 }`);
  });

  test("an anchor in the way: refused, since the change would reach further than it says", () => {
    const anchored = changed(
      "  - { id: ben, name: Ben, email: ben@example.org }",
      "  - &ben { id: ben, name: Ben, email: &mail ben@example.org }",
    ).replace("- { id: chi, name: Chi }", "- { id: chi, name: Chi, email: *mail }");
    const newAddress = upsertPerson({ id: "ben", email: "new@example.org" });
    expect(refusal(anchored, newAddress)).toContain("make the change by hand");
    expect(edited(anchored, upsertPerson({ id: "chi", name: "Chiara" }))).toContain(
      "{ id: chi, name: Chiara, email: *mail }",
    );
  });
});

describe("what cannot be is refused, with its place", () => {
  test.each<[string, TeamEdit, RegExp]>([
    [
      "an unknown schedule",
      addOverride("primry", march),
      /^16: schedules: no schedule has the id "primry", did you mean "primary"\?$/,
    ],
    [
      "an unknown person",
      addOverride("primary", { ...march, person: "bne" }),
      /schedules\[0\]\.overrides\[1\]\.person: no person has the id "bne", did you mean "ben"\?/,
    ],
    [
      "an end before its start",
      addAbsence({ person: "ben", start: "2026-07-08", end: "2026-07-01" }),
      /^\d+: absences\[1\]\.end: not after its start/,
    ],
    [
      "no time at all",
      addAbsence({ person: "ben", start: "tomorrow", end: "2026-07-01" }),
      /absences\[1\]\.start: must be a time/,
    ],
    [
      "an override that is not there",
      removeOverride("primary", march),
      /^27: schedules\[0\]\.overrides: no override of "ben"/,
    ],
    [
      "an absence that is not there",
      removeAbsence({ ...march, person: "chi" }),
      /absences: no absence of "chi"/,
    ],
    [
      "an address that is none",
      upsertPerson({ id: "ana", email: "a b" }),
      /people\[0\]\.email: must be an e-mail address/,
    ],
  ])("%s", (_, edit, said) => {
    expect(refusal(sample, edit)).toMatch(said);
  });

  test("a file that is faulty already", () => {
    expect(refusal("people: [", addOverride("primary", march))).toContain("not valid YAML");
    expect(refusal(sample.replace("version: 1", "version: 2"), addOverride("primary", march))).toContain(
      "version",
    );
    expect(refusal("[".repeat(500_000), addOverride("primary", march))).toContain("nested far too deeply");
  });
});

test("whatever is written, the file means it afterwards, and every comment is still there", () => {
  const text = fc
    .oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
      fc.constantFrom(
        "yes",
        "null",
        "1e3",
        "a: b",
        "#x",
        "- y",
        "'q'",
        '"q"',
        "[1]",
        "{a}",
        "a, b",
        " a ",
        "~",
        "0x1F",
        "2026-01-01",
        "@x",
        "a #b",
      ),
    )
    .filter(
      (candidate) =>
        /\S/.test(candidate) && !/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(candidate),
    );
  const id = fc.constantFrom("ana", "ben", "chi", "dora", "emil", "null", "1", "1e3");
  const person = fc.record({ id, name: text }).map(upsertPerson);
  const day = fc.integer({ min: 1, max: 27 }).map((number) => `2026-05-${String(number).padStart(2, "0")}`);
  const interval = fc
    .record({ start: day, person: fc.constantFrom("ana", "ben", "chi") })
    .map(({ start, person: who }) => ({
      start: `${start}T00:00:00`,
      end: `${start}T12:00:00Z`,
      person: who,
    }));
  const edit = fc.oneof(
    person,
    interval.map((each) => addOverride("primary", each)),
    interval.map(addAbsence),
  );
  const comments = (file: string) => [...file.matchAll(/ # .*$/gm)].map(([comment]) => comment);
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.boolean(), (edits, crlf) => {
      const before = crlf ? sample.replaceAll("\n", "\r\n") : sample;
      const after = edited(before, ...edits);
      const [was, is] = [parse(before), parse(after)] as ReturnType<typeof parsedTeam>[];
      const names = new Map(
        [
          ...was!.people,
          ...edits.flatMap((each) => (each.kind === "upsert-person" ? [each.person] : [])),
        ].map(({ id: who, name }) => [who, name]),
      );
      expect(new Map(is!.people.map(({ id: who, name }) => [who, name]))).toEqual(names);
      const of = (kind: TeamEdit["kind"]) =>
        edits.flatMap((each) =>
          each.kind !== kind
            ? []
            : each.kind === "add-override"
              ? [each.override]
              : each.kind === "add-absence"
                ? [each.absence]
                : [],
        );
      expect(is!.schedules[0]!.overrides).toEqual([...was!.schedules[0]!.overrides, ...of("add-override")]);
      expect(is!.absences).toEqual([...was!.absences, ...of("add-absence")]);
      const kept = comments(before);
      expect(comments(after).filter((comment) => kept.includes(comment))).toEqual(kept);
      const untouched = before.split("\n").filter((line) => !/^ {2}- \{ id|name:/.test(line));
      expect(untouched.filter((line) => !after.split("\n").includes(line))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

const parsedTeam = () =>
  parse(sample) as {
    people: { id: string; name?: string }[];
    schedules: { overrides: object[] }[];
    absences: object[];
  };

test("two thousand people at once take little time", () => {
  const edits = Array.from({ length: 2000 }, (_, index) =>
    upsertPerson({ id: `p${index}`, name: `Person ${index}`, email: `p${index}@example.org` }),
  );
  const started = performance.now();
  const first = edited(sample, ...edits);
  const second = edited(
    first,
    ...edits.map((edit) =>
      edit.kind === "upsert-person" ? upsertPerson({ ...edit.person, phone: "1" }) : edit,
    ),
  );
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(second.split("\n").length).toBe(sample.split("\n").length + 2000);
});

describe("saving", () => {
  test("keeps the permissions, follows links, and does not write over another's change", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tocsin-edit-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [file, link] = [join(folder, "real.yaml"), join(folder, "team.yaml")];
    writeFileSync(file, sample, { mode: 0o640 });
    symlinkSync(file, link);
    expect(await writeTeamFile(link, sample, "new")).toEqual({ ok: true });
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(statSync(file).mode & 0o777).toBe(0o640);
    // What some editors put before everything is not for whoever reads it, and stays.
    writeFileSync(file, "\uFEFFnew");
    expect(await readTeamFile(file)).toEqual({ ok: true, text: "new" });
    expect(await writeTeamFile(link, "new", "newer")).toEqual({ ok: true });
    expect(readFileSync(file, "utf8")).toBe("\uFEFFnewer");
    writeFileSync(file, "new");
    expect(await writeTeamFile(link, sample, "newer")).toMatchObject({
      ok: false,
      text: expect.stringContaining("changed meanwhile"),
    });
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(await writeTeamFile(join(folder, "none.yaml"), "", "x")).toMatchObject({ ok: false });
  });
});
