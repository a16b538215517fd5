/** Random teams for the on-call tests, in zones that are awkward on purpose. */
import * as fc from "fast-check";
import type { EpochMs } from "#domain/ids";
import type { DutyWindow, Layer, Team } from "#domain/team";
import { Temporal } from "temporal-polyfill";
import { dailyOrCoarser, finerThanDaily } from "./random-rule.ts";
import { at, person, teamOf } from "./team-builder.ts";

export const zones = [
  ..."UTC Europe/Berlin Europe/London Europe/Dublin Europe/Lisbon Atlantic/Azores Europe/Moscow Europe/Istanbul Europe/Kyiv Europe/Chisinau".split(
    " ",
  ),
  ..."Asia/Beirut Asia/Jerusalem Asia/Gaza Asia/Amman Asia/Tehran Asia/Kolkata Asia/Kathmandu Asia/Tokyo Asia/Singapore Asia/Almaty".split(
    " ",
  ),
  ..."Africa/Cairo Africa/Casablanca Africa/El_Aaiun Africa/Lagos Africa/Johannesburg Africa/Khartoum Africa/Juba Africa/Tripoli".split(
    " ",
  ),
  ..."America/New_York America/Los_Angeles America/Santiago America/Asuncion America/Sao_Paulo America/Havana America/St_Johns".split(
    " ",
  ),
  ..."America/Nuuk America/Scoresbysund America/Godthab America/Phoenix America/Caracas America/Punta_Arenas Antarctica/Troll".split(
    " ",
  ),
  ..."Australia/Lord_Howe Australia/Sydney Australia/Adelaide Australia/Eucla Pacific/Apia Pacific/Chatham Pacific/Auckland".split(
    " ",
  ),
  ..."Pacific/Kiritimati Pacific/Easter Pacific/Norfolk Pacific/Fiji Pacific/Marquesas Antarctica/Casey Asia/Pyongyang".split(
    " ",
  ),
];

const people = ["ana", "ben", "chi", "dia"].map(person);
const quarterHours = fc.nat(24 * 4 - 1);
const time = quarterHours.map(
  (quarter) =>
    `${String(Math.floor(quarter / 4)).padStart(2, "0")}:${String((quarter % 4) * 15).padStart(2, "0")}`,
);
/** Handoffs and windows cluster where clocks change: in the small hours. */
const nightlyTime = fc.oneof(
  time,
  fc.constantFrom("00:00", "00:30", "01:30", "02:00", "02:15", "02:30", "03:00", "23:30"),
);

const window: fc.Arbitrary<DutyWindow> = fc.record({
  rrule: fc.constantFrom(
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;BYDAY=SA,SU",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=MONTHLY;BYDAY=-1SU,1SU",
  ),
  from: nightlyTime,
  to: nightlyTime,
});

function layerBetween(from: EpochMs, to: EpochMs, rules: fc.Arbitrary<string>): fc.Arbitrary<Partial<Layer>> {
  const date = fc
    .integer({ min: Math.floor(from / 86_400_000), max: Math.floor(to / 86_400_000) })
    .map((day) =>
      Temporal.Instant.fromEpochMilliseconds(day * 86_400_000)
        .toString()
        .slice(0, 10),
    );
  const local = fc.tuple(date, nightlyTime).map(([day, clock]) => `${day}T${clock}:00`);
  const finite = fc.oneof(
    { weight: 4, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map((count) => `;COUNT=${count}`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(local, fc.constantFrom("", "Z"))
        .map(([time, utc]) => `;UNTIL=${time.replace(/[-:]/g, "")}${utc}`),
    },
  );
  return fc.record(
    {
      participants: fc.array(fc.constantFrom(...people), { minLength: 0, maxLength: 5 }),
      start: local,
      end: local,
      handoff: fc.tuple(rules, finite).map((parts) => parts.join("")),
      windows: fc.array(window, { maxLength: 3 }),
    },
    { requiredKeys: ["participants", "start", "handoff"] },
  );
}

export interface RandomTeam {
  readonly team: Team;
  /** The stretch in which something happens. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** A team of one schedule somewhere between 2010 and 2045. */
export const randomTeam: fc.Arbitrary<RandomTeam> = fc
  .record({ timeZone: fc.constantFrom(...zones), year: fc.integer({ min: 2010, max: 2044 }) })
  .chain((place) => teamIn(place, dailyOrCoarser));

/** With turns of several or of nobody in most layers. */
const withCrews = (teams: fc.Arbitrary<RandomTeam>): fc.Arbitrary<RandomTeam> =>
  fc
    .tuple(
      teams,
      fc.array(fc.array(fc.uniqueArray(fc.constantFrom(...people), { maxLength: 3 }), { maxLength: 4 }), {
        minLength: 3,
        maxLength: 3,
      }),
    )
    .map(([{ team, from, to }, crews]) => {
      const layers = team.schedules[0]!.layers.map((layer, index) => {
        const turns = crews[index]!;
        const first = turns.find((turn) => turn.length > 0);
        return first === undefined ? layer : { ...layer, turns, participants: turns.map(() => first[0]!) };
      });
      return { team: { ...team, schedules: [{ ...team.schedules[0]!, layers }] }, from, to };
    });

/** Years in which the clocks of a zone did something rare. */
const memorable = [
  { timeZone: "Pacific/Apia", year: 2011 }, // no 30 December
  { timeZone: "Asia/Pyongyang", year: 2015 }, // half an hour
  { timeZone: "Africa/Cairo", year: 2014 }, // four changes
  { timeZone: "Africa/Casablanca", year: 2013 }, // four changes, for Ramadan
  { timeZone: "Asia/Beirut", year: 2026 }, // at midnight
  { timeZone: "America/Santiago", year: 2026 }, // at midnight, the day before
  { timeZone: "Australia/Lord_Howe", year: 2026 }, // half an hour
  { timeZone: "Antarctica/Troll", year: 2026 }, // two hours
  { timeZone: "Antarctica/Casey", year: 2018 }, // three hours, one way
  { timeZone: "America/Caracas", year: 2016 }, // half an hour, one way
  { timeZone: "America/Scoresbysund", year: 2024 }, // another zone and a summer time at once
];

/** As `randomTeam`, with rotations by the hour among them, and the clocks' rarest years more often. */
export const wildTeam: fc.Arbitrary<RandomTeam> = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        timeZone: fc.constantFrom(...zones),
        year: fc.integer({ min: 2010, max: 2044 }),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom(...memorable) },
  )
  .chain((place) =>
    teamIn(
      place,
      fc.oneof({ weight: 12, arbitrary: dailyOrCoarser }, { weight: 1, arbitrary: finerThanDaily }),
    ),
  );

export const randomCrews = withCrews(randomTeam);
export const wildCrews = withCrews(wildTeam);

function teamIn(
  { timeZone, year }: { readonly timeZone: string; readonly year: number },
  rules: fc.Arbitrary<string>,
): fc.Arbitrary<RandomTeam> {
  const from = at(`${year}-01-01T00:00Z`);
  const to = at(`${year + 1}-01-01T00:00Z`);
  const stretch = fc
    .tuple(fc.nat(365 * 24 * 4), fc.nat(60 * 24 * 4))
    .map(([offset, length]) => ({ start: from + offset * 900_000, end: from + (offset + length) * 900_000 }));
  return fc
    .record({
      layers: fc.array(layerBetween(from, to, rules), { minLength: 1, maxLength: 3 }),
      overrides: fc.array(
        fc.tuple(stretch, fc.constantFrom(...people)).map(([span, who]) => ({ ...span, person: who })),
        { maxLength: 4 },
      ),
      absences: fc.array(
        fc
          .tuple(
            stretch,
            fc.constantFrom(...people),
            fc.option(fc.constantFrom(...people), { nil: undefined }),
          )
          .map(([span, who, substitute]) => ({
            ...span,
            person: who,
            ...(substitute === undefined ? {} : { substitute }),
          })),
        { maxLength: 6 },
      ),
    })
    .map((plan) => ({ team: teamOf({ timeZone, ...plan }), from, to }));
}
