/**
 * The texts of a team file by revision, as far as the journal has them and the team's key opens them. Used by
 * `shared-team-file`. The state holds the latest one only, which is nearly always the one that is wanted; another one is
 * looked for in the journal, once.
 */
import type { Fact } from "#domain/fact";
import type { TeamRevision } from "#domain/ids";
import { byCanonicalOrder, type JournaledFact } from "#domain/place";
import type { State } from "#domain/state";

export interface SealedTextsOptions {
  readonly state: () => Pick<State, "teamFile">;
  /** Every fact of the journal. */
  readonly history: () => Iterable<JournaledFact>;
}

/** More revisions than anybody looks back to; each is a few KiB. */
const mostKept = 200;

export class SealedTexts {
  private readonly known = new Map<TeamRevision, string>();
  private isRead = false;

  constructor(private readonly options: SealedTextsOptions) {}

  /** After each commit. */
  note(facts: readonly Fact[]): void {
    for (const fact of facts) if (fact.kind === "team-file-sealed") this.keep(fact.revision, fact.sealed);
  }

  /** The latest one of this revision; null: it has not come here. */
  of(revision: TeamRevision): string | null {
    const latest = this.options.state().teamFile;
    if (latest?.revision === revision) return latest.sealed;
    if (!this.known.has(revision)) this.read();
    return this.known.get(revision) ?? null;
  }

  private read(): void {
    if (this.isRead) return;
    this.isRead = true;
    const sealed: JournaledFact[] = [];
    for (const one of this.options.history()) if (one.fact.kind === "team-file-sealed") sealed.push(one);
    this.note(sealed.sort(byCanonicalOrder).map(({ fact }) => fact));
  }

  private keep(revision: TeamRevision, sealed: string): void {
    this.known.delete(revision);
    this.known.set(revision, sealed);
    const [oldest] = this.known.keys();
    if (this.known.size > mostKept && oldest !== undefined) this.known.delete(oldest);
  }
}
