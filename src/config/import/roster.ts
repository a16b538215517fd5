/**
 * The people of an import: those the export lists, and those it only refers to. Used by the vendors' importers.
 */
import { unprintable } from "../fault.ts";
import { isTimeZone } from "../time-zone.ts";
import type { DraftPerson, PersonKey, Renamed } from "./draft.ts";
import type { Findings } from "./findings.ts";
import { IdRegister } from "./id-register.ts";
import type { Place } from "./place.ts";

export interface GivenPerson {
  readonly source: string;
  readonly name: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly timeZone?: string | null;
  readonly notify?: DraftPerson["notify"];
}

/** As `team-schema` has them. */
const emailForm = /^[^\s@<>()[\]\\",;:]+@[^\s@<>()[\]\\",;:]+$/;
const phoneForm = /^\+?[\d ()./-]*\d[\d ()./-]*(x\d+)?$/;

export class Roster {
  readonly people: DraftPerson[] = [];
  readonly renamed: Renamed[] = [];
  private readonly ids = new IdRegister();
  private readonly bySource = new Map<string, PersonKey>();
  private readonly byEmail = new Map<string, PersonKey>();

  constructor(private readonly findings: Findings) {}

  /** A user that the export lists. One that is listed twice is the same. */
  add(place: Place, given: GivenPerson): PersonKey {
    const known = this.bySource.get(given.source);
    if (known !== undefined) return known;
    const email = this.usable(place, "e-mail address", given.email, emailForm, 254);
    const phone = this.usable(place, "phone number", given.phone, phoneForm, 40);
    const id = this.ids.take([given.name, given.email?.split("@")[0] ?? null], "person");
    const name = cleanName(given.name ?? given.email ?? given.source) ?? id;
    const zone = given.timeZone ?? null;
    if (zone !== null && !isTimeZone(zone)) {
      this.findings.changed(
        place,
        `the time zone of ${id}`,
        "it is no IANA time zone",
        "add timeZone to the person, or leave them in the team's",
      );
    }
    this.people.push({
      id,
      name,
      ...(email !== null && { email }),
      ...(phone !== null && { phone }),
      ...(zone !== null && isTimeZone(zone) && { timeZone: zone }),
      ...(given.notify !== undefined && { notify: given.notify }),
    });
    this.renamed.push({ kind: "person", source: given.source, name, id });
    this.bySource.set(given.source, id);
    if (email !== null && !this.byEmail.has(email.toLowerCase())) this.byEmail.set(email.toLowerCase(), id);
    return id;
  }

  /** Somebody whom a schedule or policy refers to; one that is not listed is added with what the reference says. */
  refer(place: Place, given: GivenPerson): PersonKey {
    const known = this.bySource.get(given.source) ?? this.byEmail.get(given.email?.toLowerCase() ?? "");
    if (known !== undefined) return known;
    const id = this.add(place, given);
    this.findings.changed(
      place,
      `the person ${id}`,
      "the export refers to them without listing them among the users",
      "import the users too, or add what is missing (name, email) to the person",
    );
    return id;
  }

  private usable(
    place: Place,
    what: string,
    text: string | null | undefined,
    form: RegExp,
    longest: number,
  ): string | null {
    if (text === null || text === undefined) return null;
    const trimmed = text.trim();
    if (trimmed.length <= longest && form.test(trimmed)) return trimmed;
    this.findings.leftOut(
      place,
      `the ${what}`,
      "it is not written as a team file needs it",
      "add it by hand",
    );
    return null;
  }
}

/** At most 200 characters that can be printed; null when nothing is left. */
export function cleanName(text: string): string | null {
  const clean = text.slice(0, 1000).replace(unprintable, " ").replace(/\s+/g, " ").trim();
  const short = [...clean].slice(0, 100).join("").trim();
  return short === "" ? null : short;
}
