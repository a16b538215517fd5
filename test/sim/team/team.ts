/** The team that is simulated: four tiers, one person without e-mail, quick steps, so that much happens in ten minutes. */
import type { Team } from "#domain/team";
import {
  minutes,
  person,
  policy,
  seconds,
  step,
  team,
  toEveryone,
  toPerson,
  withoutEmail,
} from "../../support/team-builder.ts";

export const people = ["ana", "ben", "chi", "dee"] as const;

export const simulatedTeam: Team = team({
  people: [
    person("ana"),
    person("ben", {
      notify: [
        { via: "desktop", afterMs: 0 },
        { via: "email", afterMs: seconds(20) },
      ],
    }),
    person("chi"),
    withoutEmail("dee"),
  ],
  policies: [
    policy(
      "default",
      [
        step(toPerson("ana"), { withinMs: minutes(2) }),
        step([toPerson("dee"), toPerson("ben")], { withinMs: seconds(90), minSeverity: "warning" }),
        step(toPerson("dee"), { withinMs: minutes(1) }),
        step(toEveryone, { withinMs: minutes(3) }),
      ],
      { repeat: 1, ackTimeoutMs: minutes(4) },
    ),
  ],
});
