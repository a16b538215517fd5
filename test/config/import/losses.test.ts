/** What an export does not hold, or holds and Tocsin cannot take: all of it is said, nothing is dropped in silence. */
import { describe, expect, test } from "vitest";
import { printRemark } from "#config/import/findings";
import { vendors, type Vendor } from "#config/import/import-team";
import { fixtureFiles, good, json, type File } from "./imported.ts";

function lost(vendor: Vendor, ...files: readonly File[]): string[] {
  const { report } = good(vendor, files).imported;
  return report.filter(({ outcome }) => outcome === "left-out").map(printRemark);
}

const rest = (vendor: Vendor, ...files: readonly File[]): string[] =>
  lost(vendor, ...files).filter((text) => text.includes("the rest of the "));

describe("an answer that is one page of several", () => {
  const user = (index: number) => ({
    id: `U${index}`,
    type: "user",
    name: `N${index}`,
    email: `u${index}@example.org`,
    username: `u${index}@example.org`,
    fullName: `N${index}`,
  });
  const page = (page: object, index = 0, key = "users") =>
    json({ [key]: [user(index)], ...page }, `${index}.json`);
  const query = (offset: number) => `https://api.opsgenie.com/v2/users?limit=1&offset=${offset}&order=ASC`;

  test("PagerDuty's more: true", () => {
    expect(rest("pagerduty", page({ limit: 25, offset: 50, total: null, more: true }))).toEqual([
      "0.json: more: left out: the rest of the users: this is only a part: the API has more after these 1; export again with offset=75 until there are no more, and import all of the files together",
    ]);
  });

  test("Opsgenie's paging.next", () => {
    expect(rest("opsgenie", page({ totalCount: 2, paging: { next: query(1) } }, 0, "data"))[0]).toContain(
      "0.json: paging.next: left out: the rest of the users: this is only a part: the API has more after these 1; export again with offset=1 ",
    );
  });

  test("Grafana OnCall's next, and pages that it counts", () => {
    const numbered = { current_page_number: 1, page_size: 1, total_pages: 2 };
    const next = "https://oncall.example.org/api/v1/users/?page=2";
    expect(rest("oncall", page({ ...numbered, next }, 0, "results"))[0]).toContain(
      "0.json: next: left out: the rest of the users: this is only a part: the API has more after these 1; export again with page=2 ",
    );
    expect(rest("oncall", page(numbered, 0, "results"))[0]).toContain("0.json: total_pages: left out");
    expect(rest("oncall", page({ next }, 0, "results"))).toHaveLength(1);
  });

  test("an answer that counts more than it has", () => {
    expect(rest("pagerduty", page({ total: 7 }))).toHaveLength(1);
    expect(rest("opsgenie", page({ totalCount: 7 }, 0, "data"))).toHaveLength(1);
    expect(rest("oncall", page({ count: 7 }, 0, "results"))).toHaveLength(1);
  });

  test("all pages together are whole; without the one between they are not", () => {
    const pagerDuty = [0, 1, 2].map((offset) => page({ limit: 1, offset, more: offset < 2 }, offset));
    expect(rest("pagerduty", ...pagerDuty)).toEqual([]);
    expect(rest("pagerduty", pagerDuty[0]!, pagerDuty[2]!)).toHaveLength(1);
    expect(rest("pagerduty", ...pagerDuty.slice(0, 2))).toHaveLength(1);
    const opsgenie = [0, 1, 2].map((offset) =>
      page(
        {
          paging: {
            ...(offset > 0 && { prev: query(offset - 1) }),
            ...(offset < 2 && { next: query(offset + 1) }),
          },
        },
        offset,
        "data",
      ),
    );
    expect(rest("opsgenie", ...opsgenie.toReversed())).toEqual([]);
    expect(rest("opsgenie", opsgenie[0]!, opsgenie[2]!)).toHaveLength(1);
    const onCall = [1, 2].map((number) =>
      page(
        { current_page_number: number, total_pages: 2, next: number < 2 ? "/api/v1/users/?page=2" : null },
        number,
        "results",
      ),
    );
    expect(rest("oncall", ...onCall)).toEqual([]);
    // As `jq -s` puts them into one file.
    const slurped = json(pagerDuty.map(({ text }) => JSON.parse(text) as unknown));
    expect(good("pagerduty", [slurped]).team.people).toHaveLength(3);
    expect(rest("pagerduty", slurped)).toEqual([]);
  });

  test("a page of something else is none of it", () => {
    const policies = json({ escalation_policies: [], limit: 1, offset: 1, more: false });
    expect(rest("pagerduty", page({ limit: 1, offset: 0, more: true }), policies)).toHaveLength(1);
  });

  test("the fixtures are whole", () => {
    for (const vendor of vendors) expect(rest(vendor, ...fixtureFiles(vendor))).toEqual([]);
  });
});

describe("PagerDuty's policies", () => {
  const users = [{ id: "U", type: "user", name: "Ana", email: "ana@example.org" }];
  const policy = (more: object) => ({
    id: "P",
    type: "escalation_policy",
    name: "Web",
    num_loops: 1,
    escalation_rules: [
      { id: "R", escalation_delay_in_minutes: 5, targets: [{ id: "U", type: "user_reference" }] },
    ],
    ...more,
  });

  test("each of their services is named with the policy that a route must have", () => {
    const services = [
      { id: "S1", type: "service_reference", summary: "Shop", self: "x", html_url: "y" },
      { id: "S2", type: "service_reference", summary: "Mail" },
    ];
    expect(lost("pagerduty", json({ users, escalation_policies: [policy({ services })] }))).toEqual([
      'export.json: escalation_policies[0].services[0]: left out: the service "Shop" of the policy web: which alerts go to a policy is said by routes here; give it an integration, and write a route such as { match: { … }, policy: web }',
      'export.json: escalation_policies[0].services[1]: left out: the service "Mail" of the policy web: which alerts go to a policy is said by routes here; give it an integration, and write a route such as { match: { … }, policy: web }',
    ]);
  });

  test("teams, handoff notifications and descriptions are, too", () => {
    const more = {
      teams: [{ id: "T", type: "team_reference", summary: "Platform" }],
      on_call_handoff_notifications: "always",
      description: "Call the vendor first.",
      services: [],
    };
    const said = lost("pagerduty", json({ users, escalation_policies: [policy(more)] }));
    expect(said.map((text) => /left out: ([^:]*)/.exec(text)![1])).toEqual([
      'the team "Platform" of the policy web',
      "when people are told that they come on duty",
      "a description",
    ]);
  });
});

describe("a field that the importer does not know is listed wherever it stands", () => {
  /** Every map of the value, with the way to it. */
  function maps(value: unknown, path = ""): { map: Record<string, unknown>; path: string }[] {
    if (Array.isArray(value)) return value.flatMap((entry, index) => maps(entry, `${path}[${index}]`));
    if (typeof value !== "object" || value === null) return [];
    const own = { map: value as Record<string, unknown>, path };
    return [own, ...Object.entries(value).flatMap(([key, inner]) => maps(inner, `${path}.${key}`))];
  }

  // What is left out whole has been said so (or is disabled); the others say once more what is said elsewhere.
  const passed: Record<Vendor, readonly string[]> = {
    pagerduty: [
      "bundle.json.escalation_policies[].escalation_rules[].targets[]",
      "bundle.json.services[]",
      "schedule-primary.json.schedule.escalation_policies[]",
      "schedule-primary.json.schedule.users[]",
      "schedule-primary.json.schedule.final_schedule",
      "users.json.users[].notification_rules[]",
      "users.json.users[].notification_rules[].contact_method",
    ],
    opsgenie: [
      "escalations.json.data[].ownerTeam",
      "schedules.json.data[].ownerTeam",
      "schedules.json.data[]",
      "schedules.json.data[].rotations[]",
      "schedules.json.data[].rotations[].participants[]",
      "team.json.data.links",
      "users.json.data[].role",
      "users.json.data[].userAddress",
      "users.json.data[].userContacts[].status",
      "users.json.data[].notificationRules[].steps[]",
      "users.json.data[].notificationRules[].steps[].contact",
      "users.json.data[].notificationRules[].steps[].sendAfter",
      "users.json.data[].notificationRules[]",
    ],
    oncall: [
      "escalation.json.escalation_policies[]",
      "escalation.json.personal_notification_rules[]",
      "schedules.json.results[].slack",
      "users.json.results[].slack[]",
    ],
  };

  test.each(vendors)("%s", (vendor) => {
    let tried = 0;
    const silent: string[] = [];
    for (const file of fixtureFiles(vendor)) {
      const value: unknown = JSON.parse(file.text);
      // A map from the schedules' ids is no longer one with anything else in it.
      const tries = maps(value).filter(({ path }) => path !== ".overrides");
      tries.forEach(({ map }, index) => (map[`unheardOf${index}`] = "something that matters"));
      const files = fixtureFiles(vendor).map((other) =>
        other.name === file.name ? { name: file.name, text: JSON.stringify(value) } : other,
      );
      const { report } = good(vendor, files).imported;
      tries.forEach(({ path }, index) => {
        tried += 1;
        if (!report.some(({ path: place }) => place.endsWith(`unheardOf${index}`)))
          silent.push(`${file.name}${path}`.replace(/\[\d+\]/g, "[]"));
      });
    }
    expect([...new Set(silent)].sort()).toEqual([...passed[vendor]].sort());
    expect(silent.length).toBeLessThan(tried / 3);
  });
});
