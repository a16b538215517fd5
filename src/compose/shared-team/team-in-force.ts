/**
 * The team that is in force on this machine, as the facts say it, with the secrets and calendars of its file; and what
 * this machine says is to be in force. Used by `shared-team-file` alone, one call after the other.
 */
import { loadTeam, type LoadedTeam } from "#config/load-team";
import type { PersonId, TeamFileVersion } from "#domain/ids";
import type { TeamFileEdit } from "#domain/input";
import type { Adoption } from "#domain/state";
import type { Team } from "#domain/team";
import type { TeamParcel } from "#wire/team-parcel-json";
import { engineLoadOptions, type GoodTeam } from "../team-file.ts";
import type { LocalTeamFile } from "./local-team-file.ts";
import type { SealedTexts } from "./sealed-texts.ts";
import { nobody, type SharedTeamFileOptions } from "./shared-team-options.ts";
import { canTravel } from "./team-parcel.ts";
import { notUnderstoodText, type TeamProblems } from "./team-problems.ts";
import type { TeamSealing } from "./team-sealing.ts";
import { filledIn } from "./team-secrets.ts";

export interface TeamInForceOptions extends Omit<SharedTeamFileOptions, "file"> {
  readonly file: string;
  readonly local: LocalTeamFile;
  readonly sealing: TeamSealing;
  readonly texts: SealedTexts;
  readonly problems: TeamProblems;
}

export class TeamInForce {
  current: GoodTeam;
  /** As the file says it, without what the calendars add; null: there is none yet. */
  private base: GoodTeam | null;
  /** Which edit it is, and with which secrets; null: none. */
  private taken: { readonly version: TeamFileVersion; readonly sealed: string | null } | null = null;
  /** Whether it was this machine's turn to read the calendars when they were last thought of. */
  private refreshes: boolean | null = null;
  /** Something that this machine said could not be kept: it is to be looked at again when the journal works. */
  isRefused = false;
  private isForgotten = false;

  constructor(
    good: GoodTeam,
    private readonly options: TeamInForceOptions,
  ) {
    this.current = good;
    this.base = good === nobody ? null : good;
  }

  /** On a machine that is alone, before its engine starts: first of all inputs, since an alert may need it. */
  async begin(): Promise<void> {
    const { calendars, engine } = this.options;
    if (this.base === null) return;
    const team = (await calendars.use(this.base.team, this.base.calendars)) ?? this.base.team;
    void engine.submit({ kind: "team-loaded", team });
    this.putInForce({ ...this.current, team });
  }

  isTaken({ version }: Adoption): boolean {
    return this.taken?.version === version;
  }

  /** What the facts say. Without its text, the secrets and calendars stay as they were. */
  async follow(team: Team, adoption: Adoption): Promise<void> {
    const sealed = this.options.texts.of(adoption);
    const isNew = !this.isTaken(adoption) || this.taken?.sealed !== sealed;
    if (isNew && sealed !== null) await this.take(team, adoption, sealed);
    else if (this.current.team !== team) this.putInForce({ ...this.current, team });
  }

  private async take(team: Team, { version }: Adoption, sealed: string): Promise<void> {
    const { data, local, problems, sealing } = this.options;
    const parcel = sealing.open(sealed);
    const loaded = parcel === null ? null : this.load(parcel.text);
    if (parcel === null) problems.set("locked");
    else problems.clear("locked");
    if (loaded?.ok === false)
      problems.say("not-understood", notUnderstoodText(loaded.faults[0]?.text ?? "faulty"));
    else problems.clear("not-understood");
    // What the team is, is in the facts anyway.
    if (parcel === null || loaded === null || !loaded.ok) return this.putInForce({ ...this.current, team });

    const isOtherText = this.base === null || local.text !== parcel.text;
    this.base = loaded;
    local.text = parcel.text;
    this.taken = { version, sealed };
    this.putInForce({ ...loaded, team, secrets: filledIn(loaded.secrets, parcel, data) });
    // With the same text it is a calendar that another machine has read: two that took turns in it would never end.
    if (isOtherText) await this.refreshCalendars();
  }

  /** A text that is to be in force, made from `parents`. False: it cannot be, nothing has changed. */
  async adoptText(
    good: GoodTeam,
    text: string,
    by: PersonId | null,
    parents: TeamFileEdit["parents"],
    secretsFrom = this.parcelInForce(),
  ): Promise<boolean> {
    const { calendars, mayRefresh, data, local, sealing } = this.options;
    const team = await calendars.use(good.team, good.calendars);
    if (!mayRefresh()) calendars.stop();
    // The file has changed again meanwhile.
    if (team === null) return false;
    const secrets = secretsFrom === null ? good.secrets : filledIn(good.secrets, secretsFrom, data);
    const { base } = this;
    const { text: textBefore } = local;
    this.base = good;
    local.text = text;
    const version = sealing.versionOf(text, parents);
    const edit = version === null ? null : { version, parents };
    if (await this.adopt({ ...good, team, secrets }, by, edit, secretsFrom)) return true;
    this.base = base;
    local.text = textBefore;
    return false;
  }

  /** What this machine says is the team from here on. False: it cannot be, nothing has changed. */
  private async adopt(
    good: GoodTeam,
    by: PersonId | null,
    edit: TeamFileEdit | null,
    secretsFrom = this.parcelInForce(),
  ): Promise<boolean> {
    const { team } = good;
    const { engine, link, problems } = this.options;
    const sealed = this.sealNow(by, secretsFrom);
    // A fact that no machine can send would hold up all that this one says after it.
    if (link() !== null && (sealed === null || !canTravel(team))) {
      problems.set("too-large");
      return false;
    }
    problems.clear("too-large", "waiting");
    // Null also when an older Tocsin has said it, which goes by the revision.
    const version = edit?.version ?? null;
    const takenBefore = this.taken;
    if (version !== null) this.taken = { version, sealed };
    this.putInForce(good);
    // In one turn, so in one commit.
    const adopted = engine.submit({ kind: "team-loaded", team, by, ...(edit !== null && { edit }) });
    if (sealed !== null)
      await engine.submit({
        kind: "team-file-sealed",
        revision: team.revision,
        ...(version !== null && { version }),
        sealed,
      });
    if ((await adopted).ok || edit === null) return true;
    // The journal cannot keep it now. What it was already, it is still.
    this.taken = takenBefore;
    this.isRefused = true;
    return false;
  }

  /** When the others lack the text of what is in force, and this machine has it: after the first invite, or a crash. */
  async sealIfUnsealed(): Promise<void> {
    const { engine, link, local, texts } = this.options;
    const { adoption } = engine.state;
    const { text, version } = local;
    if (link() === null || adoption === null || version !== adoption.version) return;
    // What a person has changed since is another edit.
    if (text === null || !local.isSeen(text)) return;
    if (texts.of(adoption) === null) await this.sealAgain(adoption, null);
  }

  async renewPassword(): Promise<void> {
    const { engine, sealing } = this.options;
    const { adoption } = engine.state;
    const parcel = this.parcelInForce();
    const isTaken = adoption !== null && this.taken?.version === adoption.version;
    if (parcel === null || !isTaken || !sealing.hasNewPassword(parcel)) return;
    await this.sealAgain(adoption, parcel.changedBy as PersonId | null);
  }

  private async sealAgain({ revision, version, generation }: Adoption, by: PersonId | null): Promise<void> {
    const sealed = this.sealNow(by, this.parcelInForce());
    if (sealed === null) return this.options.problems.set("too-large");
    this.taken = { version, sealed };
    const named = generation === null ? {} : { version };
    await this.options.engine.submit({ kind: "team-file-sealed", revision, ...named, sealed });
  }

  /** Null: alone, no file, or too large. */
  private sealNow(by: PersonId | null, before: TeamParcel | null): string | null {
    const { link, clock, local, sealing } = this.options;
    const { text } = local;
    if (link() === null || text === null) return null;
    return sealing.seal(text, before, by, clock.now());
  }

  /** Called for every change among the machines; asking the calendars anew would cut off what is being read. */
  async refreshCalendarsInTurn(): Promise<void> {
    if (this.options.mayRefresh() !== this.refreshes) await this.refreshCalendars();
  }

  async refreshCalendars(): Promise<void> {
    const { calendars, mayRefresh } = this.options;
    this.refreshes = mayRefresh();
    if (this.base === null || !this.refreshes) return calendars.stop();
    if (this.base.calendars.length === 0) return;
    const team = await calendars.use(this.base.team, this.base.calendars);
    if (team !== null) await this.adoptCalendars(team);
  }

  async adoptCalendars(team: Team): Promise<void> {
    const { calendars, engine, link, mayRefresh } = this.options;
    const { adoption } = engine.state;
    if (!mayRefresh() || adoption === null || team.revision === adoption.revision) return;
    // What the team knows of a calendar is better than what a machine that has never read it knows.
    if (link() !== null && !calendars.isComplete) return;
    // Of another edit it says nothing.
    if (link() !== null && !this.isTaken(adoption)) return;
    const edit = adoption.generation === null ? null : adoption;
    await this.adopt({ ...this.current, team }, null, edit);
  }

  load(text: string): LoadedTeam {
    const { clock, file } = this.options;
    return loadTeam(
      text,
      file,
      engineLoadOptions(() => clock.now()),
    );
  }

  private parcelInForce() {
    return this.options.sealing.parcelOf(this.options.engine.state.adoption);
  }

  /** This machine was revoked: from here on nobody and nothing is in force. */
  forget(): void {
    this.options.calendars.stop();
    this.base = null;
    this.taken = null;
    this.putInForce(nobody);
    this.isForgotten = true;
  }

  private putInForce(good: GoodTeam): void {
    // Something was under way when it was forgotten.
    if (this.isForgotten) return;
    this.current = good;
    this.options.listener.onTeam(good);
  }
}
