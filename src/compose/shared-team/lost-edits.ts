/** Edits of the team file that are not in force: each is set aside and told of, once. Used by `shared-team-file` alone. */
import type { PersonId, TeamRevision } from "#domain/ids";
import type { LocalTeamFile } from "./local-team-file.ts";
import { hashOfText } from "./seen-team.ts";
import type { SharedTeamFileOptions } from "./shared-team-options.ts";
import { tellOfConflict, type LostEdit } from "./team-conflicts.ts";
import { parentsOf } from "./team-history.ts";
import { judgeRival, nameOfRival } from "./team-rivals.ts";
import type { TeamSealing } from "./team-sealing.ts";

export class LostEdits {
  constructor(
    private readonly options: Pick<
      SharedTeamFileOptions,
      "data" | "engine" | "history" | "link" | "listener" | "clock"
    >,
    private readonly local: LocalTeamFile,
    private readonly sealing: TeamSealing,
  ) {}

  /** One that was made on this machine and never became a fact. */
  setAsideOwn(text: string, by: PersonId | null, inForce: string): void {
    const { link, clock } = this.options;
    const machine = link()?.machine ?? null;
    this.setAside({ key: hashOfText(text).slice(0, 16), text, by, machine, at: clock.now() }, inForce);
  }

  /**
   * Those that lost against one made at the same time. Returns one of this machine's that only a calendar's change has
   * overtaken, to be made again; null: there is none.
   */
  settle(): { readonly text: string; readonly by: PersonId | null } | null {
    const { engine, history, link } = this.options;
    const { adoption: inForce, teamRivals } = engine.state;
    const self = link()?.machine;
    const untold = teamRivals.filter((rival) => !this.local.wasTold(nameOfRival(rival)));
    if (inForce === null || self === undefined || untold.length === 0) return null;
    const textOf = (revision: TeamRevision | null) => this.sealing.textOf(revision);
    const context = { inForce, self, textOf, parents: parentsOf(history()) };
    for (const rival of untold) {
      const verdict = judgeRival(rival, context);
      if (verdict === "wait") continue;
      this.local.told(nameOfRival(rival));
      const text = textOf(rival.revision)!;
      if (verdict === "conflict")
        this.setAside({ ...rival, key: nameOfRival(rival), text }, textOf(inForce.revision)!);
      if (verdict === "make-again") return { text, by: rival.by };
    }
    return null;
  }

  private setAside(lost: LostEdit, inForce: string): void {
    const { data, engine, listener } = this.options;
    const { by = null, machine = null } = engine.state.adoption ?? {};
    listener.onConflict(tellOfConflict(lost, { text: inForce, by, machine }, data, engine.state));
  }
}
