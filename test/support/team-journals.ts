/**
 * What the journals of a team say after it was put to the test: whether all hold the same, whether every step came and how
 * late, and whether any machine went on after it knew of an acknowledgement. House invariants 1 to 5, from the outside.
 */
import type { AlertFact, Fact } from "#domain/fact";
import { tocsin } from "./tocsin-process.ts";

export interface ExportedFact {
  readonly origin: string;
  readonly seq: number;
  /** Epoch ms by the clock of its machine; here all machines have one clock. */
  readonly at: number;
  readonly hash: string;
  readonly fact: Fact;
}

/** One machine's journal, in order of arrival. */
export interface ExportedJournal {
  readonly name: string;
  /** The log that it wrote itself. */
  readonly origin: string;
  readonly facts: readonly ExportedFact[];
}

/** @throws when the journal is damaged. */
export async function readJournal(name: string, data: string): Promise<ExportedJournal> {
  const verified = await tocsin(["journal", "verify", "--data", data]);
  if (verified.code !== 0) throw new Error(`the journal of ${name}: ${verified.stderr}`);
  const { code, stdout, stderr } = await tocsin(["journal", "export", "--data", data]);
  if (code !== 0) throw new Error(`tocsin journal export exited with ${code}: ${stderr}`);
  const lines = stdout.split("\n").filter((line) => line !== "");
  const facts = lines.map((line) => JSON.parse(line) as ExportedFact);
  // Before it hears of anybody else it says that it has started.
  return { name, origin: facts[0]!.origin, facts };
}

/** What one journal has and another lacks, a line each; empty: all hold the same. */
export function differences(journals: readonly ExportedJournal[]): string[] {
  const held = journals.map(({ facts }) => new Set(facts.map(keyOf)));
  const all = new Set(held.flatMap((keys) => [...keys]));
  return [...all].flatMap((key) => {
    const without = journals.filter((_, index) => !held[index]!.has(key)).map(({ name }) => name);
    return without.length === 0 ? [] : [`${key} is not with ${without.join(", ")}`];
  });
}

/** Each fact once. */
export function union(journals: readonly ExportedJournal[]): ExportedFact[] {
  const facts = new Map(journals.flatMap((journal) => journal.facts.map((one) => [keyOf(one), one])));
  return [...facts.values()].sort((a, b) => a.at - b.at);
}

export interface Lateness {
  /** How late each came that was due, in ms: the next step, and each notification. */
  readonly stepsMs: readonly number[];
  readonly notificationsMs: readonly number[];
  /** What was due, and had not come when the alert was acknowledged or this was asked. */
  readonly missing: readonly string[];
}

const promisedMs = 60_000;
type StepEntered = Extract<AlertFact, { kind: "step-entered" }>;

/** Of these alerts, by all that the team knows. `now`: until when it has been watched, epoch ms. */
export function lateness(facts: readonly ExportedFact[], alertIds: readonly string[], now: number): Lateness {
  const stepsMs: number[] = [];
  const notificationsMs: number[] = [];
  const missing: string[] = [];
  for (const id of alertIds) {
    const own = facts
      .map(({ fact }) => fact)
      .filter((fact): fact is AlertFact => "alertId" in fact && fact.alertId === id);
    const until =
      own.find(({ kind }) => kind === "alert-acknowledged" || kind === "alert-resolved")?.at ?? now;
    const steps = own.filter((fact): fact is StepEntered => fact.kind === "step-entered");
    for (const step of steps) {
      const dueAt = step.nextEscalationAt;
      // A wave may have been begun by several machines; the next one is what has to come.
      const next = steps.find((other) => other.wave > step.wave);
      if (next !== undefined) stepsMs.push(Math.max(0, next.at - dueAt));
      else if (until > dueAt + promisedMs) missing.push(`${id}: a step after wave ${step.wave}`);
      for (const planned of step.notifications) {
        const over = next === undefined ? until : Math.min(until, next.at);
        const done = own.find(
          (fact) =>
            (fact.kind === "notification-sent" || fact.kind === "notification-failed") &&
            fact.actionId === planned.actionId,
        );
        if (done !== undefined) notificationsMs.push(Math.max(0, done.at - planned.dueAt));
        else if (planned.dueAt + promisedMs < over)
          missing.push(`${id}: ${planned.via} to ${planned.person}, wave ${step.wave}`);
      }
    }
  }
  return { stepsMs, notificationsMs, missing };
}

/** What a machine began after an acknowledgement was in its own journal (invariant 3), a line each. */
export function afterAcknowledgement({ name, origin, facts }: ExportedJournal): string[] {
  const acknowledged = new Set<string>();
  const faults: string[] = [];
  for (const { origin: saidBy, fact } of facts) {
    if (!("alertId" in fact)) continue;
    if (fact.kind === "alert-acknowledged") acknowledged.add(fact.alertId);
    const begins = fact.kind === "notification-attempted" || fact.kind === "step-entered";
    if (begins && saidBy === origin && acknowledged.has(fact.alertId))
      faults.push(`${name}: ${fact.kind} for ${fact.alertId}`);
  }
  return faults;
}

/** By machine: how many notifications of this alert it attempted after that time, epoch ms. */
export function attemptsAfter(
  journals: readonly ExportedJournal[],
  alertId: string,
  after: number,
): Readonly<Record<string, number>> {
  const facts = union(journals).filter(
    ({ at, fact }) => at > after && fact.kind === "notification-attempted" && fact.alertId === alertId,
  );
  return Object.fromEntries(
    journals.map(({ name, origin }) => [name, facts.filter((one) => one.origin === origin).length]),
  );
}

function keyOf({ origin, seq, hash }: ExportedFact): string {
  return `${origin}/${seq}/${hash.slice(0, 12)}`;
}
