/** Overrides and swaps: recorded with who asked and who agreed, and told to whom they concern. */
import type { Decision } from "../decision.ts";
import type { Duty, DutyInput } from "../duty-command.ts";
import { dutyText } from "../duty-words.ts";
import type { PersonId, SwapId } from "../ids.ts";
import { nameOf } from "../person-names.ts";
import type { Swap } from "../swap.ts";
import { personOf } from "./ask.ts";

export function changeDuty(decision: Decision, input: DutyInput): void {
  const { command, by, origin } = input;
  const said = { by, origin };
  switch (command.kind) {
    case "override-added": {
      decision.say({ ...said, ...command, swap: null });
      // Whoever did it, asked for it or agreed to it knows.
      if (![by, command.askedBy, command.agreedBy].includes(command.person))
        tell(decision, command.person, "You were put on call", command, enteredBy(decision, by));
      return;
    }
    case "override-removed": {
      decision.say({ ...said, ...command });
      if (by !== command.person)
        tell(decision, command.person, "You were taken off call", command, enteredBy(decision, by));
      return;
    }
    case "ask-swap":
      decision.say({ ...said, ...command, kind: "swap-asked" });
      tell(
        decision,
        command.person,
        `${nameOf(decision.state.team, command.askedBy)} asks you to take over`,
        command,
        answerHint(command.swap),
      );
      return;
    case "agree-swap":
      return agree(decision, input, command);
    case "decline-swap": {
      const swap = openSwap(decision, command.swap, command.declinedBy);
      if (swap === null) return;
      decision.say({ ...said, kind: "swap-declined", swap: swap.id, declinedBy: command.declinedBy });
      if (by !== swap.askedBy)
        tell(
          decision,
          swap.askedBy,
          `${nameOf(decision.state.team, swap.person)} cannot take over`,
          swap,
          "",
        );
      return;
    }
  }
}

function agree(
  decision: Decision,
  { by, origin }: DutyInput,
  { swap: id, agreedBy, duties }: { swap: SwapId; agreedBy: PersonId; duties: readonly Duty[] },
): void {
  const swap = openSwap(decision, id, agreedBy);
  if (swap === null) return;
  const said = { by, origin };
  decision.say({ ...said, kind: "swap-agreed", swap: id, agreedBy });
  for (const { schedule, start, end, person } of duties) {
    const duty = { schedule, start, end, person };
    decision.say({
      ...said,
      kind: "override-added",
      ...duty,
      askedBy: swap.askedBy,
      agreedBy,
      swap: id,
    });
  }
  if (by !== swap.askedBy)
    tell(decision, swap.askedBy, `${nameOf(decision.state.team, swap.person)} takes over`, swap, "");
}

/** The swap that may be answered, by whom it was asked of; null when the answer is refused. */
function openSwap(decision: Decision, id: SwapId, answeredBy: PersonId): Swap | null {
  const swap = decision.state.swaps.get(id);
  const refusal = swap === undefined ? null : whyNotAnswered(decision, swap, answeredBy);
  if (swap === undefined)
    decision.refuse(
      "not-found",
      `There is no swap ${id}; "tocsin swap list" shows those that are asked for.`,
    );
  else if (refusal !== null) decision.refuse("swap-closed", refusal);
  return refusal === null ? (swap ?? null) : null;
}

function whyNotAnswered({ now, state: { team } }: Decision, swap: Swap, answeredBy: PersonId): string | null {
  if (swap.status !== "asked") return `Swap ${swap.id} is ${swap.status} already.`;
  if (swap.person !== answeredBy)
    return `Swap ${swap.id} was asked of ${nameOf(team, swap.person)}, not of ${nameOf(team, answeredBy)}.`;
  return swap.end <= now ? `Swap ${swap.id} is about a time that is over.` : null;
}

function tell(
  decision: Decision,
  id: PersonId,
  what: string,
  duty: Omit<Duty, "person">,
  more: string,
): void {
  const { team } = decision.state;
  const reader = team === null ? undefined : personOf(team, id);
  if (reader === undefined) return;
  decision.commands.push({
    kind: "tell",
    person: id,
    title: `${what}: ${duty.schedule}`,
    text: `${dutyText(reader, duty)}. ${more}`.trim(),
    until: duty.end,
  });
}

function enteredBy(decision: Decision, by: PersonId | null): string {
  return by === null ? "" : `Entered by ${nameOf(decision.state.team, by)}.`;
}

/** The ending is enough for the command line, and all that anybody would type. */
function answerHint(swap: SwapId): string {
  const ending = swap.slice(-6);
  return `Answer: tocsin swap agree ${ending}, or tocsin swap decline ${ending}.`;
}
