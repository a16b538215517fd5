/** What one turn of the loop has come to before its commit, and the refusals it may end in. */
import type { Answer, Command } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";

export class Turn {
  readonly facts: Fact[] = [];
  readonly commands: Command[] = [];
  readonly touched = new Set<AlertId>();
  readonly answers: { readonly tell: (answer: Answer) => void; readonly answer: Answer }[] = [];
  /** Set when an alert was refused for want of room. */
  limitReached: string | null = null;
}

export function refusal(reason: Extract<Answer, { ok: false }>["reason"], text: string): Answer {
  return { ok: false, reason, text };
}

export const journalUnavailable = refusal(
  "journal-unavailable",
  "The journal cannot be written (the disk is full or failing), so nothing was taken; free some space.",
);
