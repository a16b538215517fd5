/** What is wrong with the team file on this machine, cause by cause, in the words that people read. Used by `shared-team-file`. */
import type { SharedTeamListener } from "./shared-team-options.ts";

export const teamProblems = {
  waiting:
    "This machine waits for the team: it has joined, and no other engine has sent it yet. Start Tocsin on another machine that is an engine of the team.",
  locked:
    "The team file that another machine sent cannot be opened with this machine's key, so its keys and mail settings stay as they were. Revoke this machine and let it join again.",
  "too-large":
    "The team file is too large to be passed on to the team's other machines, so its last change was not taken over. Make it smaller.",
} as const;

export type TeamCause =
  | keyof typeof teamProblems
  | "refused"
  | "not-understood"
  | "not-written"
  | "set-aside";

export class TeamProblems {
  private readonly texts = new Map<TeamCause, string>();
  private told: { readonly noTeam: string | null; readonly others: string | null } = {
    noTeam: null,
    others: null,
  };

  constructor(private readonly listener: Pick<SharedTeamListener, "onNoTeam" | "onProblem" | "onRefused">) {}

  set(cause: keyof typeof teamProblems): void {
    this.say(cause, teamProblems[cause]);
  }

  /** `faults`: one a line, as `tocsin check` prints them. */
  refused(file: string, faults: string): void {
    this.listener.onRefused(faults);
    this.say("refused", refusedText(file, faults));
  }

  /** Edits that were made on this machine. */
  setAside(files: readonly string[]): void {
    if (files.length === 0) this.clear("set-aside");
    else this.say("set-aside", setAsideText(files));
  }

  say(cause: TeamCause, text: string): void {
    this.texts.set(cause, text);
    this.tell();
  }

  clear(...causes: readonly TeamCause[]): void {
    for (const cause of causes) this.texts.delete(cause);
    this.tell();
  }

  private tell(): void {
    const { waiting: noTeam = null, ...others } = Object.fromEntries(this.texts) as Partial<
      Record<TeamCause, string>
    >;
    const text = Object.values(others).join(" ") || null;
    const before = this.told;
    this.told = { noTeam, others: text };
    if (noTeam !== before.noTeam) this.listener.onNoTeam(noTeam);
    if (text !== before.others) this.listener.onProblem(text);
  }
}

function refusedText(file: string, faults: string): string {
  const lines = faults.split("\n");
  const more = lines.length > 1 ? ` And ${lines.length - 1} more: "tocsin check ${file}" lists them.` : "";
  const first = lines[0]!.replace(/\.$/, "");
  return `The team file was refused, and the last good one stays in force: ${first}.${more}`;
}

function setAsideText(files: readonly string[]): string {
  const [what, are, where] =
    files.length === 1 ? ["An edit", "is", "It says"] : [`${files.length} edits`, "are", "Each of them says"];
  return `${what} of the team file made on this machine ${are} not in force in full, since somebody else had changed the same thing. See ${files.join(", ")}. ${where} what is missing and how to apply it; remove it when that is done.`;
}

export function notUnderstoodText(fault: string): string {
  return `Another machine has changed the team file in a way that this Tocsin does not understand (${fault}): its keys and mail settings stay as they were. Update Tocsin on this machine.`;
}
