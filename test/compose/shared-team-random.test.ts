/**
 * Whatever people do to the team file on four machines, also while one is off or hears nobody, with whatever clocks, and
 * in whatever order the machines hear of it: one team, no edit of a thing that nobody else changed is lost, and what is
 * not in force is with its author.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { unpackTeamFile } from "../../src/compose/shared-team/team-parcel.ts";
import { trials } from "../support/trials.ts";
import { exchange, TeamMachine } from "./team-machine.ts";

const names = ["ana", "ben", "chi", "dan"];
const things = ["ana", "ben", "chi", "dan", "step", "label"] as const;

/** Each thing has its first value until somebody changes it. */
const first = `version: 1
team: { name: Platform, timeZone: UTC }
people:
${names.map((name) => `  - { id: ${name}, name: "${name} 0" } # of ${name}\n`).join("")}policies:
  - id: default
    steps:
      - { notify: [{ everyone: true }], within: 100s } # the step 0
routes:
  - { match: { labels: { a: "label 0" } }, policy: default }
  - { match: {}, policy: default }
integrations:
  - { id: anything, type: events, key: "fedcba9876543210fedcba9876543210" }
`;

type Thing = (typeof things)[number];

function changed(text: string, thing: Thing, value: number): string {
  if (thing === "step") return text.replace(/within: \d+s/, `within: ${100 + value}s`);
  return text.replace(new RegExp(`"${thing} \\d+"`), `"${thing} ${value}"`);
}

function valueOf(text: string, thing: Thing): number {
  if (thing === "step") return Number(/within: (\d+)s/.exec(text)![1]) - 100;
  return Number(new RegExp(`"${thing} (\\d+)"`).exec(text)![1]);
}

const who = fc.nat({ max: names.length - 1 });
const thing = fc.constantFrom(...things);
const kind = <Kind extends string>(name: Kind) => fc.constant(name);
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind("edit"), who, thing }) },
  { weight: 6, arbitrary: fc.record({ kind: kind("hear"), who, other: who }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("stop"), who }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("start"), who, isHasty: fc.boolean() }) },
  // The watch has not told of it when something else happens.
  { weight: 1, arbitrary: fc.record({ kind: kind("write"), who, thing }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("lose-patience"), who }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("coordinate"), who }) },
);
const skew = fc.constantFrom(0, 0, -86_400_000, 3_600_000, 365 * 86_400_000);
const life = fc.record({
  skews: fc.array(skew, { minLength: 4, maxLength: 4 }),
  events: fc.array(event, { minLength: 4, maxLength: 24 }),
});

it("ends with one file, and no edit of a thing of its own is lost", async () => {
  await fc.assert(
    fc.asyncProperty(life, async ({ skews, events }) => {
      const folder = mkdtempSync(join(tmpdir(), "tocsin-shared-random-"));
      try {
        await live(folder, skews, events);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: trials(12, 1_000), endOnFailure: trials(1, 0) === 0 },
  );
}, 3_600_000);

interface Made {
  readonly by: number;
  readonly thing: Thing;
  readonly value: number;
}

async function live(
  folder: string,
  skews: readonly number[],
  events: readonly (typeof event extends fc.Arbitrary<infer Event> ? Event : never)[],
): Promise<void> {
  const key = randomBytes(32);
  const machines = names.map((name, nth) => new TeamMachine(name, folder, { key: nth === 0 ? null : key }));
  const isOn = machines.map(() => true);
  machines.forEach((machine, nth) => (machine.skewMs = skews[nth]!));
  machines[0]!.write(first);
  for (const machine of machines) await machine.start();
  machines[0]!.key = key;
  await machines[0]!.shared.belongs();
  await exchange(...machines);

  const made: Made[] = [];
  const write = (by: number, of: Thing): string => {
    const value = made.length + 1;
    made.push({ by, thing: of, value });
    return changed(machines[by]!.read(), of, value);
  };
  const start = async (nth: number, isHasty: boolean) => {
    machines[nth]!.turn = isHasty ? 0 : null;
    await machines[nth]!.start();
    isOn[nth] = true;
  };
  const settle = async (machine: TeamMachine) => {
    machine.turn = 0;
    await machine.shared.standingChanged();
  };
  for (const one of events) {
    const machine = machines[one.who]!;
    if (one.kind === "stop" && isOn[one.who]) {
      await machine.stop();
      isOn[one.who] = false;
    } else if (one.kind === "start" && !isOn[one.who]) await start(one.who, one.isHasty);
    else if (one.kind === "hear" && one.who !== one.other && isOn[one.who] && isOn[one.other]) {
      await machine.hear(machines[one.other]!);
      await settle(machine);
    } else if (one.kind === "edit" && isOn[one.who]) await machine.edit(write(one.who, one.thing));
    else if (one.kind === "edit" || one.kind === "write") machine.write(write(one.who, one.thing));
    else if (one.kind === "lose-patience" && isOn[one.who]) {
      for (const due of [...machine.waiting]) due();
      await machine.shared.settled();
    } else if (one.kind === "coordinate") for (const each of machines) each.mayRefresh = each === machine;
  }
  for (const nth of machines.keys()) if (!isOn[nth]) await start(nth, false);
  await exchange(...machines);
  for (const machine of machines) await settle(machine);
  for (const machine of machines) await machine.shared.lookAtFile();
  // Nobody goes on for ever.
  let facts = -1;
  for (let rounds = 0; facts !== machines[0]!.journal.lastSeq(); rounds += 1) {
    expect(rounds).toBeLessThan(8);
    facts = machines[0]!.journal.lastSeq();
    await exchange(...machines);
  }

  const inForce = machines[0]!.read();
  for (const machine of machines) {
    expect(machine.faults).toEqual([]);
    expect(machine.read(), machine.name).toBe(inForce);
    expect(machine.team).toEqual(machines[0]!.team);
    expect(machine.shared.current.team).toEqual(machine.team);
    // Only its own edits are with whom it concerns, and nothing else is wrong.
    if (machine.problem !== null)
      expect(machine.problem).toMatch(/made on this machine (?:is|are) not in force/);
  }
  for (const of of things) {
    const edits = made.filter((edit) => edit.thing === of);
    const value = valueOf(inForce, of);
    expect([...edits.map((edit) => edit.value), ...(edits.length === 0 ? [0] : [])]).toContain(value);
    // Whoever alone changes a thing changes what is in force.
    if (new Set(edits.map(({ by }) => by)).size === 1) expect(value, of).toBe(edits.at(-1)!.value);
  }
  const sealed = [...machines[0]!.journal.replay(0)].flatMap(({ fact }) =>
    fact.kind === "team-file-sealed" ? [unpackTeamFile(fact.sealed, key)!.text] : [],
  );
  for (const { by, thing: of, value } of made) {
    // Nobody has seen what was overwritten in the file before Tocsin looked at it.
    const isOverwritten = made.some((edit) => edit.by === by && edit.thing === of && edit.value > value);
    const kept = [...sealed, ...machines[by]!.setAside()];
    if (!isOverwritten) expect(kept.map((text) => valueOf(text, of))).toContain(value);
  }
  // Few: each edit, and at most one merge for each and each machine that lost its patience.
  const merges = [...machines[0]!.journal.replay(0)].filter(
    ({ fact }) => fact.kind === "team-adopted" && (fact.parents?.length ?? 0) > 1,
  );
  expect(merges.length).toBeLessThanOrEqual(3 * made.length);
  for (const machine of machines) await machine.stop();
}
