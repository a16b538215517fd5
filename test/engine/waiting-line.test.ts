/** Worst first out of a long line, against the plainest way to say so: sort all of it, each time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Asked } from "#domain/alert";
import type { Notify } from "#domain/command";
import type { ActionId, AlertId, PersonId } from "#domain/ids";
import { byUrgency, type Urgency } from "#domain/urgency";
import { WaitingLine } from "#engine/waiting-line";

const people = ["ana", "ben", "chi"] as PersonId[];

function notify(number: number, alert: number, person: PersonId): Notify {
  const alertId = `alert-${alert}` as AlertId;
  const asked: Asked = { person, because: "person" };
  return { kind: "notify", alertId, actionId: `${number}` as ActionId, via: "email", person, asked };
}

const urgencies = fc.option(
  fc.record({
    severity: fc.nat(3),
    isRepeat: fc.boolean(),
    dueAt: fc.nat(5),
  }) satisfies fc.Arbitrary<Urgency>,
  { freq: 5 },
);
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("add" as const),
      alert: fc.nat(6),
      person: fc.constantFrom(...people),
      urgency: urgencies,
    }),
    fc.record({ kind: fc.constant("change" as const), alert: fc.nat(6), urgency: urgencies }),
    fc.record({ kind: fc.constant("change-all" as const), urgency: urgencies }),
    // For whom there is no room, and how many begin at most.
    fc.record({
      kind: fc.constant("take" as const),
      full: fc.constantFrom(...people),
      atMost: fc.nat(4),
    }),
  ),
  { maxLength: 60 },
);

describe("a line of those that wait", () => {
  test("gives the same as sorting all of it", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const now = new Map<AlertId, Urgency | null>();
        const line = new WaitingLine(({ alertId }) => now.get(alertId) ?? null);
        let plain: { readonly command: Notify; readonly number: number }[] = [];
        let number = 0;
        for (const step of all) {
          if (step.kind === "add") {
            const command = notify(number, step.alert, step.person);
            if (!now.has(command.alertId)) now.set(command.alertId, step.urgency);
            number += 1;
            plain.push({ command, number });
            line.add(command);
          } else if (step.kind === "change") {
            const id = `alert-${step.alert}` as AlertId;
            now.set(id, step.urgency);
            line.alertChanged(id);
          } else if (step.kind === "change-all") {
            for (const id of now.keys()) now.set(id, step.urgency);
            line.allChanged();
          } else {
            const unwanted = new Set(line.takeUnwanted());
            // What was unwanted once may be wanted again: the engine decides on it either way.
            for (const { command } of plain)
              if (now.get(command.alertId) === null) expect(unwanted.has(command)).toBe(true);
            plain = plain.filter(({ command }) => !unwanted.has(command));
            const expected = plain
              .toSorted(
                (a, b) =>
                  byUrgency(now.get(a.command.alertId)!, now.get(b.command.alertId)!) || a.number - b.number,
              )
              .filter(({ command }) => command.person !== step.full)
              .slice(0, step.atMost)
              .map(({ command }) => command);
            const taken: Notify[] = [];
            line.takeTurns(
              ({ person }) => person !== step.full && taken.length < step.atMost,
              (command) => taken.push(command),
            );
            expect(taken).toEqual(expected);
            plain = plain.filter(({ command }) => !taken.includes(command));
            expect(line.isEmpty).toBe(plain.length === 0);
          }
        }
        expect(new Set(line.takeAll())).toEqual(new Set(plain.map(({ command }) => command)));
        expect(line.isEmpty).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("asks of a long line no more than of a short one", () => {
    const work = [100, 10_000].map((length) => {
      let looked = 0;
      let asked = 0;
      const line = new WaitingLine(() => {
        looked += 1;
        return { severity: 2, isRepeat: false, dueAt: 0 };
      });
      for (let number = 0; number < length; number += 1)
        line.add(notify(number, number, people[number % people.length]!));
      looked = 0;
      for (let turn = 0; turn < 10; turn += 1) {
        line.alertChanged(`alert-${50 + turn}` as AlertId);
        line.takeTurns(
          () => {
            asked += 1;
            return false;
          },
          () => {},
        );
      }
      return { looked, asked };
    });
    expect(work).toEqual([
      { looked: 10, asked: 30 },
      { looked: 10, asked: 30 },
    ]);
  });
});
