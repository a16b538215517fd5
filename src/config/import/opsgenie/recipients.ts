/** Whom Opsgenie means by a participant or recipient: a user, everybody of a team, or nobody. Used by its importer. */
import type { PersonKey } from "../draft.ts";
import type { Findings } from "../findings.ts";
import { child, entries, isAbsent, type Place, textOf } from "../place.ts";
import { given, readId } from "../read-value.ts";
import { cleanName, type Roster } from "../roster.ts";

interface KnownTeam {
  readonly name: string;
  readonly people: readonly PersonKey[];
}

export class Recipients {
  private readonly teams = new Map<string, KnownTeam>();

  constructor(
    teams: readonly Place[],
    private readonly roster: Roster,
    private readonly findings: Findings,
  ) {
    for (const team of teams) {
      const id = readId(child(team, "id"), findings);
      const members = entries(child(team, "members"));
      // The list of all teams has them without members.
      if (id === null || members.length === 0) continue;
      const people = members.flatMap((member) => this.user(child(member, "user")) ?? []);
      const name = cleanName(textOf(child(team, "name")) ?? id) ?? id;
      this.teams.set(id, { name, people: [...new Set(people)] });
    }
  }

  /** Null, and a fault, when it names nobody. */
  user(reference: Place): PersonKey | null {
    const email = textOf(child(reference, "username"));
    const id = child(reference, "id");
    const source = isAbsent(id) && email !== null ? email : readId(id, this.findings);
    if (source === null) return null;
    return this.roster.refer(reference, { source, name: textOf(child(reference, "fullName")), email });
  }

  /** Null, and a remark, when the export does not have the team's members. */
  team(reference: Place): KnownTeam | null {
    const id = textOf(child(reference, "id"));
    const team = id === null ? undefined : this.teams.get(id);
    if (team !== undefined) return team;
    this.findings.leftOut(
      reference,
      `the team ${textOf(child(reference, "name")) ?? id ?? ""}`.trim(),
      "its members are not in the export",
      "import the answer of GET /v2/teams/{id} too, or name people instead",
    );
    return null;
  }

  /** Who is on call when it is this participant's turn; empty for nobody. */
  participant(place: Place): readonly PersonKey[] {
    if (isAbsent(place) || place.value === "none") return [];
    const type = textOf(child(place, "type"));
    switch (type) {
      case "none":
        return [];
      case "user": {
        const person = this.user(place);
        return person === null ? [] : [person];
      }
      case "team":
        return this.team(place)?.people ?? [];
      case "escalation":
        this.findings.leftOut(
          place,
          "an escalation as a participant",
          "a schedule is made of people here, so its turns are nobody's",
          "put people in its place",
        );
        return [];
      default:
        this.findings.fault(
          child(place, "type"),
          `${given(child(place, "type"))}; must be user, team, escalation or none`,
        );
        return [];
    }
  }
}
