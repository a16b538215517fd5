/**
 * Duty is about to pass on: a quiet word to those who come and those who leave, with what is open. Each handoff once,
 * however often the engine starts.
 *
 * The fact comes before the word, so a crash between the two costs the word: it is a courtesy, and a second one would be
 * noise. Deadlines here are instants of the schedule, so a clock that is set moves nothing.
 */
import type { Alert } from "../alert.ts";
import type { Decision } from "../decision.ts";
import { handoffWords } from "../duty-words.ts";
import type { PersonId } from "../ids.ts";
import { crewsOf, dueHandoffs, lateNoticeMs } from "../oncall/next-handoff.ts";
import type { Handoff } from "../oncall/next-handoff.ts";
import type { Team } from "../team.ts";
import { personOf } from "./ask.ts";

export function announceHandoffs(decision: Decision): void {
  const { team, announced } = decision.state;
  if (team === null) return;
  for (const handoff of dueHandoffs(team, announced, decision.now)) {
    decision.say({ kind: "handoff-announced", ...handoff });
    const { before, after } = crewsOf(handoff);
    for (const person of after) if (!before.includes(person)) tell(decision, team, handoff, person);
    for (const person of before) if (!after.includes(person)) tell(decision, team, handoff, person);
  }
}

function tell(decision: Decision, team: Team, handoff: Handoff, id: PersonId): void {
  const reader = personOf(team, id);
  if (reader === undefined) return;
  const { before, after } = crewsOf(handoff);
  // Whoever comes on is to know what comes with the duty, besides what is theirs already.
  const alerts = [...decision.state.open.values()].filter(
    (alert) =>
      concerns(alert, reader.id) ||
      (after.includes(reader.id) && before.some((person) => concerns(alert, person))),
  );
  decision.commands.push({
    kind: "tell",
    person: reader.id,
    ...handoffWords(handoff, team, reader, alerts, decision.now),
    until: handoff.handoffAt + lateNoticeMs,
  });
}

/** In this person's hands, or asked of them. */
function concerns(alert: Alert, person: PersonId): boolean {
  if (alert.status === "acknowledged") return alert.acknowledgedBy === person;
  return alert.asked.some((asked) => asked.person === person);
}
