/** What one turn of the loop has come to before its commit, and the refusals it may end in. */
import type { Answer, Command } from "#domain/command";
import type { Decided } from "#domain/decide";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { Input } from "#domain/input";

export class Turn {
  readonly facts: Fact[] = [];
  readonly commands: Command[] = [];
  readonly touched = new Set<AlertId>();
  readonly answers: { readonly tell: (answer: Answer) => void; readonly answer: Answer }[] = [];
  readonly inputs: Input[] = [];
  /** Set when an alert was refused for want of room. */
  limitReached: string | null = null;

  add(
    input: Input,
    { facts, observations, commands, answer }: Decided,
    tell: (answer: Answer) => void,
  ): void {
    this.inputs.push(input);
    this.facts.push(...facts);
    this.commands.push(...commands);
    for (const seen of [...facts, ...observations]) if ("alertId" in seen) this.touched.add(seen.alertId);
    this.answers.push({ tell, answer });
    if (!answer.ok && answer.reason === "too-many-open-alerts") this.limitReached = answer.text;
  }
}

export function refusal(reason: Extract<Answer, { ok: false }>["reason"], text: string): Answer {
  return { ok: false, reason, text };
}

export const journalUnavailable = refusal(
  "journal-unavailable",
  "The journal can keep nothing now, so nothing was taken; /healthz and `tocsin doctor` say why, and what to do.",
);

export const tooBusy = refusal("busy", "Too much is waiting to be taken in; try again shortly.");
export const internalError = refusal("busy", "An internal error; it was logged and alarmed.");
