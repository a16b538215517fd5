/** Calendars for the tests: text out of an event's lines, and what is read of it, as texts. */
import { readCalendar, type CalendarOptions } from "#config/calendars/read-calendar";
import { person } from "./team-builder.ts";

export const calendarPeople = [
  person("ana", { name: "Ana Ruiz", timeZone: "Europe/Madrid" }),
  person("ben", { name: "Ben", timeZone: "America/New_York" }),
  person("chi", { name: "Chi Tanaka", timeZone: "Asia/Tokyo" }),
];
export const calendarOptions: CalendarOptions = {
  people: calendarPeople,
  person: null,
  isForOne: false,
  timeZone: null,
  from: Date.parse("2026-01-01T00:00:00Z"),
  to: Date.parse("2028-01-01T00:00:00Z"),
  pause: async () => {},
};

/** Each event's lines; SUMMARY:Ana Ruiz and a UID unless given. */
export function calendar(...events: string[][]): string {
  const blocks = events.map((lines, index) => {
    const has = (name: string) => lines.some((line) => line.startsWith(name));
    return [
      "BEGIN:VEVENT",
      ...(has("UID") ? [] : [`UID:${index}`]),
      ...(has("SUMMARY") ? [] : ["SUMMARY:Ana Ruiz"]),
      ...lines,
      "END:VEVENT",
    ].join("\r\n");
  });
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ...blocks, "END:VCALENDAR", ""].join("\r\n");
}

export async function read(text: string | Uint8Array, change: Partial<CalendarOptions> = {}) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const reading = await readCalendar(bytes, { ...calendarOptions, ...change });
  if (!reading.ok) throw new Error(reading.text);
  return {
    warnings: reading.warnings,
    entries: reading.entries.map(
      ({ person: who, start, end }) =>
        `${who} ${new Date(start).toISOString().slice(0, 16)} ${new Date(end).toISOString().slice(0, 16)}`,
    ),
  };
}

export async function refusal(text: string | Uint8Array): Promise<string> {
  const reading = await readCalendar(typeof text === "string" ? Buffer.from(text) : text, calendarOptions);
  if (reading.ok) throw new Error(`accepted ${reading.entries.length} entries`);
  return reading.text;
}
