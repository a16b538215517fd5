/**
 * What an import has to say: faults, for which it is refused whole, and remarks about everything that did not come over
 * as it was. Filled by every importer; printed by `tocsin import`.
 */
import { printPath, unprintable } from "../fault.ts";
import type { Place } from "./place.ts";

export interface ImportFault {
  readonly file: string;
  readonly path: string;
  /** What is wrong and what to do. Quotes the file: hostile text. */
  readonly text: string;
}

export interface Remark {
  readonly file: string;
  readonly path: string;
  /** `left-out`: it is not in the team file. `changed`: it is, but not quite as it was. `note`: what is still to do. */
  readonly outcome: "left-out" | "changed" | "note";
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** More of them help nobody, and a hostile file could ask for millions. */
const mostFaults = 100;
const mostRemarks = 5000;

export class Findings {
  readonly faults: ImportFault[] = [];
  readonly remarks: Remark[] = [];
  private readonly told = new Set<string>();
  private readonly wholes = new WeakSet<object>();
  private silenced = 0;

  fault(place: Pick<Place, "file" | "path">, text: string): void {
    if (this.faults.length < mostFaults) {
      this.faults.push({ file: place.file, path: printPath(place.path), text });
    } else if (this.faults.length === mostFaults) {
      this.faults.push({ file: place.file, path: "", text: "and more; correct these first" });
    }
  }

  leftOut(place: Place, what: string, why: string, remedy: string): void {
    if (typeof place.value === "object" && place.value !== null) this.wholes.add(place.value);
    this.remark("left-out", place, what, why, remedy);
  }

  /** Whether it has been said that all of a map or list is left out. */
  isLeftOut({ value }: Place): boolean {
    return typeof value === "object" && value !== null && this.wholes.has(value);
  }

  changed(place: Place, what: string, why: string, remedy: string): void {
    this.remark("changed", place, what, why, remedy);
  }

  note(place: Pick<Place, "file" | "path">, what: string, why: string, remedy: string): void {
    this.remark("note", place, what, why, remedy);
  }

  /** Once more about what there was no room for. Call it when everything has been said. */
  close(): void {
    if (this.silenced === 0) return;
    this.remarks.push({
      file: "",
      path: "",
      outcome: "note",
      what: `${this.silenced} more remarks`,
      why: `only the first ${mostRemarks} are listed`,
      remedy: "import fewer schedules at a time to see them",
    });
  }

  private remark(
    outcome: Remark["outcome"],
    place: Pick<Place, "file" | "path">,
    what: string,
    why: string,
    remedy: string,
  ): void {
    if (this.remarks.length >= mostRemarks) {
      this.silenced += 1;
      return;
    }
    const remark: Remark = { file: place.file, path: printPath(place.path), outcome, what, why, remedy };
    const key = JSON.stringify(remark);
    if (this.told.has(key)) return;
    this.told.add(key);
    this.remarks.push(remark);
  }
}

const outcomes = { "left-out": "left out", changed: "changed", note: "to do" };

/** One line: `users.json: users[0].contact_methods[1]: left out: …: why; remedy`. */
export function printRemark({ file, path, outcome, what, why, remedy }: Remark): string {
  const place = [file, path].filter((part) => part !== "").join(": ");
  return visible(`${place === "" ? "" : `${place}: `}${outcomes[outcome]}: ${what}: ${why}; ${remedy}`);
}

export function printImportFault({ file, path, text }: ImportFault): string {
  return visible([file, path, text].filter((part) => part !== "").join(": "));
}

/** What could break the line or the terminal becomes `\u{…}`. */
function visible(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
