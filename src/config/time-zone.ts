/** IANA time zones by name. Used by the schema and by the default team. */
import { quote } from "./fault.ts";
import { accept, type Parsed, reject } from "./parsed.ts";
import { suggestion } from "./suggest.ts";

/** The name as it was written. An offset such as `+02:00` is no zone: it knows no summer. */
export function parseTimeZone(text: string): Parsed<string> {
  if (isTimeZone(text)) return accept(text);
  const hint = cityOf(text) ?? suggestion(text, Intl.supportedValuesOf("timeZone"));
  return reject(
    `unknown time zone ${quote(text)}${hint === "" ? ", write an IANA name such as Europe/Berlin" : hint}`,
  );
}

/** Asking Intl costs some 50 µs, and a large team file names the same few hundreds of times. */
const known = new Set<string>();

export function isTimeZone(text: string): boolean {
  if (known.has(text)) return true;
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(text)) return false;
  try {
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
