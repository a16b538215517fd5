import { describe, expect, test } from "vitest";
import { printFault } from "#config/fault";
import { loadTeam } from "#config/load-team";
import { maxTeamFileBytes } from "#config/yaml-source";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

/** What is replaced in the sample, by what, and exactly what is then printed. */
const table: Record<string, readonly [from: string, to: string, ...lines: string[]]> = {
  "unknown key, near a known one": [
    "    email: ana",
    "    emial: ana",
    'f:6:5: people[0].emial: unknown key, did you mean "email"?',
  ],
  "unknown key, near nothing": [
    "    email: ana",
    "    colour: blue\n    email: ana",
    "f:6:5: people[0].colour: unknown key; known here: id, name, email, phone, timeZone, notify",
  ],
  "unknown key at the top": [
    "groups:",
    "gruops:",
    'f:14:1: gruops: unknown key, did you mean "groups"?',
    'f:35:29: policies[0].steps[1].notify[0].group: no group has the id "dba"',
  ],
  "unknown key, other case": [
    "team: { name: Platform, timeZone:",
    "team: { name: Platform, timezone:",
    'f:2:25: team.timezone: unknown key, did you mean "timeZone"?',
  ],
  "missing version": ["version: 1\n", "\n", "f:2:1: version: missing; must be 1, the only version there is"],
  "another version": ["version: 1", "version: 2", "f:1:10: version: must be 1, the only version there is"],
  "missing name": ["    name: Ana Ruiz\n", "", "f:4:5: people[0].name: missing; must be a name"],
  "empty name": ["name: Ana Ruiz", "name:", "f:5:10: people[0].name: empty; must be a name"],
  "blank name": ["name: Ana Ruiz", 'name: "  "', "f:5:11: people[0].name: must be a name"],
  "a number as a name": [
    "name: Ana Ruiz",
    "name: 007",
    "f:5:11: people[0].name: must be a name, put it in quotes",
  ],
  "a list where a map should be": [
    "team: { name: Platform, timeZone: Europe/Berlin }",
    "team: [Platform]",
    "f:2:7: team: must be a map with name, timeZone",
  ],
  "a text where a list should be": [
    "participants: [ana, ben, chi]",
    "participants: ana",
    "f:21:23: schedules[0].layers[0].participants: must be a list of people's ids",
  ],
  "no participants": [
    "participants: [ana, ben, chi]",
    "participants: []",
    "f:21:23: schedules[0].layers[0].participants: must have at least one entry",
  ],
  "presence, misspelt": [
    "    ackTimeout: 30m ",
    "    presence: ingore ",
    'f:38:15: policies[0].presence: "ingore" is not one of heed, ignore, did you mean "ignore"?',
  ],
  "presence as a yes": [
    "    ackTimeout: 30m ",
    "    presence: yes ",
    'f:38:15: policies[0].presence: "yes" is not one of heed, ignore',
  ],
  "id with capitals": [
    "- { id: ben,",
    "- { id: Ben,",
    'f:12:11: people[1].id: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz; did you mean "ben"?',
  ],
  "id of nothing usable": [
    "- { id: dba,",
    '- { id: "!",',
    'f:15:11: groups[0].id: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz',
    'f:35:29: policies[0].steps[1].notify[0].group: no group has the id "dba"',
  ],
  "id too long": [
    "- { id: dba,",
    "- { id: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd,",
    'f:15:11: groups[0].id: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz',
    'f:35:29: policies[0].steps[1].notify[0].group: no group has the id "dba"',
  ],
  "duplicate person": [
    "- { id: chi,",
    "- { id: ben,",
    'f:13:11: people[2].id: "ben" is already the id of people[1]; choose another',
    'f:21:34: schedules[0].layers[0].participants[2]: no person has the id "chi"; there are ana, ben',
    'f:28:73: schedules[0].overrides[0].person: no person has the id "chi"; there are ana, ben',
    'f:35:46: policies[0].steps[1].notify[1].person: no person has the id "chi"; there are ana, ben',
  ],
  "a handoff notice that is no duration": [
    "    timeZone: Europe/Berlin\n    layers",
    "    handoffNotice: soon\n    layers",
    "f:18:20: schedules[0].handoffNotice: must be a duration such as 90s, 5m, 2h, 1d or PT5M; 0s tells them at the handoff, off not at all",
  ],
  "a handoff notice that YAML reads as a yes": [
    "    timeZone: Europe/Berlin\n    layers",
    "    handoffNotice: false\n    layers",
    "f:18:20: schedules[0].handoffNotice: must be a duration such as 90s, 5m, 2h, 1d or PT5M, 0s for at the handoff, or off",
  ],
  "a handoff notice far too early": [
    "    timeZone: Europe/Berlin\n    layers",
    "    handoffNotice: 8d\n    layers",
    "f:18:20: schedules[0].handoffNotice: must be at most 7d",
  ],
  "a handoff notice misspelt": [
    "    timeZone: Europe/Berlin\n    layers",
    "    handoffnotice: 5m\n    layers",
    'f:18:5: schedules[0].handoffnotice: unknown key, did you mean "handoffNotice"?',
  ],
  "duplicate key": [
    "    email: ana@example.org",
    "    email: ana@example.org\n    name: Again",
    "f:7:5: people[0].name: given twice; keep one of them",
  ],
  "dangling participant, near one": [
    "[ana, ben, chi]",
    "[ana, bne, chi]",
    'f:21:29: schedules[0].layers[0].participants[1]: no person has the id "bne", did you mean "ben"?',
  ],
  "dangling person in group": [
    "people: [ana, ben]",
    "people: [ana, zoltan]",
    'f:15:30: groups[0].people[1]: no person has the id "zoltan"; there are ana, ben, chi',
  ],
  "person twice in a group": [
    "people: [ana, ben]",
    "people: [ana, ana]",
    "f:15:30: groups[0].people[1]: already listed at groups[0].people[0]; once is enough",
  ],
  "dangling schedule": [
    "schedule: primary",
    "schedule: primry",
    'f:34:32: policies[0].steps[0].notify[0].schedule: no schedule has the id "primry", did you mean "primary"?',
  ],
  "dangling group": [
    "{ group: dba }",
    "{ group: network }",
    'f:35:29: policies[0].steps[1].notify[0].group: no group has the id "network"; there is dba',
  ],
  "dangling policy": [
    "match: {}, policy: default",
    "match: {}, policy: defualt",
    'f:41:26: routes[1].policy: no policy has the id "defualt", did you mean "default"?',
  ],
  "dangling integration": [
    'labels: { team: "platform" }',
    "integration: prometeus",
    'f:40:58: routes[0].match.integration: no integration has the id "prometeus", did you mean "prometheus"?',
  ],
  "dangling override": [
    "02T09:00:00, person: chi",
    "02T09:00:00, person: chu",
    'f:28:73: schedules[0].overrides[0].person: no person has the id "chu", did you mean "chi"?',
  ],
  "dangling substitute": [
    "substitute: ben",
    "substitute: bob",
    'f:30:86: absences[0].substitute: no person has the id "bob"; there are ana, ben, chi',
  ],
  "own substitute": [
    "substitute: ben",
    "substitute: ana",
    "f:30:86: absences[0].substitute: nobody can stand in for themselves; name another person or leave it out",
  ],
  "target of two kinds": [
    "{ schedule: primary }",
    "{ schedule: primary, person: ana }",
    "f:34:20: policies[0].steps[0].notify[0]: must name exactly one of schedule, group, person or everyone: true",
  ],
  "target of no kind": [
    "{ schedule: primary }",
    "{}",
    "f:34:20: policies[0].steps[0].notify[0]: must name exactly one of schedule, group, person or everyone: true",
  ],
  "everyone: false": [
    "everyone: true",
    "everyone: false",
    "f:36:32: policies[0].steps[2].notify[0].everyone: must be true",
  ],
  "unknown way": [
    "via: email",
    "via: e-mail",
    'f:11:16: people[0].notify[1].via: "e-mail" is not one of desktop, email, did you mean "email"?',
  ],
  "no ways": [
    "notify:                         # default: desktop at once, email after 1m if still unacknowledged\n      - { via: desktop, after: 0s }\n      - { via: email, after: 1m }",
    "notify: []",
    "f:9:13: people[0].notify: must have at least one entry",
  ],
  "duration without a unit": [
    "within: 10m",
    "within: 10",
    "f:36:49: policies[0].steps[2].within: must be a duration such as 90s, 5m, 2h, 1d or PT5M",
  ],
  "duration of zero": [
    "within: 10m",
    "within: 0s",
    "f:36:49: policies[0].steps[2].within: must be at least 1s",
  ],
  "duration below a second": [
    "within: 10m",
    "within: PT0S",
    "f:36:49: policies[0].steps[2].within: must be at least 1s",
  ],
  "duration in months": [
    "within: 10m",
    "within: P1M",
    "f:36:49: policies[0].steps[2].within: must be a duration such as 90s, 5m, 2h, 1d or PT5M",
  ],
  "duration too long": [
    "within: 10m",
    "within: 400d",
    "f:36:49: policies[0].steps[2].within: must be at most 366d",
  ],
  "duration overflowing": [
    "within: 10m",
    "within: 999999999999d",
    "f:36:49: policies[0].steps[2].within: must be at most 366d",
  ],
  "unknown severity": [
    "minSeverity: critical",
    "minSeverity: critcal",
    'f:36:67: policies[0].steps[2].minSeverity: "critcal" is not one of critical, error, warning, info, did you mean "critical"?',
  ],
  "a severity where a list should be": [
    "severity: [critical, error]",
    "severity: critical",
    "f:40:26: routes[0].match.severity: must be a list of severities, such as [critical, error]",
  ],
  "negative repeat": ["repeat: 3", "repeat: -1", "f:37:13: policies[0].repeat: must be 0 or more"],
  "broken repeat": [
    "repeat: 3",
    "repeat: 2.5",
    "f:37:13: policies[0].repeat: must be a whole number from 0 to 1000",
  ],
  "unknown zone, misspelt": [
    "timeZone: Europe/Madrid",
    "timeZone: Europe/Madird",
    'f:8:15: people[0].timeZone: unknown time zone "Europe/Madird", did you mean "Europe/Madrid"?',
  ],
  "unknown zone, only the city": [
    "timeZone: Europe/Madrid",
    "timeZone: madrid",
    'f:8:15: people[0].timeZone: unknown time zone "madrid", did you mean "Europe/Madrid"?',
  ],
  "an offset as a zone": [
    "timeZone: Europe/Madrid",
    'timeZone: "+02:00"',
    'f:8:15: people[0].timeZone: unknown time zone "+02:00"; an offset knows no summer time, write an IANA name such as Europe/Berlin',
  ],
  "no such date": [
    "start: 2026-02-01T09:00:00",
    "start: 2026-02-30T09:00:00",
    "f:28:18: schedules[0].overrides[0].start: no such date or time; a month has its days, a day has 24 hours",
  ],
  "the end of a day": [
    "start: 2026-02-01T09:00:00",
    'start: "2026-12-31T24:00+01:00"',
    "f:28:18: schedules[0].overrides[0].start: a day ends where the next one begins: write 2027-01-01T00:00+01:00",
  ],
  "the end of no day": [
    "start: 2026-02-01T09:00:00",
    "start: 2026-02-30T24:00",
    "f:28:18: schedules[0].overrides[0].start: no such date or time; a month has its days, a day has 24 hours",
  ],
  "no time at all": [
    "start: 2026-02-01T09:00:00",
    "start: tomorrow",
    "f:28:18: schedules[0].overrides[0].start: must be a time such as 2026-01-05T09:00:00 (wall clock) or 2026-01-05T08:00:00Z",
  ],
  "a year long ago": [
    "start: 2026-01-05T09:00:00",
    "start: 0026-01-05T09:00:00",
    "f:22:16: schedules[0].layers[0].start: must be in the years 1970 to 2099",
  ],
  "end before start": [
    "end: 2026-08-15T00:00:00",
    "end: 2026-07-15T00:00:00",
    "f:30:53: absences[0].end: not after its start; swap them or correct one",
  ],
  "override of no length": [
    "end: 2026-02-02T09:00:00",
    "end: 2026-02-01T08:00:00Z",
    "f:28:44: schedules[0].overrides[0].end: not after its start; swap them or correct one",
  ],
  "layer ending before it starts": [
    "end: 2027-01-04T09:00:00",
    "end: 2025-01-04T09:00:00",
    "f:24:14: schedules[0].layers[0].end: not after its start; swap them or correct one",
  ],
  "no rule": [
    "handoff: FREQ=WEEKLY;BYDAY=MO",
    "handoff: weekly",
    'f:23:18: schedules[0].layers[0].handoff: "WEEKLY" is not of the form NAME=VALUE; a rule looks like FREQ=WEEKLY;BYDAY=MO',
  ],
  "rule with an unknown frequency": [
    "handoff: FREQ=WEEKLY;BYDAY=MO",
    "handoff: FREQ=WEEKLI",
    "f:23:18: schedules[0].layers[0].handoff: FREQ=WEEKLI is not possible; it is one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY",
  ],
  "rule with an unknown day": [
    "handoff: FREQ=WEEKLY;BYDAY=MO",
    "handoff: FREQ=WEEKLY;BYDAY=MX",
    "f:23:18: schedules[0].layers[0].handoff: BYDAY=MX is not possible; it takes days like MO,TH or, by the month or year, 1MO and -1FR",
  ],
  "rule every second": [
    "handoff: FREQ=WEEKLY;BYDAY=MO",
    "handoff: FREQ=SECONDLY",
    "f:23:18: schedules[0].layers[0].handoff: FREQ=SECONDLY occurs more than 200000 times in twenty years; give it a larger INTERVAL, a coarser FREQ or a COUNT",
  ],
  "rule every minute": [
    "handoff: FREQ=WEEKLY;BYDAY=MO",
    "handoff: FREQ=MINUTELY",
    "f:23:18: schedules[0].layers[0].handoff: FREQ=MINUTELY occurs more than 200000 times in twenty years; give it a larger INTERVAL, a coarser FREQ or a COUNT",
  ],
  "rule that never occurs": [
    "handoff: FREQ=WEEKLY;BYDAY=MO",
    "handoff: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "f:23:18: schedules[0].layers[0].handoff: no day or time fits all parts of FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30; leave one of them out",
  ],
  "window rule broken": [
    'rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"',
    'rrule: "FREQ=WEEKLY;INTERVAL=0"',
    "f:26:22: schedules[0].layers[0].windows[0].rrule: INTERVAL=0 is not possible; it is a number from 1 to 999999",
  ],
  "no time of day": [
    'from: "09:00"',
    'from: "24:00"',
    'f:26:64: schedules[0].layers[0].windows[0].from: a day begins at "00:00"; only to may be "24:00"',
  ],
  "last route too narrow": [
    "match: {}",
    "match: { severity: [critical] }",
    "f:41:5: routes[1]: the last route must match everything, or alerts would be lost; add { match: {}, policy: … } after it",
  ],
  "route without match": [
    "{ match: {}, policy",
    "{ policy",
    "f:41:5: routes[1].match: missing; must be what to match, such as { severity: [critical] }; {} matches everything",
  ],
  "label that is a number": [
    'team: "platform"',
    "team: 12",
    "f:40:61: routes[0].match.labels.team: must be text, put it in quotes",
  ],
  "key too short": [
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef",
    "f:43:48: integrations[0].key: must be a secret of 32 or more letters, digits and - _ . ~, as `openssl rand -hex 16` makes them",
  ],
  "key unfit for a URL": [
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef/0123456789abcdef",
    "f:43:48: integrations[0].key: must be a secret of 32 or more letters, digits and - _ . ~, as `openssl rand -hex 16` makes them",
  ],
  "key used twice": [
    "fedcba9876543210fedcba9876543210",
    "0123456789abcdef0123456789abcdef",
    "f:44:40: integrations[1].key: the same key as integrations[0]; each integration needs its own",
  ],
  "unknown integration type": [
    "type: events",
    "type: event",
    'f:44:27: integrations[1].type: "event" is not one of alertmanager, events, did you mean "events"?',
  ],
  "no e-mail address": [
    "email: ana@example.org",
    "email: ana at example",
    "f:6:12: people[0].email: must be an e-mail address such as ana@example.org",
  ],
  "e-mail address that ends a header": [
    "email: ana@example.org",
    'email: "ana@example.org\\r\\nBcc: eve@example.org"',
    "f:6:12: people[0].email: contains the character U+000D, which cannot be shown; leave it out",
    "f:6:12: people[0].email: must be an e-mail address such as ana@example.org",
  ],
  "no phone number": [
    'phone: "+34600000000"',
    "phone: +34600000000",
    'f:7:12: people[0].phone: must be a phone number such as "+34600000000", put it in quotes',
  ],
  "no sender": [
    'from: "Tocsin <tocsin@example.org>"',
    "from: Tocsin",
    'f:45:103: email.from: must be a sender such as "Tocsin <tocsin@example.org>"',
  ],
  "mail port out of range": [
    "port: 2525",
    "port: 70000",
    "f:45:33: email.port: must be a port from 1 to 65535",
  ],
  "user without password": [
    ", password: { env: SMTP_PASSWORD }",
    "",
    "f:45:60: email.user: a user without a password; add password: { env: SMTP_PASSWORD }, or leave both out",
  ],
  "password without user": [
    " user: u,",
    "",
    "f:45:54: email.password: a password without a user; add user, or leave both out",
  ],
  "password of another shape": [
    "password: { env: SMTP_PASSWORD }",
    "password: { file: secret }",
    "f:45:73: email.password: must be a text in quotes, or { env: NAME } for an environment variable",
  ],
  "control character in a name": [
    "name: Ana Ruiz",
    'name: "Ana\\0Ruiz"',
    "f:5:11: people[0].name: contains the character U+0000, which cannot be shown; leave it out",
  ],
  "name that reads differently from what it says": [
    "name: Ana Ruiz",
    'name: "Ana \\u202eRuiz"',
    "f:5:11: people[0].name: contains the character U+202E, which cannot be shown; leave it out",
  ],
  "a tag": [
    "name: Ana Ruiz",
    "name: !!binary QW5h",
    "f:5:11: a text that begins with ! is a tag in YAML; put it in quotes",
  ],
  "a secret that is taken for a tag, and is not repeated": [
    "name: Ana Ruiz",
    "name: !S3cretPw99 Ana",
    "f:5:11: a text that begins with ! is a tag in YAML; put it in quotes",
  ],
  "a secret behind a block sign, and is not repeated": [
    "name: Ana Ruiz",
    "name: |S3cretPw99",
    "f:5:12: not valid YAML: Block scalar header includes extra characters",
  ],
  "a merge key": [
    "    name: Ana Ruiz",
    "    <<: { a: b }\n    name: Ana Ruiz",
    "f:5:5: people[0].<<: unknown key; known here: id, name, email, phone, timeZone, notify",
  ],
  "an alias for nothing": [
    "name: Ana Ruiz",
    "name: *nobody",
    "f:5:11: people[0].name: stands for nothing; no anchor of this name comes before it",
  ],
  "a map where a list should be": [
    "groups:\n  - { id: dba, people: [ana, ben] }",
    "groups: {}",
    "f:14:9: groups: must be a list of groups",
  ],
  "a key for mischief": [
    'labels: { team: "platform" }',
    "labels: { __proto__: x }",
    "f:40:55: routes[0].match.labels.__proto__: a key that cannot be used; rename it",
  ],
  "bad indentation": [
    "    name: Ana Ruiz",
    "   name: Ana Ruiz",
    "f:5:1: not valid YAML: Sequence item without - indicator",
    "f:6:12: not valid YAML: Nested mappings are not allowed in compact mappings",
    "f:8:1: not valid YAML: All mapping items must start at the same column",
    "f:9:1: not valid YAML: All mapping items must start at the same column",
  ],
  "unclosed bracket": [
    "people: [ana, ben] }",
    "people: [ana, ben }",
    "f:15:34: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  "a second document": [
    "groups:",
    "---\ngroups:",
    "f:14:1: a second YAML document; one file describes one team",
  ],
};

describe("an invalid file is refused, each fault with its place", () => {
  test.each(Object.entries(table))("%s", (_, [from, to, ...lines]) => {
    expect(linesOf(changed(from, to))).toEqual(lines);
  });
});

test("every fault at once, in the order of the file", () => {
  const text = [
    ["version: 1", "version: 3"],
    ["email: ana", "emial: ana"],
    ["participants: [ana, ben, chi]", "participants: [ana, bne, chi]"],
    ["within: 10m", "within: soon"],
    ["routes: ", "rutes: "],
  ].reduce((all, [from, to]) => all.replace(from!, to!), sample);
  expect(linesOf(text)).toEqual([
    "f:1:10: version: must be 1, the only version there is",
    'f:6:5: people[0].emial: unknown key, did you mean "email"?',
    'f:21:29: schedules[0].layers[0].participants[1]: no person has the id "bne", did you mean "ben"?',
    "f:36:49: policies[0].steps[2].within: must be a duration such as 90s, 5m, 2h, 1d or PT5M",
    'f:39:1: rutes: unknown key, did you mean "routes"?',
  ]);
});

describe("files that are hardly files", () => {
  test.each([
    ["nothing", "", "f:1:1: empty; describe the team, starting with version: 1"],
    ["comments only", "# nothing\n", "f:1:1: empty; describe the team, starting with version: 1"],
    ["a word", "hello", "f:1:1: must be a map with version, team, people"],
    ["a number too many", "%YAML 1.1\n---\n[1]", "f:3:1: must be a map with version, team, people"],
    [
      "too large",
      `# ${"x".repeat(maxTeamFileBytes)}`,
      "f:1:1: larger than 1 MiB, which no team file needs to be",
    ],
    ["half a million brackets", "[".repeat(500_000), "f:1:40: nested far too deeply"],
    ["half a million dashes", "- ".repeat(500_000), "f:1:79: nested far too deeply"],
    ["a list without end", "- a\n".repeat(20_000), "f:10001:1: more than 10000 entries in one place"],
    ["an alias bomb", bomb(), "f:1:1: its aliases (*name) unfold into far too much; write things out"],
  ])("%s", (_, text, line) => expect(linesOf(text)).toEqual([line]));

  test("an anchor inside itself", () => {
    const lines = linesOf(sample.replace("people: [ana, ben] }", "people: &round [*round] }"));
    expect(lines).toEqual([
      'f:15:32: groups[0].people[0]: must be an id of a-z, 0-9 and "-", at most 63, such as ana-ruiz',
    ]);
  });

  test("an alias may be used, and is followed to what is wrong in it", () => {
    const text = sample
      .replace("participants: [ana, ben, chi]", "participants: *dba")
      .replace("people: [ana, ben] }", "people: &dba [ana, bne] }");
    expect(linesOf(text)).toEqual([
      'f:15:35: groups[0].people[1]: no person has the id "bne", did you mean "ben"?',
      'f:15:35: schedules[0].layers[0].participants[1]: no person has the id "bne", did you mean "ben"?',
    ]);
  });
});

test("a fault is always one line, without secrets", () => {
  const text = sample
    .replace("groups:", '"a\\nf:1:1: \\e[31mforged": 1\ngroups:')
    .replace("0123456789abcdef0123456789abcdef", "too-short-secret");
  const lines = linesOf(text);
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(line).not.toContain("too-short-secret");
  }
});

function linesOf(text: string): string[] {
  const loaded = loadTeam(text, "f", { env });
  expect(loaded.ok).toBe(false);
  return loaded.ok ? [] : loaded.faults.map(printFault);
}

/** Each line stands for ten of the line before. */
function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let n = 1; n < 9; n += 1)
    lines.push(
      `a${n}: &a${n} [${Array(10)
        .fill(`*a${n - 1}`)
        .join(", ")}]`,
    );
  return lines.join("\n");
}
