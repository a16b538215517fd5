/**
 * The zone that a TZID of an iCalendar file means: what the file's own VTIMEZONE says, else the zone of that name. Used by
 * `read-event`.
 */
import type { EpochMs } from "#domain/ids";
import type { LocalMs } from "#domain/oncall/wall-clock";
import { readVtimezone, type WrittenZone } from "./vtimezone.ts";
import { zoneNamed } from "./zone-names.ts";

export interface EventZone {
  instantOf(local: LocalMs): EpochMs;
  localAt(at: EpochMs): LocalMs;
}

export interface FoundZone {
  /** Null when neither the file nor the world knows it. */
  readonly zone: EventZone | null;
  /** What there is to say of it: what it is taken for, as a sentence that begins with its name. */
  readonly remark: string | null;
}

export const utcZone: EventZone = { instantOf: (local) => local, localAt: (at) => at };

/** The zones of one file, by TZID. */
export class EventZones {
  /** For times that name no zone: what the whole file says. Null: that of whoever it concerns. */
  floating: EventZone | null = null;
  private readonly found = new Map<string, FoundZone>();
  private readonly written = new Map<
    string,
    { readonly lines: readonly string[]; readonly names: string[] }
  >();

  /** A VTIMEZONE's lines. */
  add(lines: readonly string[]): void {
    const [tzid] = valuesOf(lines, "TZID");
    if (tzid === undefined) return;
    this.written.set(keyOf(tzid), { lines, names: [tzid, ...valuesOf(lines, "X-LIC-LOCATION")] });
  }

  find(tzid: string): FoundZone {
    const key = keyOf(tzid);
    let found = this.found.get(key);
    if (found === undefined) this.found.set(key, (found = this.make(tzid, key)));
    return found;
  }

  private make(tzid: string, key: string): FoundZone {
    const written = this.written.get(key);
    const zone = written === undefined ? null : readVtimezone(written.lines);
    const names = [tzid, ...(written?.names ?? [])];
    if (zone !== null) return { zone: continued(zone, names), remark: null };
    const said = `the time zone ${JSON.stringify(tzid.slice(0, 80))}`;
    for (const name of names) {
      const named = zoneNamed(name);
      if (named === null) continue;
      if (named.kind === "zone") return { zone: named.clock, remark: null };
      const { offsetMs } = named;
      const fixed = {
        instantOf: (local: LocalMs) => local - offsetMs,
        localAt: (at: EpochMs) => at + offsetMs,
      };
      const remark = `${said} is unknown but for its offset, which is used all the year`;
      return { zone: fixed, remark: named.isSure ? null : remark };
    }
    return { zone: null, remark: `${said} is unknown; that of whoever it concerns is used` };
  }
}

/**
 * A list of changes that ends some day is what a program wrote that knew the zone by its name: where it agrees with that
 * zone all along, the zone goes on after the list's end.
 */
function continued(zone: WrittenZone, names: readonly string[]): EventZone {
  const { listed } = zone;
  if (listed === null || listed.length < 2) return zone;
  for (const name of names) {
    const named = zoneNamed(name);
    if (named?.kind !== "zone") continue;
    const { localAt } = named.clock;
    const agrees = listed.every(
      ({ at, toMs }, index) =>
        localAt(at) - at === toMs && (index === 0 || localAt(at - 1) - (at - 1) === listed[index - 1]!.toMs),
    );
    if (agrees) return named.clock;
  }
  return zone;
}

function valuesOf(lines: readonly string[], property: string): string[] {
  const own = new RegExp(`^${property}(;[^:]*)?:`, "i");
  return lines
    .filter((line) => own.test(line))
    .map((line) => line.replace(own, "").replace(/\\(.)/g, "$1").trim());
}

/** In a VTIMEZONE it is a text with its commas escaped, in a parameter perhaps in quotes. */
function keyOf(tzid: string): string {
  return tzid.replace(/\\(.)/g, "$1").replaceAll('"', "").replace(/\s+/g, " ").trim().toLowerCase();
}
