/**
 * Invariant 5, checked at the end of a simulated team's life: all journals hold the same facts, all machines have come to
 * the same, and so does whoever hears the same facts in another order.
 */
import type { Alert } from "#domain/alert";
import type { AlertId, EpochMs } from "#domain/ids";
import type { Vector } from "#domain/place";
import type { State } from "#domain/state";
import type { TravellingFact } from "#engine/ports";
import { recoverState } from "#engine/recover-state";
import { MemoryJournal } from "#journal/memory";
import type { Dice } from "./dice.ts";
import type { Machine } from "./machine.ts";

/**
 * Deadlines travel as ages, and what a message takes to arrive is not known: it may have waited in a broken connection as
 * long as such a one lives (network.ts).
 */
const deadlinesDifferByMs = 40_000;

export function checkAgreement(
  machines: readonly Machine[],
  dice: Dice,
  deadlinesAreComparable: boolean,
  violate: (text: string) => void,
): void {
  const [first, ...others] = machines as [Machine, ...Machine[]];
  const facts = factsOf(first);
  for (const other of others) {
    const names = `machines ${first.index} and ${other.index}`;
    const difference =
      differenceOfFacts(facts, factsOf(other)) ??
      differenceOf(pictureOf(stateOf(first)), pictureOf(stateOf(other))) ??
      (deadlinesAreComparable ? differenceOfDeadlines(first, other) : null);
    if (difference !== null) violate(`invariant 5: ${names} differ: ${difference}`);
  }
  const heard = heardInAnotherOrder(facts, dice);
  const difference = differenceOf(pictureOf(stateOf(first)), pictureOf(heard));
  if (difference !== null)
    violate(`invariant 5: heard in another order it comes to something else: ${difference}`);
  checkQuiet(first, violate);
}

function stateOf(machine: Machine): State {
  return machine.process!.engine.state;
}

function factsOf(machine: Machine): TravellingFact[] {
  return machine.parts.disk.content.factsBeyond(
    {} as Vector,
    Number.MAX_SAFE_INTEGER,
    machine.parts.time.wallMs(),
  );
}

function differenceOfFacts(
  ours: readonly TravellingFact[],
  theirs: readonly TravellingFact[],
): string | null {
  const names = (facts: readonly TravellingFact[]) =>
    new Set(facts.map(({ origin, seq, hash }) => `${origin}:${seq} ${hash}`));
  const [one, other] = [names(ours), names(theirs)];
  const lacking = [...one].filter((fact) => !other.has(fact)).length;
  const more = [...other].filter((fact) => !one.has(fact)).length;
  return lacking + more === 0 ? null : `the second lacks ${lacking} facts and has ${more} others`;
}

/** A machine that has slept through all of it and hears it now, from whomever. */
function heardInAnotherOrder(facts: readonly TravellingFact[], dice: Dice): State {
  const logs = new Map<string, TravellingFact[]>();
  for (const fact of facts) {
    const log = logs.get(fact.origin) ?? [];
    logs.set(fact.origin, log);
    log.push(fact);
  }
  const journal = new MemoryJournal("origin-of-a-sleeper");
  const left = [...logs.values()];
  while (left.length > 0) {
    const log = dice.pick(left);
    journal.merge(log.splice(0, dice.between(1, 20)), 0);
    if (log.length === 0) left.splice(left.indexOf(log), 1);
  }
  return recoverState(journal).state;
}

/** What must be the same everywhere: all of an alert but the times, which are by each machine's own clock. */
function pictureOf({ open, resolved }: State): Map<AlertId, string> {
  return new Map(
    [...open.values(), ...resolved.values()].map((alert) => [alert.id, JSON.stringify(timeless(alert))]),
  );
}

function differenceOf(one: Map<AlertId, string>, other: Map<AlertId, string>): string | null {
  for (const id of new Set([...one.keys(), ...other.keys()])) {
    if (one.get(id) !== other.get(id))
      return `${one.get(id) ?? `no ${id}`} and ${other.get(id) ?? `no ${id}`}`;
  }
  return null;
}

function timeless(alert: Alert): unknown {
  const {
    id,
    status,
    severity,
    step,
    repeat,
    wave,
    round,
    quietRound,
    acknowledgedBy,
    asked,
    news,
    covered,
  } = alert;
  const notifications = alert.notifications
    .map(({ actionId, state, attempts }) => `${actionId} ${state} ${attempts}`)
    .toSorted();
  const sorted = (vector: Vector) => Object.entries(vector).toSorted();
  const people = asked.map(({ person }) => person).toSorted();
  const known = { news: sorted(news), covered: sorted(covered) };
  return {
    id,
    status,
    severity,
    step,
    repeat,
    wave,
    round,
    quietRound,
    acknowledgedBy,
    people,
    ...known,
    notifications,
  };
}

/** The same moments, although each clock calls them otherwise. */
function differenceOfDeadlines(one: Machine, other: Machine): string | null {
  const skewMs = one.parts.time.wallMs() - other.parts.time.wallMs();
  for (const [id, ours] of stateOf(one).open) {
    const theirs = deadlinesOf(stateOf(other).open.get(id)!);
    for (const [name, at] of deadlinesOf(ours)) {
      const differsByMs = Math.abs(at - skewMs - (theirs.get(name) ?? Infinity));
      if (differsByMs > deadlinesDifferByMs) return `${name} of ${id} by ${Math.round(differsByMs)} ms`;
    }
  }
  return null;
}

function deadlinesOf(alert: Alert): Map<string, EpochMs> {
  const { nextEscalationAt, ackTimeoutAt, snoozedUntil } = alert;
  const planned = alert.notifications.filter(({ state }) => state === "planned");
  const deadlines = [
    ...Object.entries({ nextEscalationAt, ackTimeoutAt, snoozedUntil }),
    ...planned.map(({ actionId, dueAt }): [string, EpochMs] => [actionId, dueAt]),
  ];
  return new Map(deadlines.filter((deadline): deadline is [string, EpochMs] => deadline[1] !== null));
}

/** An alert is quiet only by a fact of its own: the acknowledgement of another one, however late, does not silence it. */
function checkQuiet(machine: Machine, violate: (text: string) => void): void {
  for (const { id, status, round } of stateOf(machine).open.values()) {
    const hasOwn = machine.parts.disk.content
      .factsOf(id)
      .some(
        ({ fact }) =>
          (fact.kind === "alert-acknowledged" || fact.kind === "alert-snoozed") && (fact.round ?? 0) >= round,
      );
    if (status !== "triggered" && !hasOwn)
      violate(`invariant 5: ${id} is ${status} by no fact of its round ${round}`);
  }
}
