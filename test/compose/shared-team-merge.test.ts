/**
 * Edits of the team file that know nothing of one another: a laptop that was off, a network that was cut, a backup. Real
 * engines and files; facts travel when a test says so.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { sample } from "../config/sample.ts";
import { exchange, TeamMachine } from "./team-machine.ts";

const variable = "SMTP_PASSWORD";
const yearMs = 365 * 86_400_000;

afterEach(() => delete process.env[variable]);

/** Engines of one team that have all heard of one another; Ana's had the team first. */
async function teamOf(...names: string[]): Promise<Record<string, TeamMachine>> {
  const place = mkdtempSync(join(tmpdir(), "tocsin-shared-merge-"));
  const key = randomBytes(32);
  const machines = names.map((name) => new TeamMachine(name, place, { key: name === "ana" ? null : key }));
  const [ana] = machines;
  ana!.write(sample);
  for (const machine of machines) await machine.start();
  ana!.key = key;
  await ana!.shared.belongs();
  await exchange(...machines);
  onTestFinished(async () => {
    for (const machine of machines) {
      await machine.stop();
      expect(machine.faults).toEqual([]);
    }
    rmSync(place, { recursive: true, force: true });
  });
  return Object.fromEntries(machines.map((machine) => [machine.name, machine]));
}

type Edit = readonly [from: string, to: string];
const anaMoves: Edit = ["name: Ana Ruiz", "name: Anabel"];
const anaLeaves: Edit = ["name: Ana Ruiz", "name: Anita"];
const benMoves: Edit = ["name: Ben,", "name: Benjamin,"];
const chiMoves: Edit = ["name: Chi }", 'name: Chi, phone: "+81312345678" }'];
const stepMoves: Edit = ["{ person: chi }], within: 5m", "{ person: chi }], within: 6m"];

function with_(...edits: Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, () => to);
  }, sample);
}

function expectEverywhere(machines: Record<string, TeamMachine>, text: string): void {
  for (const machine of Object.values(machines)) {
    expect(machine.read(), machine.name).toBe(text);
    expect(machine.team, machine.name).toEqual(Object.values(machines)[0]!.team);
    expect(machine.shared.current.team, machine.name).toEqual(machine.team);
  }
}

function expectTold(machines: Record<string, TeamMachine>, ...names: string[]): void {
  for (const machine of Object.values(machines)) {
    const isTold = names.includes(machine.name);
    expect(machine.conflicts.length, machine.name).toBe(isTold ? 1 : 0);
    expect(machine.problem, machine.name).toEqual(isTold ? expect.stringContaining("team-conflicts") : null);
  }
}

/** Ana's and Ben's machines go on while Chi's is off, or runs where it hears nobody. */
async function awayFrom(team: Record<string, TeamMachine>, edits: readonly Edit[]): Promise<void> {
  const { ana, ben } = team as { ana: TeamMachine; ben: TeamMachine };
  const [first, ...more] = edits;
  await ana.edit(with_(first!));
  await ben.hear(ana);
  if (more.length > 0) await ben.edit(with_(first!, ...more));
  await ana.hear(ben);
}

/** It starts and first hears what the others did, as machines do. */
async function comesBack(machine: TeamMachine, team: Record<string, TeamMachine>): Promise<void> {
  machine.turn = null;
  await machine.start();
  await machine.hear(team["ana"]!);
  machine.turn = 0;
  await machine.shared.standingChanged();
  await exchange(...Object.values(team));
}

describe("a laptop that was off", () => {
  it("with the file that it had, is only behind: nothing is reverted", async () => {
    const team = await teamOf("ana", "ben", "chi");
    await team["chi"]!.stop();
    await awayFrom(team, [anaMoves, benMoves]);
    await comesBack(team["chi"]!, team);
    expectEverywhere(team, with_(anaMoves, benMoves));
    expect(team["ana"]!.edits()).toHaveLength(3);
    expectTold(team);
  });

  for (const [how, skewMs] of [
    ["", 0],
    [", its clock a year ahead", yearMs],
    [", its clock a year behind", -yearMs],
  ] as const)
    it(`with an edit of a third thing: all three are in force${how}`, async () => {
      const team = await teamOf("ana", "ben", "chi");
      await team["chi"]!.stop();
      await awayFrom(team, [anaMoves, benMoves]);
      team["chi"]!.skewMs = skewMs;
      team["chi"]!.write(with_(chiMoves));
      await comesBack(team["chi"]!, team);
      expectEverywhere(team, with_(anaMoves, benMoves, chiMoves));
      expect(team["ana"]!.edits()).toHaveLength(4);
      expectTold(team);
    });

  for (const [how, skewMs] of [
    ["", 0],
    [", its clock a year ahead", yearMs],
  ] as const)
    it(`with an edit of the same thing: the newest stays, and only its author is told${how}`, async () => {
      const team = await teamOf("ana", "ben", "chi", "dan");
      await team["chi"]!.stop();
      await awayFrom(team, [anaMoves, benMoves]);
      team["chi"]!.skewMs = skewMs;
      team["chi"]!.write(with_(anaLeaves, chiMoves));
      await comesBack(team["chi"]!, team);
      expectEverywhere(team, with_(anaMoves, benMoves, chiMoves));
      expect(team["chi"]!.setAside()).toEqual([with_(anaLeaves, chiMoves)]);
      expect(team["chi"]!.conflicts[0]!.lost).toEqual([
        'people › ana › name: {"name":"Anita"}; in force: {"name":"Anabel"}',
      ]);
      expectTold(team, "chi");
      await team["chi"]!.restart();
      await exchange(...Object.values(team));
      expectTold(team, "chi");
      // Dealt with.
      rmSync(team["chi"]!.conflicts[0]!.keptAs!);
      await team["chi"]!.shared.lookAtFile();
      expect(team["chi"]!.problem).toBeNull();
    });

  it("that says its edit before it hears of anybody, with its clock a year ahead", async () => {
    const team = await teamOf("ana", "ben", "chi", "dan");
    await team["chi"]!.stop();
    await awayFrom(team, [anaMoves, benMoves]);
    team["chi"]!.skewMs = yearMs;
    team["chi"]!.write(with_(anaLeaves, chiMoves));
    await team["chi"]!.start();
    expect(team["chi"]!.team.people[0]!.name).toBe("Anita");
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves, benMoves, chiMoves));
    expectTold(team, "chi");
  });

  it("with a file that is not valid: it is set aside, and the team's is there", async () => {
    const team = await teamOf("ana", "ben", "chi");
    await team["chi"]!.stop();
    await awayFrom(team, [anaMoves]);
    team["chi"]!.write(sample.replace("policies:", "polices:"));
    await comesBack(team["chi"]!, team);
    expectEverywhere(team, with_(anaMoves));
    expectTold(team, "chi");
  });

  it("with an older file from a backup: it is nobody's edit", async () => {
    const team = await teamOf("ana", "ben", "chi");
    await awayFrom(team, [anaMoves]);
    await team["chi"]!.hear(team["ana"]!);
    await team["chi"]!.stop();
    await team["ben"]!.edit(with_(anaMoves, benMoves));
    await team["ana"]!.hear(team["ben"]!);
    team["chi"]!.write(sample);
    await comesBack(team["chi"]!, team);
    expectEverywhere(team, with_(anaMoves, benMoves));
    expectTold(team);
  });

  it("put back on a machine that has what is in force, it undoes that", async () => {
    const team = await teamOf("ana", "ben");
    await team["ana"]!.edit(with_(anaMoves));
    await exchange(...Object.values(team));
    await team["ben"]!.edit(sample);
    await exchange(...Object.values(team));
    expectEverywhere(team, sample);
    await team["ana"]!.edit(with_(benMoves));
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(benMoves));
    expectTold(team);
  });
});

describe("two machines that cannot hear each other", () => {
  it("change different things: both are in force, by one merge", async () => {
    const team = await teamOf("ana", "ben", "chi", "dan");
    await team["ana"]!.edit(with_(anaMoves));
    await team["ben"]!.edit(with_(benMoves));
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves, benMoves));
    expect(team["dan"]!.edits()).toEqual(["null 0", "ana 1", "ben 1", "ana 2"]);
    expectTold(team);
  });

  it("change the same: one is in force, and the author of the other is told", async () => {
    const team = await teamOf("ana", "ben", "chi", "dan");
    await team["ana"]!.edit(with_(anaLeaves, stepMoves));
    await team["ben"]!.edit(with_(anaMoves, benMoves));
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves, benMoves, stepMoves));
    expect(team["dan"]!.edits()).toHaveLength(4);
    expect(team["ana"]!.setAside()).toEqual([with_(anaLeaves, stepMoves)]);
    expectTold(team, "ana");
  });

  it("change the same twice: no machine that joins later is told either", async () => {
    const team = await teamOf("ana", "ben", "chi");
    for (const [mine, theirs] of [
      [anaLeaves, anaMoves],
      [["within: 10m", "within: 11m"] as const, ["within: 10m", "within: 12m"] as const],
    ] as const) {
      await team["ana"]!.edit(team["ana"]!.read().replace(mine[0], mine[1]));
      await team["ben"]!.edit(team["ben"]!.read().replace(theirs[0], theirs[1]));
      await exchange(...Object.values(team));
    }
    expect(team["ana"]!.conflicts).toHaveLength(2);
    const dan = new TeamMachine("dan", join(team["ana"]!.data, ".."), { key: team["ana"]!.key });
    await dan.start();
    await dan.hear(team["ben"]!);
    expect(dan.read()).toBe(team["ana"]!.read());
    expect([...dan.conflicts, ...team["ben"]!.conflicts, ...team["chi"]!.conflicts]).toEqual([]);
    expect(dan.problem).toBeNull();
    await dan.stop();
  });

  it("make the same edit: nothing is merged", async () => {
    const team = await teamOf("ana", "ben");
    await team["ana"]!.edit(with_(anaMoves));
    await team["ben"]!.edit(with_(anaMoves));
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves));
    expect(team["ana"]!.edits().filter((edit) => edit.endsWith("2"))).toEqual([]);
    expectTold(team);
  });

  it("add an override each: both stay", async () => {
    const team = await teamOf("ana", "ben");
    const override = (day: number, who: string) =>
      `      - { start: 2026-03-0${day}T09:00:00, end: 2026-03-0${day}T17:00:00, person: ${who} }\n`;
    const adding = (lines: string) => sample.replace("absences:", `${lines}absences:`);
    await team["ana"]!.edit(adding(override(1, "ben")));
    await team["ben"]!.edit(adding(override(2, "chi")));
    await exchange(...Object.values(team));
    expect(team["ana"]!.team.schedules[0]!.overrides).toHaveLength(3);
    expectEverywhere(team, team["ana"]!.read());
    expectTold(team);
  });

  it("remove a person here and put the person on call there: what is in force stays, and is valid", async () => {
    const team = await teamOf("ana", "ben");
    await team["ana"]!.edit(with_(["people: [ana, ben] }", "people: [ana, ben, chi] }"], anaMoves));
    const gone = with_(
      ["  - { id: chi, name: Chi }\n", ""],
      ["participants: [ana, ben, chi]", "participants: [ana, ben]"],
      ["\n      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }", " []"],
      ["{ group: dba }, { person: chi }", "{ group: dba }"],
    );
    await team["ben"]!.edit(gone);
    await exchange(...Object.values(team));
    expectEverywhere(team, gone.replace(...anaMoves));
    expectTold(team, "ana");
  });

  it("each change a secret of its own: both stay, and nobody is shown one", async () => {
    const team = await teamOf("ana", "ben");
    const mine = ["0123456789abcdef0123456789abcdef", "k".repeat(40)] as const;
    const theirs = ["password: { env: SMTP_PASSWORD }", 'password: "hush hush"'] as const;
    await team["ana"]!.edit(with_(mine, ["fedcba9876543210fedcba9876543210", "q".repeat(40)]));
    await team["ben"]!.edit(with_(theirs, ["fedcba9876543210fedcba9876543210", "z".repeat(40)]));
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(mine, theirs, ["fedcba9876543210fedcba9876543210", "z".repeat(40)]));
    expect(team["ana"]!.shared.current.secrets.email).toMatchObject({ password: "hush hush" });
    expectTold(team, "ana");
    const shown = JSON.stringify([team["ana"]!.conflicts, team["ana"]!.problems]);
    expect(shown).toContain("integrations › anything › key");
    for (const secret of ["kkkk", "qqqq", "zzzz", "hush", "fedcba98"]) expect(shown).not.toContain(secret);
  });

  it("keep the mail password of whose mail settings are in force", async () => {
    const team = await teamOf("ana", "ben");
    await team["ben"]!.edit(with_(benMoves));
    process.env["NEW_PASSWORD"] = "swordfish";
    await team["ana"]!.edit(with_(["SMTP_PASSWORD", "NEW_PASSWORD"], ["host: 127.0.0.1", "host: mail.test"]));
    delete process.env["NEW_PASSWORD"];
    await exchange(...Object.values(team));
    expect(team["ben"]!.team.people[1]!.name).toBe("Benjamin");
    for (const machine of Object.values(team))
      expect(machine.shared.current.secrets.email).toMatchObject({
        host: "mail.test",
        password: "swordfish",
      });
    expectTold(team);
  });

  it("and the author's machine is gone for good: another one merges, after a while", async () => {
    const team = await teamOf("ana", "ben", "chi", "dan");
    await team["ana"]!.edit(with_(anaMoves));
    await team["ben"]!.edit(with_(benMoves));
    const { ana, ...others } = team as { ana: TeamMachine };
    const left = others as Record<string, TeamMachine>;
    await left["dan"]!.hear(ana);
    await exchange(...Object.values(left));
    expectEverywhere(left, with_(benMoves));
    // All of them at once, as if none had heard another one.
    for (const machine of Object.values(left)) for (const due of [...machine.waiting]) due();
    for (const machine of Object.values(left)) await machine.shared.settled();
    await exchange(...Object.values(left));
    expectEverywhere(left, with_(anaMoves, benMoves));
    const facts = left["ben"]!.journal.lastSeq();
    await exchange(ana, ...Object.values(left));
    expectEverywhere(team, with_(anaMoves, benMoves));
    expect(left["ben"]!.journal.lastSeq()).toBe(facts);
    expectTold(team);
  });

  it("and the author, who comes back after another machine has merged, is told", async () => {
    const team = await teamOf("ana", "ben", "chi");
    await team["ana"]!.edit(with_(anaLeaves, stepMoves));
    await team["ben"]!.edit(with_(anaMoves));
    await team["ben"]!.hear(team["ana"]!);
    await team["ana"]!.stop();
    for (const due of [...team["ben"]!.waiting]) due();
    await team["ben"]!.shared.settled();
    expect(team["ben"]!.team.people[0]!.name).toBe("Anabel");
    expect(team["ben"]!.conflicts).toEqual([]);
    await team["ana"]!.start();
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves, stepMoves));
    expectTold(team, "ana");
  });
});

describe("somebody who writes into the file while another edit arrives", () => {
  it("of something else: both are in force", async () => {
    const team = await teamOf("ana", "ben");
    await team["ana"]!.edit(with_(anaMoves));
    team["ben"]!.write(with_(benMoves));
    await team["ben"]!.hear(team["ana"]!);
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves, benMoves));
    expectTold(team);
  });

  it("of the same: what arrived stays", async () => {
    const team = await teamOf("ana", "ben");
    await team["ana"]!.edit(with_(anaMoves));
    team["ben"]!.write(with_(anaLeaves));
    await team["ben"]!.hear(team["ana"]!);
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves));
    expect(team["ben"]!.setAside()).toEqual([with_(anaLeaves)]);
    expectTold(team, "ben");
  });

  it("as Tocsin does for an override: the edit that arrived stays", async () => {
    const team = await teamOf("ana", "ben");
    await team["ana"]!.edit(with_(anaMoves));
    team["ben"]!.write(with_(benMoves));
    // The fact arrives between the writing and the taking over.
    await team["ben"]!.hear(team["ana"]!);
    await team["ben"]!.shared.tookOver(with_(benMoves));
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves, benMoves));
    expectTold(team);
  });
});

it("a laptop that heard nobody, and was edited again while it was off: the later edit counts", async () => {
  const team = await teamOf("ana", "ben", "chi");
  await team["chi"]!.edit(with_(chiMoves));
  await team["chi"]!.stop();
  await awayFrom(team, [anaMoves, benMoves]);
  team["chi"]!.write(with_(chiMoves).replace("+81312345678", "+81398765432"));
  await comesBack(team["chi"]!, team);
  expectEverywhere(team, with_(anaMoves, benMoves, ["name: Chi }", 'name: Chi, phone: "+81398765432" }']));
  expectTold(team);
});

it("a machine that joined, heard nobody and went by the file that it was given, is told nothing", async () => {
  const team = await teamOf("ana", "ben");
  await awayFrom(team, [anaMoves, benMoves]);
  const chi = new TeamMachine("chi", join(team["ana"]!.data, ".."), { key: team["ana"]!.key });
  chi.write(sample);
  await chi.start();
  chi.waiting[0]!();
  await chi.shared.settled();
  expect(chi.team.people[0]!.name).toBe("Ana Ruiz");
  await exchange(...Object.values(team), chi);
  expectEverywhere({ ...team, chi }, with_(anaMoves, benMoves));
  expectTold({ ...team, chi });
  await chi.stop();
});

describe("an edit that comes before the one that it was made from", () => {
  /** Ana's edit, and Ben's made from it, of which Chi's machine has heard Ben's alone. */
  async function outOfOrder(chiEdits: (chi: TeamMachine) => Promise<void>) {
    const team = await teamOf("ana", "ben", "chi");
    const { ana, ben, chi } = team as Record<"ana" | "ben" | "chi", TeamMachine>;
    await ana.edit(with_(anaMoves));
    await ben.hear(ana);
    await ben.edit(with_(anaMoves, benMoves));
    await chiEdits(chi);
    await chi.hear(ben, ({ origin }) => origin === ben.engine.origin);
    return { team, ana, ben, chi };
  }

  async function comesInTheEnd(team: Record<string, TeamMachine>): Promise<void> {
    await exchange(...Object.values(team));
    expectEverywhere(team, with_(anaMoves, benMoves, chiMoves));
    expectTold(team);
  }

  it("costs nothing of what was written into the file meanwhile", async () => {
    const { team, chi } = await outOfOrder(async (machine) => {
      machine.turn = null;
      await machine.edit(with_(chiMoves));
    });
    chi.turn = 0;
    await chi.shared.standingChanged();
    expect(chi.read()).toBe(with_(anaMoves, benMoves, chiMoves));
    await comesInTheEnd(team);
  });

  it("costs nothing of another edit, which waits for it", async () => {
    const { team, chi } = await outOfOrder((machine) => machine.edit(with_(chiMoves)));
    expectTold({ chi });
    await comesInTheEnd(team);
  });

  it("that never comes: the other edit waits for a while, and its author is told", async () => {
    const { chi } = await outOfOrder((machine) => machine.edit(with_(chiMoves)));
    expect(chi.conflicts).toEqual([]);
    for (const due of chi.waiting.splice(0)) due();
    await chi.shared.settled();
    expect(chi.read()).toBe(with_(anaMoves, benMoves));
    expectTold({ chi }, "chi");
  });
});

it("an edit that a full disk refused is the file as it is when there is room again, not as it was (seed 1975)", async () => {
  const team = await teamOf("ana", "ben");
  const { ana, ben } = team as { ana: TeamMachine; ben: TeamMachine };
  ana.journal.fail("full");
  ana.journal.restoreReserve = () => false;
  await ana.edit(with_(anaMoves));
  await ana.edit(with_(anaLeaves, stepMoves));
  expect(ana.team).toEqual(ben.team);
  expect(ana.faults.splice(0)).toMatchObject([{ reason: "full" }]);
  ana.journal.heal();
  Reflect.deleteProperty(ana.journal, "restoreReserve");
  await vi.waitUntil(
    async () => {
      ana.engine.alarm("look", "info", "There is room again?", {});
      await ana.shared.settled();
      return ana.team?.people[0]?.name === "Anita";
    },
    { timeout: 15_000, interval: 200 },
  );
  await exchange(ana, ben);
  expectEverywhere(team, with_(anaLeaves, stepMoves));
  expectTold(team);
});
