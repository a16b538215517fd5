/**
 * The shape of the team file, value by value. Used by `load-team`; what one value alone cannot know (references, order,
 * reachability) is checked there too, in files of its own. Source: contract §2.
 */
import { severities } from "#domain/severity";
import { channelKinds } from "#domain/team";
import { z } from "zod";
import { calendarSchema } from "./calendars/calendar-source.ts";
import { durationWords, parseDuration } from "./duration.ts";
import { emailSchema } from "./email-schema.ts";
import { idWords, parseId } from "./identifier.ts";
import { accept, type Parsed, reject } from "./parsed.ts";
import { expected, freeText, listOf, oneOf, oneOrList, parsedText, strictMap } from "./schema-leaf.ts";
import { parseTimeZone } from "./time-zone.ts";
import { parseEndOfDay, parseTimeOfDay, parseWrittenTime, writtenTimeWords } from "./written-time.ts";

const id = parsedText(idWords, parseId);
const name = freeText("a name", 200);
const timeZone = parsedText("an IANA time zone such as Europe/Berlin", parseTimeZone);
const time = parsedText(writtenTimeWords, parseWrittenTime);
const timeOfDay = parsedText('a time of day such as "09:00"', parseTimeOfDay);
const endOfDay = parsedText('a time of day such as "17:00", or "24:00"', parseEndOfDay);
const wait = parsedText(durationWords, (text) => parseDuration(text));
const delay = parsedText(`${durationWords}, or 0s`, (text) => parseDuration(text, 0));
/** Told longer ahead, a handoff would be forgotten again. */
const longestNoticeMs = 7 * 86_400_000;
/** When somebody last looked whether all of it is still so. */
const reviewedAt = parsedText("a date such as 2026-05-01", parseWrittenTime);
const severity = oneOf(severities);
// What it means is checked together with its DTSTART, by `check-recurrence`.
const rule = parsedText("an RRULE such as FREQ=WEEKLY;BYDAY=MO", (text) => accept(ruleValue(text)));

/** Also what a roster's rows are checked with. */
export const personSchema = strictMap({
  id,
  name,
  // What a mail header can carry unquoted; nothing that could end it or add another receiver.
  email: freeText(
    "an e-mail address such as ana@example.org",
    254,
    /^[^\s@<>()[\]\\",;:]+@[^\s@<>()[\]\\",;:]+$/,
  ).optional(),
  phone: freeText(
    'a phone number such as "+34600000000"',
    40,
    /^\+?[\d ()./-]*\d[\d ()./-]*(x\d+)?$/,
  ).optional(),
  timeZone: timeZone.optional(),
  notify: listOf(
    strictMap({ via: oneOf(channelKinds), after: delay }),
    "ways, such as { via: desktop, after: 0s }",
    1,
  ).optional(),
});

/** Who is on duty in it: one, or several at once; an empty list is a turn with nobody. */
const turn = oneOrList(id, listOf(id, "people's ids"));

const layer = strictMap({
  id,
  participants: listOf(turn, "people's ids", 1),
  start: time,
  handoff: rule,
  end: time.optional(),
  windows: listOf(strictMap({ rrule: rule, from: timeOfDay, to: endOfDay }), "windows", 1).optional(),
  shadow: listOf(id, "people's ids").optional(),
});

const schedule = strictMap({
  id,
  timeZone: timeZone.optional(),
  layers: listOf(layer, "layers").default([]),
  overrides: listOf(strictMap({ start: time, end: time, person: id }), "overrides").default([]),
  reviewedAt: reviewedAt.optional(),
  handoffNotice: parsedText(`${durationWords}, 0s for at the handoff, or off`, parseNotice).optional(),
});

const target = strictMap({
  schedule: id.optional(),
  group: id.optional(),
  person: id.optional(),
  everyone: z.literal(true, expected("true")).optional(),
}).refine(
  (written) => Object.keys(written).length === 1,
  "must name exactly one of schedule, group, person or everyone: true",
);

const policy = strictMap({
  id,
  steps: listOf(
    strictMap({
      notify: listOf(target, "whom to notify", 1),
      within: wait,
      minSeverity: severity.optional(),
    }),
    "steps",
    1,
  ),
  repeat: z
    .int(expected("a whole number from 0 to 1000"))
    .min(0, "must be 0 or more")
    .max(1000, "must be at most 1000")
    .default(0),
  ackTimeout: wait.optional(),
  presence: oneOf(["heed", "ignore"]).optional(),
});

const route = strictMap({
  match: strictMap(
    {
      severity: listOf(severity, "severities, such as [critical, error]", 1).optional(),
      labels: z
        .record(z.string(), freeText("text", 2000, /^/), expected("labels, such as { team: platform }"))
        .optional(),
      source: freeText("the alert's source", 2000).optional(),
      integration: id.optional(),
    },
    "what to match, such as { severity: [critical] }; {} matches everything",
  ),
  policy: id,
});

const integration = strictMap({
  id,
  type: oneOf(["alertmanager", "events"]),
  // It stands in URLs (contract §4), so it must need no escaping there.
  key: freeText(
    "a secret of 32 or more letters, digits and - _ . ~, as `openssl rand -hex 16` makes them",
    200,
    /^[\w.~-]{32,}$/,
  ),
});

export const teamSchema = strictMap({
  version: z.literal(1, expected("1, the only version there is")),
  team: strictMap({ name, timeZone, reviewedAt: reviewedAt.optional() }, "a map with name, timeZone"),
  people: listOf(personSchema, "people", 1),
  groups: listOf(strictMap({ id, people: listOf(id, "people's ids") }), "groups").default([]),
  schedules: listOf(schedule, "schedules").default([]),
  absences: listOf(
    strictMap({ person: id, start: time, end: time, substitute: id.optional() }),
    "absences",
  ).default([]),
  calendars: listOf(calendarSchema, "calendars").default([]),
  policies: listOf(policy, "policies", 1),
  routes: listOf(route, "routes", 1),
  integrations: listOf(integration, "integrations").default([]),
  email: emailSchema.optional(),
});

/** The file as written, each value understood but references and time zones not yet resolved. */
export type TeamFile = z.output<typeof teamSchema>;

/** How long before a handoff its two people are told; null: they are not. */
function parseNotice(text: string): Parsed<number | null> {
  if (text === "off") return accept(null);
  const parsed = parseDuration(text, 0);
  if (!parsed.ok) return reject(`${parsed.text}; 0s tells them at the handoff, off not at all`);
  return parsed.value <= longestNoticeMs ? parsed : reject("must be at most 7d");
}

/** The RRULE's value, without the property's name. */
export function ruleValue(text: string): string {
  return text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, "");
}
