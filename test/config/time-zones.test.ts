/** Whatever the calculation cannot do with a time zone, the check refuses: at every place where one can stand. */
import { describe, expect, test } from "vitest";
import { printFault } from "#config/fault";
import { loadTeam } from "#config/load-team";
import { isTimeZone, parseTimeZone } from "#config/time-zone";
import { finalSchedule } from "#domain/oncall/on-call";
import { nextHandoffs } from "#domain/oncall/next-handoff";
import { zoneClock } from "#domain/oncall/zone-clock";
import { changed, sample, sampleEnvironment as env } from "./sample.ts";

/** ICU's abbreviations, which Intl takes and Temporal does not. */
const abbreviations =
  "IST PST CST BST JST AST NST PNT ACT AET AGT ART BET CAT CNT CTT EAT ECT IET MIT NET PLT PRT SST VST".split(
    " ",
  );

const offsets = "+05:30 -03 UTC+2 GMT-3 GMT+03:00 UTC+05:30 +0200".split(" ");
const aliases =
  "UTC GMT Zulu UCT Universal Greenwich GMT0 GMT+0 GMT-0 EST MST HST EST5EDT PST8PDT CET EET WET MET GB Eire NZ PRC ROK W-SU US/Eastern Asia/Calcutta Europe/Kiev Etc/GMT+5 Etc/GMT-14 Etc/UTC Etc/Unknown Factory SystemV/AST4 localtime".split(
    " ",
  );

const places: readonly (readonly [string, (zone: string) => string])[] = [
  ["team.timeZone", (zone) => changed("timeZone: Europe/Berlin }", `timeZone: "${zone}" }`)],
  ["people[0].timeZone", (zone) => changed("timeZone: Europe/Madrid", `timeZone: "${zone}"`)],
  ["schedules[0].timeZone", (zone) => changed("    timeZone: Europe/Berlin\n", `    timeZone: "${zone}"\n`)],
];

describe.each(places)("as %s", (place, textWith) => {
  test.each([...abbreviations, ...offsets, "ist", "Ist", "pSt"])("%s is refused with a remedy", (zone) => {
    const loaded = loadTeam(textWith(zone), "f", { env });
    expect(loaded.ok).toBe(false);
    const faults = loaded.ok ? [] : loaded.faults.map(printFault);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(
      new RegExp(`^f:\\d+:\\d+: ${place.replace(/[[\]]/g, "\\$&")}: .*(write|did you mean) `),
    );
  });
});

test.each([
  [
    "IST",
    '"IST" is no time zone that can be calculated with; write Asia/Kolkata, Asia/Jerusalem or Europe/Dublin',
  ],
  ["pst", '"pst" is no time zone that can be calculated with; write America/Los_Angeles or Asia/Manila'],
  ["JST", '"JST" is no time zone that can be calculated with; write Asia/Tokyo'],
  [
    "UTC+2",
    'unknown time zone "UTC+2"; an offset knows no summer time, write an IANA name such as Europe/Berlin',
  ],
])("%s: what to write instead", (zone, text) => {
  expect(parseTimeZone(zone)).toEqual({ ok: false, text });
});

test("every zone that is suggested for an abbreviation can be calculated with", () => {
  const suggested = abbreviations.flatMap((zone) => {
    const parsed = parseTimeZone(zone);
    return parsed.ok ? [] : (parsed.text.match(/[A-Z][a-z]+\/[\w/]+/g) ?? []);
  });
  expect(suggested.length).toBeGreaterThanOrEqual(abbreviations.length);
  expect(suggested.filter((zone) => !isTimeZone(zone))).toEqual([]);
});

test("whatever word Intl accepts, the check refuses it or the whole calculation works in it", () => {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const threeLetters = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
  const named = [...Intl.supportedValuesOf("timeZone"), ...aliases, ...abbreviations];
  const words = new Set([...named.flatMap((word) => [word, word.toLowerCase()]), ...threeLetters]);
  const accepted = [...words].filter((word) => intlTakes(word) && isTimeZone(word));
  expect(accepted.length).toBeGreaterThan(400);
  for (const zone of accepted) {
    const clock = zoneClock(zone);
    for (const at of [Date.UTC(1970, 0, 1), Date.UTC(2026, 2, 29, 1), Date.UTC(2099, 11, 31)])
      expect([zone, Math.abs(clock.instantOf(clock.localAt(at)) - at) <= 3 * 3_600_000]).toEqual([
        zone,
        true,
      ]);
  }
});

test("a team in any zone that is accepted can be asked for shifts and handoffs", () => {
  const text = sample.replace("    timeZone: Europe/Berlin\n", "");
  for (const zone of [
    "Asia/Calcutta",
    "europe/kiev",
    "Etc/GMT+5",
    "EST5EDT",
    "Pacific/Apia",
    "UTC",
    "Zulu",
  ]) {
    const loaded = loadTeam(text.replace("Europe/Berlin", zone), "f", { env });
    if (!loaded.ok) throw new Error(`${zone}: ${loaded.faults.map(printFault).join("; ")}`);
    const from = Date.UTC(2026, 5, 1);
    const [{ id }] = loaded.team.schedules as [(typeof loaded.team.schedules)[0]];
    expect(finalSchedule(loaded.team, id, from, from + 30 * 86_400_000).length).toBeGreaterThan(10);
    expect(nextHandoffs(loaded.team, from, from + 30 * 86_400_000).length).toBeGreaterThan(10);
  }
});

test("whoever looks at the end of time does not fall over the edge", () => {
  for (const zone of ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/New_York"])
    for (const at of [8.64e15, -8.64e15])
      expect(Math.abs(zoneClock(zone).localAt(at) - at)).toBeLessThanOrEqual(14 * 3_600_000);
});

function intlTakes(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
