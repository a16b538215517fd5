/**
 * The file of `tocsin fairness --holidays`: a date a line, `2026-12-25 Christmas Day`; after `#` comes a comment.
 */
import { readFileSync } from "node:fs";
import { daysFromCivil, localOf } from "#domain/oncall/wall-clock";
import type { Holidays } from "#domain/reports/duty-tally";
import { visible } from "./alert-text.ts";
import { wrongUsage } from "./outcome.ts";

/** More is no list of holidays. */
const mostBytes = 1024 * 1024;

/** @throws CommandFailure(2) with every line that is no date. */
export function readHolidays(file: string): Holidays {
  const lines = textOf(file).split(/\r\n|[\r\n]/);
  const days = new Set<number>();
  const faults: string[] = [];
  lines.forEach((line, index) => {
    const said = line.replace(/#.*/, "").trim();
    if (said === "") return;
    const day = dayOf(said);
    if (day === null)
      faults.push(
        `${file}:${index + 1}: "${visible(said.slice(0, 40))}" is no date of the calendar; write it like 2026-12-25`,
      );
    else days.add(day);
  });
  if (faults.length > 0) throw wrongUsage(`the holidays cannot be read:\n${faults.join("\n")}`);
  return days;
}

function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw wrongUsage(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}); give a file of dates.`,
    );
  }
  if (bytes.length > mostBytes)
    throw wrongUsage(`${file} is larger than 1 MiB, which no list of holidays needs to be.`);
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

/** Days since 1970-01-01; null for what is no date. */
function dayOf(line: string): number | null {
  const [date, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)(?=\s|$)/.exec(line) ?? [];
  if (date === undefined) return null;
  try {
    localOf(`${date}T00:00:00`);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return daysFromCivil(Number(year), Number(month), Number(day));
}
