/** Which column of a roster means what, whatever it is called in English, German or French. Used by `read-roster`. */

export type RosterField =
  | "id"
  | "fullName"
  | "name"
  | "firstName"
  | "lastName"
  | "email"
  | "phone"
  | "timeZone";

/** In lower case, without accents, blanks and punctuation. */
const headers: Readonly<Record<RosterField, readonly string[]>> = {
  id: words(
    "id personid userid user username login loginname kuerzel kurzel kurzzeichen benutzer benutzername kennung anmeldename identifiant utilisateur nomdutilisateur matricule",
  ),
  fullName: words(
    "fullname displayname realname vollername vollstandigername anzeigename vorundnachname nomcomplet nometprenom prenometnom",
  ),
  // Alone it is the whole name; beside a first name it is the last one ("Name;Vorname", "Nom;Prénom").
  name: words("name nom person employee mitarbeiter mitarbeiterin personne employe"),
  firstName: words("firstname givenname forename vorname rufname prenom"),
  lastName: words("lastname surname familyname nachname familienname zuname nomdefamille"),
  email: words(
    "email mail emailaddress mailaddress emailadresse mailadresse courriel adresseemail adressemail adressecourriel adresseelectronique courrier",
  ),
  phone: words(
    "phone phonenumber telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone telefon telefonnummer telefonnr rufnummer mobil mobiltelefon mobilnummer mobilfunk handy handynummer numerodetelephone numero portable telportable telephoneportable gsm",
  ),
  timeZone: words("timezone tz zone zeitzone fuseau fuseauhoraire"),
};

const fields = new Map(
  Object.entries(headers).flatMap(([field, names]) => names.map((name) => [name, field as RosterField])),
);

/** Null for a column that a roster does not need. */
export function fieldOf(header: string): RosterField | null {
  const plain = header
    .slice(0, 200)
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();
  return fields.get(plain) ?? null;
}

export type Delimiter = "," | ";" | "\t";

/** The one that makes the most known columns of the first line; of equals, the one that makes the most of any. */
export function delimiterOf(firstLine: string): Delimiter {
  const candidates: readonly Delimiter[] = [",", ";", "\t"];
  const score = (delimiter: Delimiter): number => {
    const cells = firstLine.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    return 1000 * cells.filter((cell) => fieldOf(cell) !== null).length + Math.min(cells.length, 999);
  };
  return candidates.reduce((best, candidate) => (score(candidate) > score(best) ? candidate : best));
}

function words(text: string): string[] {
  return text.split(" ");
}
