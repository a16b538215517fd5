/**
 * Whose machine this is (contract §5): the flag, else what the team has recorded of this machine, else the setting, else
 * the only person there is, else nobody yet.
 * Used by `index.ts` whenever the team or the setting changes.
 */
import type { TeamMessage } from "#wire/client-contract";
import type { DesktopState } from "../contract.ts";

export interface Identity {
  readonly person: string | null;
  readonly from: DesktopState["personFrom"];
  /** A sentence when the flag or the setting names somebody whom the team does not have. */
  readonly problem: string | null;
}

/** A null `team` is one that is not known yet: flag and setting are believed until it is. */
export function identify(
  flag: string | null,
  preference: string | null,
  team: TeamMessage | null,
  recorded: string | null = null,
): Identity {
  const known = (id: string): boolean => team === null || team.people.some((person) => person.id === id);
  if (flag === null && recorded !== null && known(recorded))
    return { person: recorded, from: "team", problem: null };
  const named = flag ?? preference;
  if (named !== null && known(named))
    return { person: named, from: flag === null ? "preference" : "flag", problem: null };
  const problem =
    named === null
      ? null
      : `"${named}" is not in the team file: ${flag === null ? "choose again whose machine this is" : "correct --person"}.`;
  const only = team?.people.length === 1 ? team.people[0]!.id : null;
  // A misspelled --person must not quietly become somebody else.
  if (only !== null && flag === null) return { person: only, from: "only-person", problem: null };
  return { person: null, from: "nowhere", problem };
}
