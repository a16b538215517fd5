/** The team file among several machines: real engines and files; facts travel when the test says so. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { sample } from "../config/sample.ts";
import { exchange, TeamMachine } from "./team-machine.ts";

const variable = "SMTP_PASSWORD";

/** On a machine whose environment has this password, or none. */
async function withPassword<Result>(password: string | null, task: () => Promise<Result>): Promise<Result> {
  const before = process.env[variable];
  if (password === null) delete process.env[variable];
  else process.env[variable] = password;
  try {
    return await task();
  } finally {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  }
}

afterEach(() => delete process.env[variable]);

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tocsin-shared-team-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Ana's machine had the team first; Ben's has joined and heard of it. */
async function anaAndBen(text = sample) {
  const place = folder();
  const key = randomBytes(32);
  const ana = new TeamMachine("ana", place, { key: null });
  ana.write(text);
  await withPassword("open sesame", () => ana.start());
  ana.key = key;
  await withPassword("open sesame", () => ana.shared.belongs());
  ana.mayRefresh = true;
  const ben = new TeamMachine("ben", place, { key });
  await ben.start();
  await exchange(ana, ben);
  onTestFinished(async () => {
    await ana.stop();
    await ben.stop();
    expect([...ana.faults, ...ben.faults]).toEqual([]);
  });
  return { ana, ben, key, place };
}

const renamed = (name: string, text = sample) => text.replace("name: Ana Ruiz", `name: ${name}`);
const namesOf = (machine: TeamMachine) => machine.team.people.map(({ name }) => name);

describe("a machine that is alone", () => {
  it("makes a file, adopts it, and seals nothing", async () => {
    const ana = await new TeamMachine("ana", folder(), { key: null }).start();
    expect(ana.shared.isNew).toBe(true);
    expect(ana.team.people).toHaveLength(1);
    expect(ana.shared.current.team).toEqual(ana.team);
    expect(ana.engine.state.teamFile).toBeNull();
    await ana.stop();
  });

  it("goes by the file at each start, whatever its journal says", async () => {
    const ana = new TeamMachine("ana", folder(), { key: null });
    ana.write(sample);
    await ana.start();
    ana.write(renamed("Anabel"));
    await ana.restart();
    expect(namesOf(ana)).toContain("Anabel");
    await ana.edit(renamed("Anita"));
    expect(namesOf(ana)).toContain("Anita");
    await ana.stop();
  });
});

describe("a machine that joins", () => {
  it("writes no team of its own, and says that it waits", async () => {
    const ben = await new TeamMachine("ben", folder(), { key: randomBytes(32) }).start();
    expect(existsSync(ben.file)).toBe(false);
    expect(ben.engine.state.team).toBeNull();
    expect(ben.shared.current.team.people).toEqual([]);
    expect(ben.noTeam).toEqual([expect.stringContaining("waits for the team")]);
    expect(ben.problem).toBeNull();
    await ben.stop();
  });

  it("receives the file, the keys and the mail password, with no environment variable", async () => {
    const { ana, ben } = await anaAndBen();
    expect(ben.team).toEqual(ana.team);
    expect(ben.noTeam.at(-1)).toBeNull();
    expect(ben.read()).toBe(sample);
    expect(statSync(ben.file).mode & 0o777).toBe(0o600);
    expect(ben.shared.current.secrets.email).toMatchObject({ password: "open sesame" });
    expect(ben.shared.current.secrets.missingVariable).toBeNull();
    expect(ben.shared.current.secrets.integrationKeys).toHaveLength(2);
    expect(ben.problem).toBeNull();
    expect(ben.conflicts).toEqual([]);
  });

  it("has all of it after a restart with nobody else in sight", async () => {
    const { ben } = await anaAndBen();
    await ben.restart();
    expect(namesOf(ben)).toContain("Ana Ruiz");
    expect(ben.shared.current.secrets.email).toMatchObject({ password: "open sesame" });
    expect(ben.shared.current.team).toEqual(ben.team);
    expect(ben.problem).toBeNull();
  });

  it("goes by its own environment's password, and the others are not disturbed", async () => {
    const { ana, ben } = await anaAndBen();
    await withPassword("ben's own", () => ben.restart());
    expect(ben.shared.current.secrets.email).toMatchObject({ password: "ben's own" });
    await exchange(ana, ben);
    await ana.restart();
    expect(ana.shared.current.secrets.email).toMatchObject({ password: "open sesame" });
  });

  it("keeps secrets out of the journal", async () => {
    const { ana } = await anaAndBen();
    const journaled = JSON.stringify([...ana.journal.replay(0)]);
    for (const secret of ["open sesame", "0123456789abcdef0123456789abcdef"])
      expect(journaled).not.toContain(secret);
  });

  it("says so when the file cannot be opened with its key", async () => {
    const { ana, place } = await anaAndBen();
    const chi = await new TeamMachine("chi", place, { key: randomBytes(32) }).start();
    await chi.hear(ana);
    expect(chi.team).toEqual(ana.team);
    expect(chi.problem).toContain("cannot be opened");
    await chi.stop();
  });

  it("goes by the file it was given when nobody turns up", async () => {
    const ben = new TeamMachine("ben", folder(), { key: randomBytes(32) });
    ben.write(sample);
    await ben.start();
    expect(ben.engine.state.team).toBeNull();
    ben.waiting[0]!();
    await ben.shared.settled();
    expect(namesOf(ben)).toContain("Ana Ruiz");
    expect(ben.problem).toBeNull();
    await ben.stop();
  });
});

describe("an edit", () => {
  it("on one machine becomes the file of the other, and is no edit there", async () => {
    const { ana, ben } = await anaAndBen();
    const before = ben.journal.lastSeq();
    await ana.edit(renamed("Anabel"));
    await ben.hear(ana);
    expect(ben.read()).toBe(renamed("Anabel"));
    expect(namesOf(ben)).toContain("Anabel");
    await ben.shared.lookAtFile();
    // Two facts came: the team, and its file. None was added.
    expect(ben.journal.lastSeq() - before).toBe(2);
    await ben.restart();
    expect(ben.engine.state.adoption).toMatchObject({ machine: ana.machine, by: "ana" });
  });

  it("made while Tocsin was not running is taken over at the start", async () => {
    const { ana, ben } = await anaAndBen();
    ben.write(renamed("Anita"));
    await ben.restart();
    await exchange(ana, ben);
    expect(namesOf(ana)).toContain("Anita");
    expect(ana.read()).toBe(renamed("Anita"));
    expect(ana.engine.state.adoption).toMatchObject({ machine: ben.machine, by: "ben" });
    expect([...ana.conflicts, ...ben.conflicts]).toEqual([]);
  });

  it("of a secret alone reaches the others, though the team is the same", async () => {
    const { ana, ben } = await anaAndBen();
    const text = sample.replace("fedcba9876543210fedcba9876543210", "another-key-another-key-another-key");
    await ana.edit(text);
    await ben.hear(ana);
    expect(ben.read()).toBe(text);
    expect(ben.shared.current.secrets.integrationKeys.map(({ key }) => key)).toContain(
      "another-key-another-key-another-key",
    );
  });

  it("by a machine without the variable hands the password on", async () => {
    const { ana, ben, key, place } = await anaAndBen();
    await ben.edit(renamed("Anabel"));
    expect(ben.shared.current.secrets.email).toMatchObject({ password: "open sesame" });
    await exchange(ana, ben);
    const chi = await new TeamMachine("chi", place, { key }).start();
    await chi.hear(ben);
    expect(chi.shared.current.secrets.email).toMatchObject({ password: "open sesame" });
    await chi.stop();
  });

  it("with faults changes nothing, here or there", async () => {
    const { ana, ben } = await anaAndBen();
    await ana.edit(sample.replace("policies:", "polices:"));
    expect(ana.problem).toContain("refused");
    await ben.hear(ana);
    expect(ben.read()).toBe(sample);
    await ana.edit(renamed("Anabel"));
    expect(ana.problem).toBeNull();
  });

  it("that is too large to be passed on is refused, and a smaller one is taken", async () => {
    const { ana, ben } = await anaAndBen();
    // Just short enough for a file, and long when its defaults are said and its quotes escaped.
    const name = `'${'"'.repeat(160)}'`;
    const people = Array.from({ length: 5_400 }, (_, n) => `  - { id: p${n}, name: ${name} }\n`).join("");
    await ana.edit(sample.replace("groups:\n", () => `${people}groups:\n`));
    expect(ana.problem).toContain("too large");
    expect(ana.shared.text).toBe(sample);
    await ben.hear(ana);
    expect(ben.read()).toBe(sample);
    await ana.edit(renamed("Anabel"));
    await ben.hear(ana);
    expect(ana.problem).toBeNull();
    expect(namesOf(ben)).toContain("Anabel");
  });

  it("wins over a file that nobody has changed, also when it came while Tocsin was not running", async () => {
    const { ana, ben } = await anaAndBen();
    await ana.edit(renamed("Anabel"));
    await ben.hear(ana);
    // The write was lost, as by a full disk: the file is the one from before, as it was seen.
    await ben.stop();
    ben.write(sample);
    const { placeTeamFile } = await import("../../src/compose/shared-team/seen-team.ts");
    placeTeamFile(ben.file, ben.data, sample, null);
    await ben.start();
    expect(ben.read()).toBe(renamed("Anabel"));
    expect(namesOf(ben)).toContain("Anabel");
    expect(ben.conflicts).toEqual([]);
  });

  it("of a new password in the environment reaches the others at the next start", async () => {
    const { ana, ben } = await anaAndBen();
    await withPassword("swordfish", () => ana.restart());
    await ben.hear(ana);
    expect(ben.shared.current.secrets.email).toMatchObject({ password: "swordfish" });
  });
});

describe("calendars", () => {
  const withCalendar = `${sample}calendars:\n  - { id: away, url: "https://calendar.test/a.ics", kind: absences }\n`;
  const withAbsence = (machine: TeamMachine, until: number) => {
    machine.calendars = {
      use: async (team) =>
        ({
          ...team,
          revision: `${team.revision.slice(0, 20)}-${until}`,
          absences: [{ person: "ben", start: 0, end: until }],
        }) as never,
      stop: () => {},
      isComplete: true,
    };
  };

  it("are read by the coordinator alone; the others have what it says, and the same file", async () => {
    const { ana, ben } = await anaAndBen(withCalendar);
    withAbsence(ana, 1);
    withAbsence(ben, 666);
    await ana.shared.standingChanged();
    await ben.shared.standingChanged();
    await exchange(ana, ben);
    expect(ben.team).toEqual(ana.team);
    expect(ben.team.absences).toEqual([{ person: "ben", start: 0, end: 1 }]);
    expect(ben.read()).toBe(withCalendar);
    expect(ben.shared.current.team.absences).toHaveLength(1);
    await ben.restart();
    await ana.restart();
    await exchange(ana, ben);
    expect(ben.team.absences).toEqual([{ person: "ben", start: 0, end: 1 }]);
    expect([...ana.conflicts, ...ben.conflicts]).toEqual([]);
  });

  it("read by two machines at once, each another way, come to rest", async () => {
    const { ana, ben } = await anaAndBen(withCalendar);
    ben.mayRefresh = true;
    withAbsence(ana, 1);
    withAbsence(ben, 2);
    await ana.shared.standingChanged();
    await ben.shared.standingChanged();
    await ben.edit(renamed("Anabel", withCalendar));
    await exchange(ana, ben);
    const facts = ana.journal.lastSeq();
    await exchange(ana, ben);
    expect(ana.journal.lastSeq()).toBe(facts);
    expect(ana.team).toEqual(ben.team);
    expect(namesOf(ana)).toContain("Anabel");
    expect([...ana.conflicts, ...ben.conflicts]).toEqual([]);
  });

  it("that change while somebody edits elsewhere do not undo the edit", async () => {
    const { ana, ben } = await anaAndBen(withCalendar);
    await ben.edit(renamed("Anabel", withCalendar));
    // Later, so it would be in force.
    withAbsence(ana, 2);
    await ana.shared.standingChanged();
    await exchange(ana, ben);
    expect(ana.team).toEqual(ben.team);
    expect(namesOf(ana)).toContain("Anabel");
    expect(ana.team.absences).toEqual([{ person: "ben", start: 0, end: 2 }]);
    expect(ana.read()).toBe(renamed("Anabel", withCalendar));
    expect([...ana.conflicts, ...ben.conflicts]).toEqual([]);
  });
});

describe("the history", () => {
  it("says who changed what, on which machine, and which lines", async () => {
    const { ana, ben } = await anaAndBen();
    await ana.edit(renamed("Anabel"));
    await exchange(ana, ben);
    await ben.edit(
      renamed("Anabel").replace("  - { id: chi, name: Chi }\n", '  - { id: chi, name: "Chi 2" }\n'),
    );
    await exchange(ana, ben);
    const changes = ana.shared.changes();
    expect(changes.map(({ by, machine, added, removed }) => [by, machine, added, removed])).toEqual([
      [null, ana.machine, null, null],
      ["ana", ana.machine, 1, 1],
      ["ben", ben.machine, 1, 1],
    ]);
    expect(changes[2]!.lines).toEqual(["- - { id: chi, name: Chi }", '+ - { id: chi, name: "Chi 2" }']);
    expect(ben.shared.changes().map(({ revision }) => revision)).toEqual(
      changes.map(({ revision }) => revision),
    );
  });
});
