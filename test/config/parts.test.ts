/** The loader's small parts, each by itself. */
import { expect, test } from "vitest";
import { defaultTeamText, personIdFrom } from "#config/default-team";
import { parseDuration } from "#config/duration";
import { loadTeam } from "#config/load-team";
import { editDistance, nearest } from "#config/suggest";

test.each([
  ["90s", 90_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
  ["1s", 1_000],
  ["PT5M", 300_000],
  ["PT1H30M", 5_400_000],
  ["P1D", 86_400_000],
  ["P1W", 604_800_000],
  ["P1DT12H", 129_600_000],
  ["PT90S", 90_000],
])("the duration %s", (text, ms) => expect(parseDuration(text)).toEqual({ ok: true, value: ms }));

test.each([
  "",
  "5",
  "5 m",
  "m",
  "-5m",
  "1.5h",
  "5M",
  "5ms",
  "1h30m",
  "P",
  "PT",
  "P1DT",
  "PT5",
  "P1Y",
  "0s",
  "PT0S",
  "367d",
  "5m\n",
  "٥m",
])("no duration: %j", (text) => expect(parseDuration(text)).toMatchObject({ ok: false }));

test("0s only where nothing is waited for", () =>
  expect(parseDuration("0s", 0)).toEqual({ ok: true, value: 0 }));

test.each([
  ["email", "emial", 1],
  ["email", "email", 0],
  ["", "abc", 3],
  ["kitten", "sitting", 3],
  ["ab", "ba", 1],
])("the distance from %s to %s", (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

test("a suggestion is near, or not made", () => {
  expect(nearest("emial", ["id", "name", "email"])).toBe("email");
  expect(nearest("colour", ["id", "name", "email"])).toBeNull();
  expect(nearest("x".repeat(10_000), ["email"])).toBeNull();
});

test.each([
  ["ana", "ana"],
  ["Ana Ruiz", "ana-ruiz"],
  ["CORP\\jörg.müller", "corp-jorg-muller"],
  ["-root-", "root"],
  ["山田", "me"],
  ["", "me"],
  ["x".repeat(100), "x".repeat(63)],
])("the user name %j becomes the id %s", (userName, id) => expect(personIdFrom(userName)).toBe(id));

test.each([
  ["ana", "Europe/Madrid", "Europe/Madrid"],
  ['"; evil: {', "Etc/Unknown", "UTC"],
  ["a\nb\0\u202e", "", "UTC"],
  ["", "America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
])("the default team of %j in %j is valid, without a warning", (userName, timeZone, expectedZone) => {
  const [alertmanagerKey, eventsKey] = ["a".repeat(32), "b".repeat(32)];
  const loaded = loadTeam(defaultTeamText({ userName, timeZone, alertmanagerKey, eventsKey }), "team.yaml", {
    env: {},
  });
  expect(loaded).toMatchObject({ ok: true, warnings: [] });
  if (!loaded.ok) return;
  const [me] = loaded.team.people;
  expect(loaded.team).toMatchObject({
    timeZone: expectedZone,
    people: [{ notify: [{ via: "desktop", afterMs: 0 }] }],
    policies: [{ steps: [{ notify: [{ kind: "person", id: me!.id }] }], repeat: 3 }],
    integrations: [{ type: "alertmanager" }, { type: "events" }],
  });
  expect(loaded.secrets.integrationKeys.map(({ key }) => key)).toEqual([alertmanagerKey, eventsKey]);
});
