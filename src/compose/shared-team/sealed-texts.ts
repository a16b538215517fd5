/**
 * The texts of a team file by edit, as far as the journal has them and the team's key opens them. Used by
 * `shared-team-file`. The state holds the latest one only, which is nearly always the one that is wanted; another one is
 * looked for in the journal, once.
 */
import type { Fact } from "#domain/fact";
import { byCanonicalOrder, type JournaledFact } from "#domain/place";
import type { Adoption, State } from "#domain/state";

export interface SealedTextsOptions {
  readonly state: () => Pick<State, "teamFile">;
  /** Every fact of the journal. */
  readonly history: () => Iterable<JournaledFact>;
}

/** As an adoption names its text; an older Tocsin seals by revision alone. */
export type TextName = Pick<Adoption, "revision" | "version" | "generation">;

/** More than anybody looks back to; each is a few KiB. */
const mostKept = 200;

export class SealedTexts {
  private readonly known = new Map<string, string>();
  private isRead = false;

  constructor(private readonly options: SealedTextsOptions) {}

  /** After each commit. */
  note(facts: readonly Fact[]): void {
    for (const fact of facts)
      if (fact.kind === "team-file-sealed") this.keep(fact.version ?? fact.revision, fact.sealed);
  }

  /** The latest one of this edit; null: it has not come here. */
  of(wanted: TextName): string | null {
    const name = wanted.generation === null ? wanted.revision : wanted.version;
    const latest = this.options.state().teamFile;
    if (latest !== null && (latest.version ?? latest.revision) === name) return latest.sealed;
    if (!this.known.has(name)) this.read();
    return this.known.get(name) ?? null;
  }

  /** All that are kept, of whichever edit. */
  all(): readonly string[] {
    this.read();
    return [...this.known.values()];
  }

  private read(): void {
    if (this.isRead) return;
    this.isRead = true;
    const sealed: JournaledFact[] = [];
    for (const one of this.options.history()) if (one.fact.kind === "team-file-sealed") sealed.push(one);
    this.note(sealed.sort(byCanonicalOrder).map(({ fact }) => fact));
  }

  private keep(name: string, sealed: string): void {
    this.known.delete(name);
    this.known.set(name, sealed);
    const [oldest] = this.known.keys();
    if (this.known.size > mostKept && oldest !== undefined) this.known.delete(oldest);
  }
}
