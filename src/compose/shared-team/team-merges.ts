/**
 * Edits of the team file that were made from an older one than what is in force: what they come to upon it, whose turn it
 * is to merge them, and what their author is told. Used by `shared-team-file` alone, which takes the results over.
 *
 * A merge is an edit made from both, and the same whichever machine makes it. The machine that the edit was made on
 * merges it at once; when that one is gone, another does after a while.
 */
import { isDeepStrictEqual as isSame } from "node:util";
import { type MergedTexts, mergeTeamTexts } from "#config/merge/merge-team-texts";
import { readYaml } from "#config/yaml-source";
import type { TeamFileVersion } from "#domain/ids";
import type { Adoption } from "#domain/state";
import { authorOf, commonAncestor, lacksAncestor, rivalsOf } from "#domain/team-lineage";
import type { TeamParcel } from "#wire/team-parcel-json";
import type { LocalTeamFile } from "./local-team-file.ts";
import { type LostEdit, setAsideEdit } from "./set-aside-edit.ts";
import type { SharedTeamFileOptions } from "./shared-team-options.ts";
import type { TeamSealing } from "./team-sealing.ts";

/** How long the first machine in order waits for the author's to merge; each further one as long again. */
const othersMergeAfterMs = 30_000;
/** How long an edit that was made from one that is not here waits for that one: only to be set aside otherwise. */
const ancestorWithinMs = 5 * 60_000;

export interface MergedFile extends MergedTexts {
  readonly parents: readonly TeamFileVersion[];
}

export interface MergedRival {
  readonly text: string;
  readonly by: Adoption["by"];
  /** The one in force first. */
  readonly parents: readonly [TeamFileVersion, TeamFileVersion];
  /** From which the mail password and certificate come that are not in the text. */
  readonly secretsFrom: TeamParcel | null;
}

export class TeamMerges {
  /** Rivals whose author's machine did not merge them in time. */
  private readonly overdue = new Set<TeamFileVersion>();
  private readonly waiting = new Map<TeamFileVersion, () => void>();
  /** Edits whose common ancestor with another may be one that has yet to arrive; null: it did not arrive in time. */
  private readonly lacking = new Map<TeamFileVersion, (() => void) | null>();

  constructor(
    private readonly options: SharedTeamFileOptions,
    private readonly file: string,
    private readonly local: LocalTeamFile,
    private readonly sealing: TeamSealing,
    /** It is this machine's turn for one of them. */
    private readonly onDue: () => void,
  ) {}

  /** Whether there is anything to be merged, by this machine or another one. */
  get areWanted(): boolean {
    return rivalsOf(this.options.engine.state).length > 0;
  }

  /** What was written into this machine's file, from what it had before, upon what is in force. */
  ofFile(text: string, inForceText: string, inForce: Adoption): MergedFile {
    const { version, revision } = this.local;
    const { state } = this.options.engine;
    const madeFrom =
      state.adoptions.find((one) => one.version === version) ??
      // Seen by an older Tocsin.
      (version === null ? state.adoptions.findLast((one) => one.revision === revision) : undefined);
    // A backup that was put back, or a file from before this machine joined: nobody's edit.
    if (this.sealing.isKnown(text)) return { text: inForceText, lost: [], parents: [inForce.version] };
    // What a person changed is known even so; whether what it was made from is in force as well, is seen later.
    const isLacking = madeFrom !== undefined && lacksAncestor(state, inForce, madeFrom);
    const ancestor = madeFrom === undefined || isLacking ? null : commonAncestor(state, inForce, madeFrom);
    const from = isLacking ? madeFrom : ancestor;
    const base = from === null ? null : this.sealing.textOf(from);
    const merged = mergeTeamTexts({ base, theirs: inForceText, ours: text });
    if (isLacking) return { ...merged, parents: [inForce.version] };
    // Made from an edit that is not in force either: with this one it is merged, too.
    const also = rivalsOf(state).filter((rival) => rival.version === madeFrom?.version);
    return { ...merged, parents: [inForce.version, ...also.map((rival) => rival.version)] };
  }

  /** Its author has been told of what is not in it. */
  wasTold(merge: TeamFileVersion): void {
    this.local.told(merge);
  }

  /** The next rival that this machine is to merge; null: there is none, or not yet. */
  next(): MergedRival | null {
    const { engine, link } = this.options;
    const { adoption: inForce, adoptions } = engine.state;
    const self = link()?.machine;
    if (inForce === null || self === undefined) return null;
    const rivals = rivalsOf(engine.state);
    this.forgetOthers(new Set(rivals.map(({ version }) => version)));
    for (const rival of rivals) {
      const isOurs = authorOf({ adoptions }, rival).machine === self;
      if (this.waitsForAncestor(inForce, rival)) continue;
      if (!isOurs && !this.overdue.has(rival.version)) this.await(rival.version);
      else {
        const merged = this.merge(inForce, rival);
        if (merged === null) continue;
        const secretsFrom = this.secretsOf(merged.text, inForce, rival);
        return { text: merged.text, by: rival.by, parents: [inForce.version, rival.version], secretsFrom };
      }
    }
    return null;
  }

  /** Once for each merge of an edit that was made on this machine: what of it is not in force. */
  tellAuthor(): void {
    const { engine, link } = this.options;
    const { adoptions } = engine.state;
    for (const merge of adoptions) {
      const [winner, rival] = merge.parents.map((name) => adoptions.find(({ version }) => version === name));
      if (winner === undefined || rival === undefined || this.local.wasTold(merge.version)) continue;
      if (authorOf({ adoptions }, merge).machine !== link()?.machine) continue;
      // What of it is lost can be said once it is known what both were made from.
      if (this.waitsForAncestor(winner, rival)) continue;
      const merged = this.merge(winner, rival);
      if (merged === null) continue;
      this.local.told(merge.version);
      const text = this.sealing.textOf(rival)!;
      this.setAside({ ...rival, text, lost: merged.lost }, this.sealing.textOf(winner)!, winner);
    }
  }

  /** An edit that was made on this machine and never became a fact. */
  setAsideOwn(text: string, lost: MergedTexts["lost"], inForce: string, adoption: Adoption): void {
    const { link, clock, person } = this.options;
    const machine = link()?.machine ?? null;
    this.setAside({ text, by: person(), machine, at: clock.now(), lost }, inForce, adoption);
  }

  stop(): void {
    this.forgetOthers(new Set());
    for (const cancel of this.lacking.values()) cancel?.();
    this.lacking.clear();
  }

  private setAside(edit: LostEdit, text: string, adoption: Adoption | null): void {
    if (edit.lost.length === 0) return;
    const { data, engine, listener } = this.options;
    const conflict = setAsideEdit(edit, { text, adoption }, { data, file: this.file, state: engine.state });
    if (conflict.keptAs !== null) this.local.wasSetAside(conflict.keptAs);
    listener.onConflict(conflict);
  }

  /** Null: a text has yet to arrive. */
  private merge(inForce: Adoption, rival: Adoption): MergedTexts | null {
    const [theirs, ours] = [this.sealing.textOf(inForce), this.sealing.textOf(rival)];
    if (theirs === null || ours === null) return null;
    const { state } = this.options.engine;
    const ancestor = commonAncestor(state, inForce, rival);
    // A machine that heard nobody went by the file that it was given when it joined.
    const isOld = (one: Adoption) => one.version !== rival.version && this.sealing.textOf(one) === ours;
    if (ancestor === null && state.adoptions.some(isOld)) return { text: theirs, lost: [] };
    const base = ancestor === null ? null : this.sealing.textOf(ancestor);
    return mergeTeamTexts({ base, theirs, ours });
  }

  /** Whoever's mail settings these are, has the password to them. */
  private secretsOf(text: string, inForce: Adoption, rival: Adoption): TeamParcel | null {
    const [theirs, ours] = [this.sealing.parcelOf(inForce), this.sealing.parcelOf(rival)];
    const mailOf = (written: string) => (readYaml(written).value as { email?: unknown } | undefined)?.email;
    const mail = mailOf(text);
    const isOurs =
      ours !== null && isSame(mail, mailOf(ours.text)) && !isSame(mail, mailOf(theirs?.text ?? ""));
    return isOurs ? ours : theirs;
  }

  /** Merged from an older ancestor, or from none, it would be lost, though the right one is on its way. */
  private waitsForAncestor(inForce: Adoption, rival: Adoption): boolean {
    const { clock, engine } = this.options;
    const { version } = rival;
    if (this.lacking.get(version) === null || !lacksAncestor(engine.state, inForce, rival)) return false;
    const giveUp = () => {
      this.lacking.set(version, null);
      this.onDue();
    };
    if (!this.lacking.has(version)) this.lacking.set(version, clock.callAfter(ancestorWithinMs, giveUp));
    return true;
  }

  private await(version: TeamFileVersion): void {
    if (this.waiting.has(version)) return;
    const afterMs = othersMergeAfterMs * (1 + (this.options.turn() ?? 0));
    const due = () => {
      this.overdue.add(version);
      this.onDue();
    };
    this.waiting.set(version, this.options.clock.callAfter(afterMs, due));
  }

  private forgetOthers(rivals: ReadonlySet<TeamFileVersion>): void {
    for (const [version, cancel] of this.waiting) {
      if (rivals.has(version)) continue;
      cancel();
      this.waiting.delete(version);
      this.overdue.delete(version);
    }
  }
}
