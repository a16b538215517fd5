/** `tocsin people`: who still answers, and whom the notifications still reach; from the journal, engine or none. */
import type { Fact } from "#domain/fact";
import {
  activityKinds,
  peopleActivity,
  staleAfterDays,
  type PersonActivity,
} from "#domain/reports/people-activity";
import { exportJournal } from "#journal/export";
import { cleanLine } from "#wire/hostile-text";
import { exitCodes, refused, wrongUsage, type Output } from "./outcome.ts";
import { usageLine, type Given } from "./usage.ts";

export async function people(given: Given, output: Output): Promise<number> {
  const data = given.text("data");
  if (data === undefined) throw wrongUsage(usageLine("people"));
  const activities = peopleActivity(factsIn(data), Date.now());
  if (given.flag("json")) output.out(JSON.stringify(activities.map(toJson)));
  else for (const line of activities.flatMap(linesOf)) output.out(line);
  return exitCodes.done;
}

function factsIn(data: string): readonly Fact[] {
  const facts: Fact[] = [];
  try {
    exportJournal(data, (line) => {
      const { fact } = JSON.parse(line) as { fact: Fact };
      if (activityKinds.has(fact.kind)) facts.push(fact);
    });
  } catch (error) {
    if (error instanceof Error && error.name === "JournalError") throw refused(error.message);
    throw error;
  }
  return facts;
}

function linesOf(activity: PersonActivity): string[] {
  const { person, name, asked, lastAcknowledgedAt, lastNotifiedAt } = activity;
  const line = [
    `${person} (${name})`,
    `last acknowledged ${day(lastAcknowledgedAt)}`,
    `last notified ${day(lastNotifiedAt)}`,
    `asked about ${asked} ${asked === 1 ? "alert" : "alerts"} in ${staleAfterDays} days`,
  ].join(", ");
  return [line, ...staleTexts(activity).map((text) => `  ! ${text}`)];
}

function staleTexts({ stale, channels, asked }: PersonActivity): string[] {
  return stale.map((each) => {
    if (each.reason === "never-acknowledges")
      return `asked about ${asked} and acknowledged nothing in ${staleAfterDays} days; is this person still in the team?`;
    const { failuresInARow, lastSentAt, lastFailure } = channels.find(({ via }) => via === each.via)!;
    const since = lastSentAt === null ? "and never got through" : `since ${day(lastSentAt)}`;
    return `${each.via} has failed ${failuresInARow} times in a row ${since}: ${cleanLine(lastFailure!.text, 300)}`;
  });
}

function toJson(activity: PersonActivity) {
  const {
    person: id,
    name,
    asked,
    lastAskedAt,
    lastAcknowledgedAt,
    lastNotifiedAt,
    channels,
    stale,
  } = activity;
  return {
    id,
    name,
    asked,
    lastAskedAt: iso(lastAskedAt),
    lastAcknowledgedAt: iso(lastAcknowledgedAt),
    lastNotifiedAt: iso(lastNotifiedAt),
    channels: channels.map(({ via, lastSentAt, failuresInARow, lastFailure }) => ({
      via,
      lastSentAt: iso(lastSentAt),
      failuresInARow,
      lastFailure: lastFailure === null ? null : { ...lastFailure, at: iso(lastFailure.at) },
    })),
    stale,
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function day(at: number | null): string {
  return iso(at)?.slice(0, 10) ?? "never";
}
