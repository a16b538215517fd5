/**
 * The team file's `calendars` section: absences and overrides that are kept elsewhere, as iCalendar. Part of the schema;
 * `load-team` makes sources of it, compose's refresher reads them.
 *
 * They are no part of the team: an address is often a secret, and what a calendar says changes without the file.
 */
import { dirname, resolve } from "node:path";
import type { PersonId, ScheduleId } from "#domain/ids";
import { z } from "zod";
import { durationWords, parseDuration } from "../duration.ts";
import { idWords, parseId } from "../identifier.ts";
import { accept, type Parsed, reject } from "../parsed.ts";
import { freeText, oneOf, parsedText, strictMap } from "../schema-leaf.ts";

export interface CalendarSource {
  readonly id: string;
  readonly place:
    /** http or https; may hold a user and a password. */
    | { readonly kind: "url"; readonly url: string }
    /** Absolute. */
    | { readonly kind: "file"; readonly path: string };
  readonly entries:
    | { readonly kind: "absences" }
    | { readonly kind: "overrides"; readonly schedule: ScheduleId };
  /** Everything in it concerns this person; null: each event says whom, by attendee or by its title. */
  readonly person: PersonId | null;
  readonly refreshMs: number;
}

const leastRefreshMs = 60_000;
const defaultRefreshMs = 3_600_000;
const id = parsedText(idWords, parseId);

export const calendarSchema = strictMap({
  id,
  url: parsedText("an address such as https://calendar.example.org/team.ics", parseAddress).optional(),
  file: freeText("the path of an .ics file", 4000).optional(),
  kind: oneOf(["absences", "overrides"]),
  schedule: id.optional(),
  person: id.optional(),
  refresh: parsedText(durationWords, (text) => parseDuration(text, leastRefreshMs)).optional(),
}).superRefine(({ url, file, kind, schedule }, context) => {
  const complain = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  if (url === undefined && file === undefined)
    complain(["url"], "missing; must be an address to read from, unless there is a file");
  if (url !== undefined && file !== undefined) complain(["file"], "beside a url; keep one of them");
  if (kind === "overrides" && schedule === undefined)
    complain(["schedule"], "missing; must be the schedule whose overrides these are");
  if (kind === "absences" && schedule !== undefined)
    complain(["schedule"], "absences hold for every schedule; leave it out, or write kind: overrides");
});

/** `file` is the team file's path, which relative paths start from. */
export function calendarSource(written: z.output<typeof calendarSchema>, file: string): CalendarSource {
  const { id: name, url, kind, schedule, person, refresh } = written;
  return {
    id: name,
    place:
      url === undefined
        ? { kind: "file", path: resolve(dirname(file), written.file!) }
        : { kind: "url", url },
    entries: kind === "absences" ? { kind } : { kind, schedule: schedule as ScheduleId },
    person: (person as PersonId | undefined) ?? null,
    refreshMs: refresh ?? defaultRefreshMs,
  };
}

/** `webcal:` is what calendars call https. Never a file: that would let an address read this machine. */
function parseAddress(text: string): Parsed<string> {
  const address = text.trim().replace(/^webcals?:/i, "https:");
  if (address.length > 4000 || !URL.canParse(address))
    return reject("must be an address such as https://calendar.example.org/team.ics");
  if (!/^https?:$/.test(new URL(address).protocol)) return reject("must begin with https:// or http://");
  return accept(address);
}
