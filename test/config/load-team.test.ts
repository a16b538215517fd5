import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printFault } from "#config/fault";
import { editTeamText, removeAbsence } from "#config/edit-team-file";
import { loadTeam, type LoadedTeam } from "#config/load-team";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

function good(text: string, environment: Record<string, string> = env): LoadedTeam & { ok: true } {
  const loaded = loadTeam(text, "team.yaml", { env: environment });
  if (!loaded.ok) throw new Error(loaded.faults.map(printFault).join("\n"));
  return loaded;
}

describe("the sample of contract §2", () => {
  const { team, secrets, warnings } = good(sample);

  test("is accepted without a warning", () => {
    expect(warnings).toEqual([]);
    expect(team).toMatchObject({ name: "Platform", timeZone: "Europe/Berlin", canEmail: true });
  });

  test("people inherit the team's time zone and the default ways", () => {
    expect(team.people).toEqual([
      {
        id: "ana",
        name: "Ana Ruiz",
        email: "ana@example.org",
        phone: "+34600000000",
        timeZone: "Europe/Madrid",
        notify: [
          { via: "desktop", afterMs: 0 },
          { via: "email", afterMs: 60_000 },
        ],
      },
      {
        id: "ben",
        name: "Ben",
        email: "ben@example.org",
        timeZone: "Europe/Berlin",
        notify: [
          { via: "desktop", afterMs: 0 },
          { via: "email", afterMs: 60_000 },
        ],
      },
      { id: "chi", name: "Chi", timeZone: "Europe/Berlin", notify: [{ via: "desktop", afterMs: 0 }] },
    ]);
  });

  test("times are resolved in their zones", () => {
    const [primary] = team.schedules;
    expect(primary!.layers[0]).toEqual({
      id: "weekly",
      participants: ["ana", "ben", "chi"],
      start: "2026-01-05T09:00:00",
      handoff: "FREQ=WEEKLY;BYDAY=MO",
      end: "2027-01-04T09:00:00",
      windows: [{ rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "09:00", to: "17:00" }],
    });
    expect(primary!.overrides).toEqual([
      { start: Date.parse("2026-02-01T08:00:00Z"), end: Date.parse("2026-02-02T08:00:00Z"), person: "chi" },
    ]);
    // In summer Berlin is two hours ahead.
    expect(team.absences).toEqual([
      {
        person: "ana",
        start: Date.parse("2026-07-31T22:00:00Z"),
        end: Date.parse("2026-08-14T22:00:00Z"),
        substitute: "ben",
      },
    ]);
  });

  test("policies and routes", () => {
    expect(team.policies).toEqual([
      {
        id: "default",
        steps: [
          { notify: [{ kind: "schedule", id: "primary" }], withinMs: 300_000 },
          {
            notify: [
              { kind: "group", id: "dba" },
              { kind: "person", id: "chi" },
            ],
            withinMs: 300_000,
          },
          { notify: [{ kind: "everyone" }], withinMs: 600_000, minSeverity: "critical" },
        ],
        repeat: 3,
        ackTimeoutMs: 1_800_000,
      },
    ]);
    expect(team.routes).toEqual([
      { match: { severity: ["critical", "error"], labels: { team: "platform" } }, policy: "default" },
      { match: {}, policy: "default" },
    ]);
  });

  test("a policy says that presence is ignored, or says nothing", () => {
    const policyOf = (line: string) =>
      good(changed("    ackTimeout: 30m ", `    ${line} `)).team.policies[0]!;
    expect(policyOf("presence: ignore")).toMatchObject({ presence: "ignore" });
    expect(policyOf("presence: heed")).not.toHaveProperty("presence");
    // So the file may say the default without being another team.
    const heeding = good(changed("    ackTimeout: 30m ", "    ackTimeout: 30m\n    presence: heed "));
    expect(heeding.team.revision).toBe(team.revision);
  });

  test("secrets stay out of the team", () => {
    expect(secrets.integrationKeys.map(({ id, type, key }) => [id, type, key.length])).toEqual([
      ["prometheus", "alertmanager", 32],
      ["anything", "events", 32],
    ]);
    expect(secrets.email).toEqual({
      host: "127.0.0.1",
      port: 2525,
      secure: false,
      user: "u",
      password: "a secret",
      from: "Tocsin <tocsin@example.org>",
    });
    const journaled = JSON.stringify(team);
    for (const secret of ["a secret", ...secrets.integrationKeys.map(({ key }) => key)])
      expect(journaled).not.toContain(secret);
  });
});

test("the example file is accepted without a warning", () => {
  const { team, secrets, warnings } = good(readFileSync("examples/team.yaml", "utf8"));
  expect(warnings).toEqual([]);
  expect(team.schedules.map(({ layers }) => layers.length)).toEqual([2, 1]);
  expect(secrets.email).toMatchObject({ port: 587, requireTls: true });
});

test("JSON is YAML too, and gives the same team", () => {
  const { team } = good(small);
  expect(good(JSON.stringify(smallAsData, null, 2)).team).toEqual(team);
  expect(good(JSON.stringify(smallAsData)).team.revision).toBe(team.revision);
});

describe("the revision", () => {
  test("does not change with comments, the order of keys, or another spelling of the same", () => {
    const { revision } = good(small).team;
    expect(revision).toMatch(/^[0-9a-f]{32}$/);
    expect(good(`# a comment\n${small.replaceAll("\n", "   # and another\n")}`).team.revision).toBe(revision);
    expect(good(small.split("\n").reverse().join("\n")).team.revision).toBe(revision);
    expect(good(small.replace("5m", "PT300S")).team.revision).toBe(revision);
    expect(good(small.replace("2026-05-01T00:00:00", "2026-04-30T22:00:00Z")).team.revision).toBe(revision);
  });

  test.each([
    ["a name", "name: Ana", "name: Anna"],
    ["a duration", "5m", "6m"],
    ["an absence", "2026-05-01T00:00:00", "2026-05-01T00:00:01"],
  ])("changes with %s", (_, from, to) => {
    expect(good(small.replace(from, to)).team.revision).not.toBe(good(small).team.revision);
  });
});

test("a wall-clock time that the zone skips moves forward, one that comes twice is its first", () => {
  const absence = (start: string): number =>
    good(small.replace("2026-05-01T00:00:00", start)).team.absences[0]!.start;
  expect(absence("2026-03-29T02:30:00")).toBe(Date.parse("2026-03-29T03:30:00+02:00"));
  expect(absence("2025-10-26T02:30:00")).toBe(Date.parse("2025-10-26T02:30:00+02:00"));
});

describe("an absence without an offset is on the wall clock of whoever is away", () => {
  const inHanoi = small.replace("name: Ana }", "name: Ana, timeZone: Asia/Ho_Chi_Minh }");
  const absenceOf = (text: string) => good(text).team.absences[0]!;

  test("in the person's own zone: their midnight", () => {
    expect(absenceOf(inHanoi)).toMatchObject({
      start: Date.parse("2026-05-01T00:00:00+07:00"),
      end: Date.parse("2026-05-02T00:00:00+07:00"),
    });
  });

  test("in the team's where the person has none, and with an offset at that instant", () => {
    expect(absenceOf(small).start).toBe(Date.parse("2026-05-01T00:00:00+02:00"));
    expect(absenceOf(inHanoi.replace("2026-05-01T00:00:00", "2026-05-01T00:00:00Z")).start).toBe(
      Date.parse("2026-05-01T00:00:00Z"),
    );
  });

  test("a day that is a bare date, and one that begins before its end only there", () => {
    const day = (start: string, end: string) =>
      inHanoi.replace("2026-05-01T00:00:00", start).replace("2026-05-02T00:00:00", end);
    expect(absenceOf(day("2026-05-01", "2026-05-02")).start).toBe(Date.parse("2026-05-01T00:00:00+07:00"));
    // 00:00 in Hanoi is 19:00 in Berlin the day before: only in the person's zone is this an hour, and not less than none.
    const hour = absenceOf(day("2026-05-01T00:00:00", "2026-04-30T18:00:00Z"));
    expect(hour.end - hour.start).toBe(3_600_000);
  });

  test("taking one away finds it by the instant, too", () => {
    const absence = { person: "ana", start: "2026-04-30T17:00:00Z", end: "2026-05-01T17:00:00Z" };
    const edited = editTeamText(inHanoi, [removeAbsence(absence)], "f", { env });
    expect(edited.ok && edited.loaded.team.absences).toEqual([]);
  });
});

test("a layer's start with an offset becomes wall clock in the schedule's zone", () => {
  const { team } = good(sample.replace("start: 2026-01-05T09:00:00 ", "start: 2026-01-05T06:00:00-02:00 "));
  expect(team.schedules[0]!.layers[0]!.start).toBe("2026-01-05T09:00:00");
});

test("a person's ways come in order of time", () => {
  const { team } = good(sample.replace("after: 0s", "after: 2m"));
  expect(team.people[0]!.notify.map(({ via }) => via)).toEqual(["email", "desktop"]);
});

test.each([
  ["{ host: localhost, from: a@b.example }", { port: 587, secure: false }],
  ["{ host: localhost, secure: true, from: a@b.example }", { port: 465, secure: true }],
  ["{ host: localhost, port: 465, from: a@b.example }", { port: 465, secure: true }],
  ["{ host: '::1', from: a@b.example, user: u, password: plain }", { host: "::1", password: "plain" }],
  [
    `{ host: localhost, from: a@b.example, caFile: mail.pem, tlsFingerprint: "${"ab".repeat(32)}" }`,
    { fingerprint256: Array(32).fill("AB").join(":") },
  ],
])("email: %s", (email, expected) => {
  expect(good(sample.replace(/^email:.*$/m, `email: ${email}`)).secrets.email).toMatchObject(expected);
});

test("a CA file is looked for beside the team file", () => {
  const text = sample.replace("secure: false", "caFile: mail.pem");
  const loaded = loadTeam(text, "/etc/tocsin/team.yaml", { env });
  expect(loaded.ok && loaded.secrets.email?.caFile).toBe("/etc/tocsin/mail.pem");
});

const small = `version: 1
team: { name: Small, timeZone: Europe/Berlin }
people: [{ id: ana, name: Ana }]
absences: [{ person: ana, start: 2026-05-01T00:00:00, end: 2026-05-02T00:00:00 }]
policies: [{ id: default, steps: [{ notify: [{ person: ana }], within: 5m }] }]
routes: [{ match: {}, policy: default }]
`;

const smallAsData = {
  version: 1,
  team: { name: "Small", timeZone: "Europe/Berlin" },
  people: [{ id: "ana", name: "Ana" }],
  absences: [{ person: "ana", start: "2026-05-01T00:00:00", end: "2026-05-02T00:00:00" }],
  policies: [{ id: "default", steps: [{ notify: [{ person: "ana" }], within: "5m" }] }],
  routes: [{ match: {}, policy: "default" }],
};

test("a mail password that the environment lacks is a warning: after a reboot a team without mail is better than none", () => {
  const loaded = loadTeam(sample, "f", { env: {} });
  expect(loaded).toMatchObject({ ok: true, secrets: { missingVariable: "SMTP_PASSWORD" } });
  expect(loaded.ok && loaded.warnings.map(printFault).join()).toContain(
    "the environment variable SMTP_PASSWORD is not set",
  );
  expect(loadTeam(sample, "f", { env: { SMTP_PASSWORD: "" } })).toMatchObject({
    secrets: { missingVariable: "SMTP_PASSWORD" },
  });
});

test.each([
  ["5m", 300_000],
  ["PT2H", 7_200_000],
  ["0s", 0],
  ["off", null],
])("handoffNotice: %s", (written, expected) => {
  const [schedule] = good(changed("    timeZone: Europe/Berlin\n", `    handoffNotice: ${written}\n`)).team
    .schedules;
  expect(schedule!.handoffNoticeMs).toBe(expected);
});

test("without a handoffNotice the team says nothing of it, so that its revision stays what it was", () => {
  expect(good(sample).team.schedules[0]).not.toHaveProperty("handoffNoticeMs");
});
