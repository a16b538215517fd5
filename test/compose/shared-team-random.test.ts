/** Whatever people do to the team file on three machines, in whatever order they hear of it: one team, and no edit is lost. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { teamChanges } from "../../src/compose/shared-team/team-history.ts";
import { unpackTeamFile } from "../../src/compose/shared-team/team-parcel.ts";
import { exchange, TeamMachine } from "./team-machine.ts";

const text = (name: string) => `version: 1
team: { name: Platform, timeZone: UTC }
people:
  - { id: ana, name: Ana }
  - { id: ben, name: "${name}" }
policies:
  - id: default
    steps: [{ notify: [{ everyone: true }], within: 5m }]
routes: [{ match: {}, policy: default }]
integrations:
  - { id: anything, type: events, key: "fedcba9876543210fedcba9876543210" }
`;

const three = fc.nat({ max: 2 });
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("edit" as const), who: three }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("hear" as const), who: three, other: three }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const), who: three }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("edit-while-stopped" as const), who: three }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("turn-of" as const), who: three }) },
);

it("ends with the same file on every machine, and every edit in force, followed or set aside", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 14 }), async (events) => {
      const folder = mkdtempSync(join(tmpdir(), "tocsin-shared-random-"));
      try {
        const key = randomBytes(32);
        const machines = ["ana", "ben", "chi"].map(
          (name, nth) => new TeamMachine(name, folder, { key: nth === 0 ? null : key }),
        );
        const [first] = machines;
        first!.write(text("Ben"));
        for (const machine of machines) await machine.start();
        first!.key = key;
        await first!.shared.belongs();
        await exchange(...machines);

        const edits: string[] = [];
        for (const [nth, { who, ...one }] of events.entries()) {
          const machine = machines[who]!;
          if (one.kind === "hear" && who !== one.other) await machine.hear(machines[one.other]!);
          if (one.kind === "restart") await machine.restart();
          if (one.kind === "turn-of") for (const each of machines) each.mayRefresh = each === machine;
          if (one.kind === "edit" || one.kind === "edit-while-stopped") {
            edits.push(text(`Ben ${nth}`));
            if (one.kind === "edit") await machine.edit(edits.at(-1)!);
            else {
              await machine.stop();
              machine.write(edits.at(-1)!);
              await machine.start();
            }
          }
        }
        await exchange(...machines);

        const [inForce, ...others] = machines.map((machine) => machine.team);
        for (const other of others) expect(other).toEqual(inForce);
        const files = new Set(machines.map((machine) => machine.read()));
        expect(files.size).toBe(1);
        for (const machine of machines) {
          expect(machine.faults).toEqual([]);
          expect(machine.problem).toBeNull();
        }
        // In the history on every machine, with its words.
        for (const machine of machines) {
          const facts = [...machine.journal.replay(0)];
          const sealed = facts.flatMap(({ fact }) => (fact.kind === "team-file-sealed" ? [fact.sealed] : []));
          const kept = sealed.map((one) => unpackTeamFile(one, key)!.text);
          for (const edit of edits) expect([...kept, ...machine.setAside()]).toContain(edit);
          expect(teamChanges(facts, key).length).toBeGreaterThanOrEqual(new Set(kept).size);
          expect(new Set(machine.conflicts.map((one) => one.key)).size).toBe(machine.conflicts.length);
        }
        for (const machine of machines) await machine.stop();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 7 },
  );
}, 60_000);
