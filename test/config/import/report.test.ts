/** What an import says of what did not come over, and what becomes of people, policies and ids. */
import { describe, expect, test } from "vitest";
import { printRemark } from "#config/import/findings";
import { fixtureFiles, good, json } from "./imported.ts";

const step = (team: ReturnType<typeof good>["team"], policy: string) =>
  team.policies
    .find(({ id }) => id === policy)!
    .steps.map(({ notify, withinMs }) => [
      withinMs / 60_000,
      ...notify.map((target) => ("id" in target ? target.id : "*")),
    ]);

describe("PagerDuty", () => {
  const { imported, team } = good("pagerduty", fixtureFiles("pagerduty"));

  test("a rule's delay is its own step's time, and the loops are the repeats", () => {
    expect(step(team, "default")).toEqual([
      [5, "primary-eu-2"],
      [15, "primary-eu", "kyler-kuhn"],
      [60, "earline-greenholt"],
    ]);
    expect(team.policies[0]!.repeat).toBe(2);
  });

  test("e-mail rules come over, each other way is reported with its place", () => {
    expect(team.people[0]).toMatchObject({
      id: "earline-greenholt",
      email: "earline@example.org",
      phone: "+1 5555550142",
      notify: [
        { via: "desktop", afterMs: 0 },
        { via: "email", afterMs: 120_000 },
      ],
    });
    const rules = imported.report.filter(({ path }) => path.startsWith("users[0].notification_rules"));
    expect(rules.map(({ path, outcome, what }) => [path, outcome, what])).toEqual([
      ["users[0].notification_rules[0]", "left-out", "being notified by push notification"],
      ["users[0].notification_rules[2]", "left-out", "being notified by phone"],
      ["users[0].notification_rules[3]", "left-out", "a notification rule for low urgency"],
    ]);
    expect(printRemark(rules[1]!)).toBe(
      "users.json: users[0].notification_rules[2]: left out: being notified by phone: Tocsin notifies on the desktop and by e-mail; rely on these two, or forward the mail to whatever does it",
    );
  });

  test("what it does not know is said, never silently dropped", () => {
    const places = imported.report.map(({ path, outcome }) => `${outcome} ${path}`);
    expect(places).toContain("left-out escalation_policies[0].escalation_rules[2].targets[0]");
    expect(places).toContain("changed escalation_policies[0].escalation_rules[1]");
    expect(places).toContain("changed schedules[0].schedule_layers[0].users[1].user");
    expect(places).toContain("left-out services[0]");
  });

  test("schedules of the same name get ids of their own, and every id can be traced back", () => {
    expect(team.schedules.map(({ id }) => id)).toEqual(["primary-eu", "primary-eu-2"]);
    expect(imported.ids).toContainEqual({
      kind: "schedule",
      source: "PI7DH85",
      name: "Primary (EU)",
      id: "primary-eu-2",
    });
    expect(imported.yaml).toContain("- id: primary-eu-2 # Primary (EU)");
    expect(team.people.find(({ id }) => id === "nguyen-thi-chi")!.name).toBe("Nguyễn Thị Chi");
  });
});

describe("Opsgenie", () => {
  const { imported, team } = good("opsgenie", fixtureFiles("opsgenie"));

  test("delays count from the alert's beginning, so a step's time is the difference", () => {
    const lanes = [0, 1, 2].map((lane) => `web-team-schedule${lane === 0 ? "" : `-also-${lane}`}`);
    expect(step(team, "web-escalation")).toEqual([
      [5, ...lanes],
      [55, "hours", "jane-roe"],
      [10, "db"],
    ]);
    expect(team.policies[0]!.repeat).toBe(2);
    expect(team.groups).toEqual([{ id: "db", people: ["kim", "kim-2"] }]);
  });

  test("what has no counterpart is reported", () => {
    const places = imported.report.map(({ path, outcome }) => `${outcome} ${path}`);
    for (const place of [
      "left-out data[0].repeat.closeAlertAfterAll",
      "changed data[0].rules[1].notifyType",
      "changed data[0].rules[3].condition",
      "changed data[1].rules",
      "left-out data[2]",
      "changed data[3]",
    ])
      expect(places).toContain(place);
    expect(team.people[0]!.notify.map(({ via, afterMs }) => [via, afterMs / 60_000])).toEqual([
      ["desktop", 0],
      ["email", 1],
      ["email", 10],
    ]);
  });
});

describe("Grafana OnCall", () => {
  const { imported, team } = good("oncall", fixtureFiles("oncall"));

  test("a user's login is nothing lost beside the name", () => {
    const user = { id: "U", name: "Ana Ruiz", username: "ana", email: "ana@example.org" };
    for (const list of ["users", "results"]) {
      const { imported: made, team: read } = good("oncall", [json({ [list]: [user] })]);
      expect(read.people.map(({ name }) => name)).toEqual(["Ana Ruiz"]);
      expect(made.report.filter(({ outcome }) => outcome === "left-out")).toEqual([]);
    }
  });

  test("steps without a wait between are one, and the waits after it are its time", () => {
    expect(step(team, "default-chain")).toEqual([
      [20, "calendar-schedule", "bob"],
      [5, "database-team"],
    ]);
    expect(team.policies[0]!.repeat).toBe(5);
  });

  test("personal rules run in their order, with their waits", () => {
    expect(team.people[0]!.notify).toEqual([
      { via: "desktop", afterMs: 0 },
      { via: "email", afterMs: 180_000 },
    ]);
    const places = imported.report.map(({ path, outcome }) => `${outcome} ${path}`);
    expect(places).toContain("left-out personal_notification_rules[1]");
    expect(places).toContain("left-out personal_notification_rules[3]");
    expect(places).toContain("left-out results[3].ical_url_primary");
    expect(places).toContain("left-out escalation_policies[5]");
  });
});

describe("files of other forms", () => {
  const user = { id: "u1", username: "a@example.org", fullName: "A", role: { name: "User" } };

  test("one thing alone, a bare list, and an answer without users", () => {
    expect(good("opsgenie", [json({ data: user })]).team.people.map(({ id }) => id)).toEqual(["a"]);
    expect(good("opsgenie", [json([user, { ...user, id: "u2" }])]).team.people.map(({ id }) => id)).toEqual([
      "a",
      "a-2",
    ]);
    const escalation = {
      id: "e",
      name: "E",
      rules: [{ delay: {}, recipient: { type: "user", username: "b@example.org" } }],
    };
    const rules = [{ ...escalation.rules[0]!, delay: { timeAmount: 0, timeUnit: "minutes" } }];
    const { team, imported } = good("opsgenie", [json({ escalations: [{ ...escalation, rules }] })]);
    expect(team.people).toMatchObject([{ id: "b", email: "b@example.org" }]);
    expect(imported.report[0]).toMatchObject({ outcome: "changed", what: "the person b" });
  });

  test("without policies one is made that asks everybody on call", () => {
    const files = fixtureFiles("pagerduty").filter(({ name }) => name !== "bundle.json");
    const { team, imported } = good("pagerduty", files);
    expect(team.policies.map(({ id }) => id)).toEqual(["default"]);
    expect(team.policies[0]!.steps[0]!.notify).toEqual([{ kind: "schedule", id: "primary-eu" }]);
    expect(imported.report.map(({ what }) => what)).toContain("the policy default");
  });

  test("names that YAML or a terminal would misread do no harm", () => {
    const names = [
      "null",
      "true",
      "123",
      "# x: [",
      '"\n- id: evil',
      "\u202Eabc\u0007",
      "日本語",
      "0x1f",
      "~",
    ];
    const users = names.map((name, index) => ({
      id: `u${index}`,
      name,
      email: `p${index}@example.org`,
      type: "user",
    }));
    const schedules = names.map((name, index) => ({
      id: `s${index}`,
      type: "schedule",
      name,
      time_zone: "UTC",
      schedule_layers: [],
    }));
    const { team, imported } = good("pagerduty", [json({ users, schedules })]);
    expect(team.people.map(({ id }) => id)).toEqual([
      ...["null", "true", "123", "x", "id-evil", "abc", "p6", "0x1f", "p8"],
    ]);
    expect(team.people[4]!.name).toBe('" - id: evil');
    expect(team.schedules).toHaveLength(names.length);
    for (const character of ["\u202E", "\u0007"]) expect(imported.yaml).not.toContain(character);
  });
});
