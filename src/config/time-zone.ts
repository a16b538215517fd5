/** Time zones by name, as far as the calculation knows them. Used by the schema and by the default team. */
import { zoneClock } from "#domain/oncall/zone-clock";
import { quote } from "./fault.ts";
import { accept, type Parsed, reject } from "./parsed.ts";
import { suggestion } from "./suggest.ts";

/** The name as it was written. An offset such as `+02:00` is no zone: it knows no summer. */
export function parseTimeZone(text: string): Parsed<string> {
  if (isTimeZone(text)) return accept(text);
  const meant = meantBy.get(text.trim().toUpperCase());
  if (meant !== undefined)
    return reject(`${quote(text)} is no time zone that can be calculated with; write ${orList(meant)}`);
  const hint = cityOf(text) ?? suggestion(text, Intl.supportedValuesOf("timeZone"));
  const remedy = /[+-]\d/.test(text)
    ? "; an offset knows no summer time, write an IANA name such as Europe/Berlin"
    : ", write an IANA name such as Europe/Berlin";
  return reject(`unknown time zone ${quote(text)}${hint === "" ? remedy : hint}`);
}

/** Asking costs some 50 µs, and a large team file names the same few hundreds of times. */
const known = new Set<string>();

/**
 * Whether times can be calculated in it and printed in it. The two differ: Intl also takes ICU's abbreviations (IST, PST),
 * with which Temporal does not calculate, and another runtime's Intl may know more or less than this one's.
 */
export function isTimeZone(text: string): boolean {
  if (known.has(text)) return true;
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(text)) return false;
  try {
    zoneClock(text).instantOf(zoneClock(text).localAt(0));
    new Intl.DateTimeFormat("en", { timeZone: text });
    known.add(text);
    return true;
  } catch {
    return false;
  }
}

/** People write the city, or the right city on the wrong continent. */
function cityOf(text: string): string | null {
  const city = text.split("/").at(-1)!.trim().replaceAll(" ", "_").toLowerCase();
  const zone = Intl.supportedValuesOf("timeZone").find(
    (name) => name.split("/").at(-1)!.toLowerCase() === city,
  );
  return zone === undefined ? null : `, did you mean ${quote(zone)}?`;
}

/** What people mean by an abbreviation: several mean several things, so they are asked. */
const meantBy: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ACT: ["Australia/Darwin", "America/Rio_Branco"],
    AET: ["Australia/Sydney"],
    AEST: ["Australia/Sydney", "Australia/Brisbane"],
    AGT: ["America/Argentina/Buenos_Aires"],
    ART: ["Africa/Cairo", "America/Argentina/Buenos_Aires"],
    AST: ["America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"],
    BET: ["America/Sao_Paulo"],
    BST: ["Europe/London", "Asia/Dhaka"],
    CAT: ["Africa/Harare"],
    CDT: ["America/Chicago"],
    CEST: ["Europe/Berlin", "Europe/Paris"],
    CNT: ["America/St_Johns"],
    CST: ["America/Chicago", "Asia/Shanghai"],
    CTT: ["Asia/Shanghai"],
    EAT: ["Africa/Nairobi"],
    ECT: ["Europe/Paris", "America/Guayaquil"],
    EDT: ["America/New_York"],
    EEST: ["Europe/Athens", "Europe/Kyiv"],
    IET: ["America/Indiana/Indianapolis"],
    IST: ["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"],
    JST: ["Asia/Tokyo"],
    MDT: ["America/Denver"],
    MIT: ["Pacific/Apia"],
    MSK: ["Europe/Moscow"],
    NET: ["Asia/Yerevan"],
    NST: ["Pacific/Auckland", "America/St_Johns"],
    PDT: ["America/Los_Angeles"],
    PLT: ["Asia/Karachi"],
    PNT: ["America/Phoenix"],
    PRT: ["America/Puerto_Rico"],
    PST: ["America/Los_Angeles", "Asia/Manila"],
    SST: ["Pacific/Guadalcanal", "Pacific/Pago_Pago", "Asia/Singapore"],
    VST: ["Asia/Ho_Chi_Minh"],
    WEST: ["Europe/Lisbon"],
  }),
);

/** `a`, `a or b`, `a, b or c`. */
function orList(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), words.at(-1)!].filter((part) => part !== "").join(" or ");
}
