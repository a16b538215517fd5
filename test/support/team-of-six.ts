/** The team of the tests with several machines: four people with engines, two with desks, and policies whose steps take seconds. */
import { keys, teamFile } from "./team-file.ts";

export const engines = ["ana", "ben", "chi", "dan"] as const;
export const desks = ["alice", "ops"] as const;
export const people: readonly string[] = [...engines, ...desks];

/** Where monitoring tools post, on any engine. */
export const eventsPath = `/in/${keys.events}/json`;
export const prometheusPath = `/in/${keys.prometheus}/api/v2/alerts`;

/** Routed by the label `policy`. `ladder` climbs for ever; `desks` asks those without an engine. */
export function teamOfSix(mailPort: number): Record<string, unknown> {
  const notify = [
    { via: "desktop", after: "0s" },
    { via: "email", after: "3s" },
  ];
  const steps = (names: readonly string[], within: string) =>
    names.map((person) => ({ notify: [{ person }], within }));
  return teamFile({
    mailPort,
    change: {
      people: people.map((id) => ({ id, name: id, email: `${id}@tocsin.test`, notify })),
      policies: [
        { id: "ladder", steps: steps(engines, "10s") },
        { id: "desks", steps: steps(desks, "30s") },
      ],
      routes: [
        { match: { labels: { policy: "ladder" } }, policy: "ladder" },
        { match: {}, policy: "desks" },
      ],
    },
  });
}

/** An event for this policy. */
export function event(title: string, policy: "ladder" | "desks"): Record<string, unknown> {
  return { title, severity: "critical", dedupKey: title, labels: { policy } };
}
