/** The timeline's sentences, where they say more than a fact's kind. */
import { expect, test } from "vitest";
import type { ActionId, AlertId, MachineId, PersonId } from "#domain/ids";
import { timelineOf } from "#domain/timeline";

const attempted = (attempt: number, machine?: MachineId) =>
  ({
    kind: "notification-attempted",
    at: 0,
    alertId: "alert" as AlertId,
    actionId: "action" as ActionId,
    person: "ana" as PersonId,
    via: "email",
    attempt,
    ...(machine !== undefined && { machine }),
  }) as const;
const sentences = (
  ...[facts, machines]: [Parameters<typeof timelineOf>[0], Parameters<typeof timelineOf>[2]?]
) => timelineOf(facts, null, machines).map(({ text }) => text);

test("with several machines an attempt says whose it is", () => {
  const known = "abcdefghijklmnop" as MachineId;
  const unknown = "qrstuvwxyzabcdef" as MachineId;
  const machines = new Map([[known, { name: "Chi's laptop" }]]);
  expect(sentences([attempted(1, known), attempted(2, known), attempted(1, unknown)], machines)).toEqual([
    "E-mail to ana, from Chi's laptop.",
    "E-mail to ana, from Chi's laptop, attempt 2.",
    "E-mail to ana, from qrstuvwx.",
  ]);
});

test("a machine that is alone does not name itself", () => {
  expect(sentences([attempted(1), attempted(2)])).toEqual(["E-mail to ana.", "E-mail to ana, attempt 2."]);
});

test("a failure says why once: a sentence of the channel's alone, bare words of a server with the reason before them", () => {
  const failed = (
    reason: "unreachable" | "refused" | "no-desktop-attached",
    text: string,
    retryAt: number | null,
  ) =>
    ({
      kind: "notification-failed",
      at: 0,
      alertId: "alert" as AlertId,
      actionId: "action" as ActionId,
      person: "ana" as PersonId,
      via: "email",
      attempt: 1,
      reason,
      text,
      retryAt,
    }) as never;
  expect(
    sentences([
      failed("unreachable", "Mail server m:25 cannot be reached (ECONNREFUSED): check that it runs.", 5),
      failed("no-desktop-attached", "No desktop of this person is attached.", null),
      failed("refused", "550 no such user", null),
      failed("unreachable", "", 5),
    ]),
  ).toEqual([
    "E-mail to ana failed: Mail server m:25 cannot be reached (ECONNREFUSED): check that it runs. It will be tried again.",
    "E-mail to ana failed: No desktop of this person is attached. It is not tried again; the next way is tried at once.",
    "E-mail to ana failed: it was refused (550 no such user). It is not tried again; the next way is tried at once.",
    "E-mail to ana failed: the server cannot be reached. It will be tried again.",
  ]);
});
