import { expect, test } from "vitest";
import { gapsOf } from "#domain/oncall/on-call";
import type { Team } from "#domain/team";
import { printFault } from "#config/fault";
import { type LoadOptions, loadTeam } from "#config/load-team";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

test.each([
  [
    "somebody with only e-mail and no address",
    "{ id: chi, name: Chi }",
    "{ id: chi, name: Chi, notify: [{ via: email, after: 0s }] }",
    'f:13:5: warning: people[2]: "chi" cannot be reached: only e-mail is to be used, and there is no e-mail address; add it, or { via: desktop, after: 0s }',
  ],
  [
    "an e-mail rule without an address",
    "{ id: chi, name: Chi }",
    "{ id: chi, name: Chi, notify: [{ via: desktop, after: 0s }, { via: email, after: 5m }] }",
    'f:13:35: warning: people[2].notify: "chi" is to be notified by e-mail but has no address; add email, or take the rule away',
  ],
  [
    "people who rely on e-mail, and no mail server",
    "email: { host: 127.0.0.1",
    "# email: { host: 127.0.0.1",
    "f:3:1: warning: people: ana, ben would be notified by e-mail, but there is no email section; add it with host, port and from",
  ],
  [
    "a policy that can reach nobody",
    "policies:\n",
    "policies:\n  - { id: void, steps: [{ notify: [{ group: none }], within: 5m }] }\n",
    "f:33:5: warning: policies[0]: can reach nobody; name a person who has a way to be notified\nf:33:5: warning: policies[0]: no route leads here, so only a transfer by hand does; add a route, or take it away",
    "groups:\n",
    "groups:\n  - { id: none, people: [] }\n",
  ],
  [
    "a policy without a step for some severity",
    "{ match: {}, policy: default }",
    "{ match: {}, policy: loud }",
    "f:32:5: warning: policies[0]: no step for warning, info alerts, which routes[1] sends here; give it a step without minSeverity",
    "policies:\n",
    "policies:\n  - { id: loud, steps: [{ notify: [{ everyone: true }], within: 5m, minSeverity: error }] }\n",
  ],
  [
    "a route that nothing gets to",
    "  - { match: {}, policy: default }",
    "  - { match: { labels: {} }, policy: default }\n  - { match: {}, policy: default }",
    "f:42:5: warning: routes[2]: never used: the routes before it take everything it would match",
  ],
])("%s", (_, from, to, line, ...more) => {
  const text = more.length === 0 ? changed(from, to) : changed(from, to).replace(more[0]!, more[1]!);
  expect(warningsOf(text)).toEqual(line.split("\n"));
});

test("a mail server that nobody uses", () => {
  const text = sample
    .replaceAll(/email: (ana|ben)@example.org/g, "phone: '1'")
    .replace('    phone: "+34600000000"\n', "")
    .replace("      - { via: email, after: 1m }\n", "");
  expect(warningsOf(text)).toEqual([
    "f:43:1: warning: email: nobody is notified by e-mail; give people an address, or leave this section out",
  ]);
});

test("a severity that every route before it took does not count as routed", () => {
  const text = sample
    .replace('labels: { team: "platform" }', "")
    .replace("match: {}, policy: default", "match: {}, policy: quiet")
    .replace(
      "policies:\n",
      "policies:\n  - { id: quiet, steps: [{ notify: [{ person: chi }], within: 1d, minSeverity: info }] }\n",
    );
  expect(warningsOf(text)).toEqual([]);
});

/** The year 2026, searched by the real rules of §3. */
function findGaps(team: Team) {
  const [from, to] = [Date.parse("2026-01-05T08:00:00Z"), Date.parse("2027-01-01T00:00:00Z")];
  return team.schedules.flatMap(({ id }) =>
    gapsOf(team, id, from, to).map(({ start, end }) => ({ schedule: id, start, end })),
  );
}

test("a schedule with gaps", () => {
  // On duty 9 to 17 on working days: 361 nights and weekends less the one that an override covers in part.
  const [line, ...more] = warningsOf(sample, { env, findGaps });
  expect(line).toMatch(
    /^f:17:5: warning: schedules\[0\]: nobody is on call from 2026-01-05T16:00:00Z to 2026-01-06T08:00:00Z \(and \d+ more gaps\); tocsin coverage lists every gap$/,
  );
  expect(more).toEqual([]);
});

test("a schedule without gaps", () => {
  const windows = /        windows:.*\n.*\n/;
  expect(warningsOf(sample.replace(windows, ""), { env, findGaps })).toEqual([]);
});

function warningsOf(text: string, options: LoadOptions = { env }): string[] {
  const loaded = loadTeam(text, "f", options);
  if (!loaded.ok) throw new Error(loaded.faults.map(printFault).join("\n"));
  return loaded.warnings.map(printFault);
}
