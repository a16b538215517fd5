/**
 * Reads people from a CSV file as spreadsheets and personnel systems save them. Called by `tocsin roster import`. Pure.
 *
 * Every cell is plain text: nothing that looks like a formula is ever one.
 */
import { CsvError, parse } from "csv-parse/sync";
import type { WrittenPerson } from "../edit-team-file.ts";
import { type Fault, quote } from "../fault.ts";
import { meantId } from "../identifier.ts";
import { personSchema } from "../team-schema.ts";
import { type DecodedText, decodeText } from "./decode-text.ts";
import { type Delimiter, delimiterOf, fieldOf, type RosterField } from "./roster-columns.ts";

export interface Roster {
  readonly people: readonly WrittenPerson[];
  readonly encoding: DecodedText["encoding"];
  readonly delimiter: Delimiter;
  /** What was left out, and why. */
  readonly warnings: readonly Fault[];
}

export type RosterReading =
  | { readonly ok: true; readonly roster: Roster }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Who is in the team already: a row without an id is recognised by its address, else by its name. */
export type KnownPeople = readonly {
  readonly id: string;
  readonly name: string;
  readonly email?: string;
}[];

export const maxRosterBytes = 10 * 1024 * 1024;
const maxRows = 10_000;

/** `file` names faults; their lines are those of the file, their path is the column's name. */
export function readRoster(bytes: Uint8Array, file: string, known: KnownPeople): RosterReading {
  if (bytes.length > maxRosterBytes)
    return refuse(file, 1, "", "larger than 10 MiB, which no roster needs to be");
  const { text, encoding } = decodeText(bytes);
  // Excel's own way of saying how the file is cut.
  const [, declared] = /^sep=([,;\t])\r?\n/i.exec(text) ?? [];
  const table = declared === undefined ? text : text.slice(text.indexOf("\n") + 1);
  const skipped = declared === undefined ? 0 : 1;
  const delimiter = (declared as Delimiter | undefined) ?? delimiterOf(/\S.*/.exec(table)?.[0] ?? "");
  const rows = readRows(table, delimiter, skipped, file);
  if (!rows.ok) return rows;
  const [header, ...body] = rows.rows;
  if (header === undefined) return refuse(file, 1, "", "empty; its first line must name the columns");
  const reader = new RosterReader(file, header, known);
  if (!reader.hasNames) {
    const seen = header.cells.slice(0, 10).map(quote).join(", ");
    const text = `no column with a name or an id; the first line must name the columns, such as id,name,email,phone,timeZone (it has ${seen})`;
    return refuse(file, header.line, "", text);
  }
  for (const row of body) reader.add(row);
  const { faults, warnings, people } = reader;
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, roster: { people, encoding, delimiter, warnings } };
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

type Rows =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

function readRows(table: string, delimiter: Delimiter, skipped: number, file: string): Rows {
  try {
    const records = parse(table, {
      delimiter,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: 65_536,
      to: maxRows + 2,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    const rows = records
      .map(({ record, info }) => ({ line: info.lines + skipped, cells: record }))
      .filter(({ cells }) => cells.some((cell) => cell !== ""));
    if (rows.length <= maxRows + 1) return { ok: true, rows };
    return refuse(file, rows.at(-1)!.line, "", `more than ${maxRows} people; split the file`);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? error["lines"] + skipped : 1;
    return refuse(
      file,
      line,
      "",
      `not valid CSV: ${error.message.split(/[,:] /)[0]}; check the quotes in this row`,
    );
  }
}

class RosterReader {
  readonly people: WrittenPerson[] = [];
  readonly faults: Fault[] = [];
  readonly warnings: Fault[] = [];
  private readonly columns: readonly (RosterField | null)[];
  private readonly lines = new Map<string, number>();

  constructor(
    private readonly file: string,
    header: Row,
    private readonly known: KnownPeople,
  ) {
    this.columns = header.cells.map(fieldOf);
    const unknown = header.cells.filter((cell, index) => cell !== "" && this.columns[index] === null);
    if (unknown.length > 0)
      this.warn(
        header.line,
        `columns that a team file has no place for: ${unknown.slice(0, 10).map(quote).join(", ")}`,
      );
  }

  get hasNames(): boolean {
    return this.columns.some(
      (field) => field !== null && ["id", "fullName", "name", "firstName", "lastName"].includes(field),
    );
  }

  add({ line, cells }: Row): void {
    if (cells.length > this.columns.length && cells.slice(this.columns.length).some((cell) => cell !== ""))
      return this.fault(
        line,
        "",
        `has ${cells.length} cells where the first line has ${this.columns.length}; check the quotes in this row`,
      );
    const of = (field: RosterField): string | undefined =>
      cells.find((cell, index) => this.columns[index] === field && cell !== "")?.replace(/\s+/g, " ");
    const name = this.nameOf(of);
    const id = this.idOf(of("id"), name, of("email"));
    if (id === null)
      return this.fault(line, "id", "neither an id nor a name to make one of; fill in one of them");
    if (of("id") === undefined && this.isSomebodyElse(id, of("email"))) {
      const text = `would be ${quote(id)}, who has another address; add a column with ids`;
      return this.fault(line, "id", text);
    }
    const person: WrittenPerson = Object.fromEntries(
      Object.entries({ id, name, email: of("email"), phone: of("phone"), timeZone: of("timeZone") }).filter(
        ([, value]) => value !== undefined,
      ),
    ) as unknown as WrittenPerson;
    const first = this.lines.get(id);
    if (first !== undefined)
      return this.fault(line, "id", `${quote(id)} is on line ${first} already; keep one of them`);
    this.lines.set(id, line);
    // A known person's name may be left out; a new one without a name is a fault.
    const checked = this.isKnown(id) ? { name: id, ...person } : person;
    const parsed = personSchema.safeParse(checked);
    for (const issue of parsed.error?.issues ?? [])
      this.fault(line, String(issue.path[0] ?? ""), `${issue.message}${cellOf(person, issue.path[0])}`);
    this.people.push(person);
  }

  private nameOf(of: (field: RosterField) => string | undefined): string | undefined {
    const full = of("fullName");
    if (full !== undefined) return full;
    const [first, last, name] = [of("firstName"), of("lastName"), of("name")];
    if (!this.columns.includes("firstName")) return name ?? last;
    const parts = [first, last ?? name].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.join(" ");
  }

  /** What the roster gives, however it is spelt; else of whoever has this address or this name; else made of the name. */
  private idOf(
    given: string | undefined,
    name: string | undefined,
    email: string | undefined,
  ): string | null {
    if (given !== undefined) return meantId(given) ?? given;
    const same = (a: string | undefined, b: string | undefined): boolean =>
      a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
    const found =
      this.known.find((person) => same(person.email, email)) ??
      this.known.find((person) => same(person.name, name));
    if (found !== undefined) return found.id;
    return name === undefined ? null : meantId(plainLetters(name));
  }

  /** Two people of one name: what is made of the second one's must not change the first. */
  private isSomebodyElse(id: string, email: string | undefined): boolean {
    const known = this.known.find((person) => person.id === id)?.email?.toLowerCase();
    return known !== undefined && email !== undefined && known !== email.toLowerCase();
  }

  private isKnown(id: string): boolean {
    return this.known.some((person) => person.id === id);
  }

  private warn(line: number, text: string): void {
    this.warnings.push({ file: this.file, line, column: 1, path: "", text, severity: "warning" });
  }

  private fault(line: number, path: string, text: string): void {
    this.faults.push({ file: this.file, line, column: 1, path, text, severity: "error" });
  }
}

function cellOf(person: WrittenPerson, key: PropertyKey | undefined): string {
  const value = (person as unknown as Record<PropertyKey, string | undefined>)[key ?? ""];
  return value === undefined ? "" : ` (it is ${quote(value)})`;
}

/** `Jürgen Groß` is `Juergen Gross`, `Zoë` is `Zoe`; what an id cannot have becomes a blank. */
function plainLetters(name: string): string {
  const german: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };
  return name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => german[letter]!)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, " ");
}

function refuse(
  file: string,
  line: number,
  path: string,
  text: string,
): { readonly ok: false; readonly faults: readonly Fault[] } {
  return { ok: false, faults: [{ file, line, column: 1, path, text, severity: "error" }] };
}
