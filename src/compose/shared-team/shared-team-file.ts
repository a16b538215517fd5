/**
 * Keeps the team file of this machine and the team in the facts together: a person's edit becomes a fact, another
 * machine's fact becomes the file. Made by `compose`, before the engine starts. On a machine that is alone the file is
 * the team, and nothing is sealed.
 *
 * In force is what the domain says (`state.team`); from the file come the secrets, the calendars and the text.
 */
import { printFault } from "#config/fault";
import { loadTeam, type LoadedTeam } from "#config/load-team";
import { readTeamFile } from "#config/read-team-file";
import type { TeamWatch } from "#config/watch-team";
import type { PersonId, TeamRevision } from "#domain/ids";
import type { Team } from "#domain/team";
import { loadOptions, watchTeamFile, type GoodTeam } from "../team-file.ts";
import { findTeam, type FoundTeam } from "./find-team.ts";
import { LocalTeamFile } from "./local-team-file.ts";
import { LostEdits } from "./lost-edits.ts";
import { SealedTexts } from "./sealed-texts.ts";
import { nobody, type SharedTeamFileOptions } from "./shared-team-options.ts";
import { teamChanges, type TeamChange } from "./team-history.ts";
import { notUnderstoodText, TeamProblems } from "./team-problems.ts";
import { canTravel } from "./team-parcel.ts";
import { TeamSealing } from "./team-sealing.ts";
import { filledIn } from "./team-secrets.ts";

export type OpenedSharedTeam =
  | { readonly ok: true; readonly shared: SharedTeamFile }
  /** The file is faulty, and no good one is known. */
  | { readonly ok: false; readonly text: string };

/** How long a machine that knows no team waits for the others before it goes by its own file. */
const waitForTeamMs = 15_000;

type Good = LoadedTeam & { readonly ok: true };

export class SharedTeamFile {
  /** The team in force and its secrets; nobody and nothing on a machine that waits for its team. */
  current: GoodTeam;
  /** A one-person default has just been written. */
  readonly isNew: boolean;
  /** The faults of the file at the start, when the last good one is in force instead. */
  readonly refused: string | null;

  readonly file: string;

  private readonly local: LocalTeamFile;
  private readonly texts: SealedTexts;
  private readonly sealing: TeamSealing;
  private readonly lost: LostEdits;
  private readonly problems: TeamProblems;
  /** As the file says it, without what the calendars add; null: there is none yet. */
  private base: GoodTeam | null;
  /** What of the facts is in force here; null: nothing. */
  private taken: { readonly revision: TeamRevision; readonly sealed: string | null } | null = null;
  private last: Promise<void> = Promise.resolve();
  private readonly stops: (() => void)[] = [];
  private watch: TeamWatch | null = null;
  private mayWatch = false;
  /** Whether it was this machine's turn to read the calendars when they were last thought of. */
  private refreshes: boolean | null = null;
  private stopWaiting: (() => void) | null = null;

  private constructor(
    private readonly options: SharedTeamFileOptions,
    { file, good, text, isNew, refused }: FoundTeam,
  ) {
    const { data, engine, history, link, listener } = options;
    this.file = file;
    this.current = good;
    this.isNew = isNew;
    this.refused = refused;
    this.base = good === nobody ? null : good;
    this.local = new LocalTeamFile(file, data, text);
    this.texts = new SealedTexts({ state: () => engine.state, history });
    this.sealing = new TeamSealing(file, link, this.texts);
    this.lost = new LostEdits(options, this.local, this.sealing);
    this.problems = new TeamProblems(listener);
  }

  /** Reads the file; on a machine that is alone and has none, makes one. The engine need not have started. */
  static async open(options: SharedTeamFileOptions): Promise<OpenedSharedTeam> {
    const found = await findTeam(options);
    return found.ok ? { ok: true, shared: new SharedTeamFile(options, found) } : found;
  }

  /** Before the engine starts: a machine that is alone has its team in the first commit. */
  async beforeStart(): Promise<void> {
    const { calendars, engine, link } = this.options;
    if (link() !== null || this.base === null) return;
    const team = (await calendars.use(this.base.team, this.base.calendars)) ?? this.base.team;
    // First of all inputs: an alert that somebody raises because of the team needs it.
    void engine.submit({ kind: "team-loaded", team });
    this.putInForce({ ...this.current, team });
    this.local.remember(team.revision);
  }

  /** Once the engine has read its journal. */
  async afterStart(): Promise<void> {
    const { engine } = this.options;
    if (this.refused !== null) this.problems.refused(this.file, this.refused);
    this.stops.push(
      engine.onChange(({ facts }) => {
        this.texts.note(facts);
        const concerns = facts.some(({ kind }) => kind === "team-adopted" || kind === "team-file-sealed");
        if (concerns) void this.serially(() => this.reconcile());
      }),
    );
    await this.serially(() => this.begin());
  }

  /** Tells of edits from here on; where there is no file yet, from when there is one. */
  startWatching(): void {
    this.mayWatch = true;
    const { text } = this.local;
    const { data, clock, link, person } = this.options;
    if (this.watch !== null || (text === null && this.refused === null && link() !== null)) return;
    this.watch = watchTeamFile({ file: this.file, text }, data, () => clock.now(), {
      onTeam: (good, edited) => void this.serially(() => this.edited(good, edited, person())),
      onRefused: (faults) => this.problems.refused(this.file, faults),
    });
  }

  stop(): void {
    this.watch?.stop();
    this.stopWaiting?.();
    for (const stop of this.stops.splice(0)) stop();
  }

  /** Tocsin itself has changed the file for somebody (an override). Resolves once it is in force. */
  tookOver(good: Good, text: string, by: PersonId | null): Promise<void> {
    this.watch?.tookOver(text);
    return this.serially(() => this.edited(good, text, by));
  }

  /** The refresher's `onTeam`: a calendar has changed. */
  calendarsChanged(team: Team): Promise<void> {
    return this.serially(() => this.adoptCalendars(team));
  }

  /** This machine belongs to a team now: its file goes to the others. */
  belongs(): Promise<void> {
    return this.serially(() => this.sealWhatIsInForce());
  }

  /** It may be another machine's turn to read the calendars. */
  standingChanged(): Promise<void> {
    return this.serially(async () => {
      // Called for every change among the machines; asking the calendars anew would cut off what is being read.
      if (this.options.mayRefresh() !== this.refreshes) await this.refreshCalendars();
    });
  }

  /** The file as it is now, for whom the watch is too slow. */
  lookAtFile(): Promise<void> {
    return this.serially(async () => {
      const read = await readTeamFile(this.file);
      const loaded = read.ok ? this.load(read.text) : read;
      if (read.ok && loaded.ok) return this.edited(loaded, read.text, this.options.person());
      const faults = loaded.ok ? [] : loaded.faults.map(printFault);
      this.problems.refused(this.file, faults.join("\n"));
    });
  }

  /** Once all that has come so far is dealt with. */
  settled(): Promise<void> {
    return this.serially(async () => {});
  }

  /** For a machine that joins; null: this one waits for it itself. */
  get text(): string | null {
    return this.local.text;
  }

  changes(): readonly TeamChange[] {
    return teamChanges(this.options.history(), this.options.link()?.teamKey ?? null);
  }

  private async begin(): Promise<void> {
    const { link, engine, person, clock } = this.options;
    if (link() === null) return;
    if (engine.state.team === null) {
      this.problems.set("waiting");
      // Its own file is better than none, but it may be an old one: the others come first.
      const wait = () => void this.serially(() => this.goByOwnFile());
      this.stopWaiting = clock.callAfter(waitForTeamMs, wait);
      return;
    }
    if (this.local.isEdited && this.base !== null) await this.edited(this.base, this.local.text!, person());
    await this.reconcile();
    await this.renewPassword();
    await this.refreshCalendars();
  }

  private async goByOwnFile(): Promise<void> {
    if (this.options.engine.state.team !== null || this.base === null || this.local.text === null) return;
    await this.adoptFile(this.base, this.local.text, null);
  }

  /** Brings file and secrets in line with what the facts say is in force. */
  private async reconcile(): Promise<void> {
    const { team } = this.options.engine.state;
    if (this.options.link() === null || team === null) return;
    this.stopWaiting?.();
    this.problems.clear("waiting");
    const sealed = this.texts.of(team.revision);
    const isTaken = this.taken?.revision === team.revision && this.taken.sealed === sealed;
    if (!isTaken && sealed !== null) await this.take(team, sealed);
    else if (this.current.team !== team) this.putInForce({ ...this.current, team });
    await this.sealWhatIsInForce();
    await this.settleRivals();
  }

  private async take(team: Team, sealed: string): Promise<void> {
    const parcel = this.sealing.open(sealed);
    const loaded = parcel === null ? null : this.load(parcel.text);
    if (parcel === null) this.problems.set("locked");
    else this.problems.clear("locked");
    if (loaded?.ok === false)
      this.problems.say("not-understood", notUnderstoodText(loaded.faults[0]?.text ?? "faulty"));
    else this.problems.clear("not-understood");
    // What the team is, is in the facts anyway.
    if (parcel === null || loaded === null || !loaded.ok) return this.putInForce({ ...this.current, team });

    const isOtherText = this.base === null || this.local.text !== parcel.text;
    await this.follow(parcel.text, team.revision);
    this.base = loaded;
    this.taken = { revision: team.revision, sealed };
    this.putInForce({ ...loaded, team, secrets: filledIn(loaded.secrets, parcel, this.options.data) });
    // With the same text it is a calendar that another machine has read: two that took turns in it would never end.
    if (isOtherText) await this.refreshCalendars();
  }

  /** The file becomes what the team has. What somebody is writing into it at this moment is set aside, not lost. */
  private async follow(text: string, revision: TeamRevision): Promise<void> {
    const { person } = this.options;
    this.watch?.tookOver(text);
    const { overwritten, fault } = await this.local.follow(text, revision);
    if (overwritten !== null) this.lost.setAsideOwn(overwritten, person(), text);
    if (fault === null) this.problems.clear("not-written", "refused");
    else this.problems.say("not-written", `The team file could not be brought up to date: ${fault}.`);
    if (this.mayWatch) this.startWatching();
  }

  /** A person has changed the file on this machine. */
  private async edited(good: GoodTeam, text: string, by: PersonId | null): Promise<void> {
    const { link, engine } = this.options;
    this.problems.clear("refused");
    if (link() !== null && this.local.isSeen(text)) return;
    const revision = engine.state.team?.revision ?? null;
    const madeFrom = this.local.revision;
    const inForce = madeFrom === null || madeFrom === revision ? null : this.sealing.textOf(revision);
    if (revision !== null && inForce !== null && inForce !== text) {
      // The team has moved on while it was written, and the file had not followed yet.
      this.lost.setAsideOwn(text, by, inForce);
      this.local.write(inForce, revision);
      this.taken = null;
      return this.reconcile();
    }
    await this.adoptFile(good, text, by);
    await this.settleRivals();
  }

  private async adoptFile(good: GoodTeam, text: string, by: PersonId | null): Promise<void> {
    const { calendars, mayRefresh, data } = this.options;
    const team = await calendars.use(good.team, good.calendars);
    if (!mayRefresh()) calendars.stop();
    // The file has changed again meanwhile.
    if (team === null) return;
    const before = this.parcelInForce();
    const secrets = before === null ? good.secrets : filledIn(good.secrets, before, data);
    const { base } = this;
    const { text: textBefore } = this.local;
    this.base = good;
    this.local.text = text;
    if (await this.adopt({ ...good, team, secrets }, by)) return;
    this.base = base;
    this.local.text = textBefore;
  }

  /** What this machine says is the team from here on; the file is its text. False: it cannot be, nothing has changed. */
  private async adopt(good: GoodTeam, by: PersonId | null): Promise<boolean> {
    const { team } = good;
    const { engine, link } = this.options;
    const sealed = this.sealNow(by);
    // A fact that no machine can send would hold up all that this one says after it.
    if (link() !== null && (sealed === null || !canTravel(team))) {
      this.problems.set("too-large");
      return false;
    }
    this.problems.clear("too-large");
    this.taken = { revision: team.revision, sealed };
    this.local.remember(team.revision);
    this.problems.clear("waiting");
    this.putInForce(good);
    // In one turn, so in one commit.
    const adopted = engine.submit({ kind: "team-loaded", team, by });
    if (sealed !== null) await engine.submit({ kind: "team-file-sealed", revision: team.revision, sealed });
    await adopted;
    return true;
  }

  /** When the others lack the text of what is in force, and this machine has it: after the first invite, or a crash. */
  private async sealWhatIsInForce(): Promise<void> {
    const { engine, link } = this.options;
    const revision = engine.state.team?.revision ?? null;
    if (link() === null || revision === null || this.local.revision !== revision) return;
    if (this.texts.of(revision) === null) await this.sealAgain(revision, null);
  }

  private async renewPassword(): Promise<void> {
    const parcel = this.parcelInForce();
    if (parcel === null || this.taken === null || !this.sealing.hasNewPassword(parcel)) return;
    await this.sealAgain(this.taken.revision, parcel.changedBy as PersonId | null);
  }

  private async sealAgain(revision: TeamRevision, by: PersonId | null): Promise<void> {
    const sealed = this.sealNow(by);
    if (sealed === null) return this.problems.set("too-large");
    this.taken = { revision, sealed };
    await this.options.engine.submit({ kind: "team-file-sealed", revision, sealed });
  }

  /** Null: alone, no file, or too large. */
  private sealNow(by: PersonId | null): string | null {
    const { link, clock } = this.options;
    const { text } = this.local;
    if (link() === null || text === null) return null;
    return this.sealing.seal(text, this.parcelInForce(), by, clock.now());
  }

  private async refreshCalendars(): Promise<void> {
    const { calendars, mayRefresh } = this.options;
    this.refreshes = mayRefresh();
    if (this.base === null || !this.refreshes) return calendars.stop();
    if (this.base.calendars.length === 0) return;
    const team = await calendars.use(this.base.team, this.base.calendars);
    if (team !== null) await this.adoptCalendars(team);
  }

  private async adoptCalendars(team: Team): Promise<void> {
    const { calendars, engine, link, mayRefresh } = this.options;
    if (!mayRefresh() || engine.state.team === null || team.revision === engine.state.team.revision) return;
    // What the team knows of a calendar is better than what a machine that has never read it knows.
    if (link() !== null && !calendars.isComplete) return;
    await this.adopt({ ...this.current, team }, null);
  }

  private async settleRivals(): Promise<void> {
    const again = this.lost.settle();
    if (again !== null) await this.makeAgain(again.text, again.by);
  }

  private async makeAgain(text: string, by: PersonId | null): Promise<void> {
    const loaded = this.load(text);
    if (!loaded.ok) return;
    this.watch?.tookOver(text);
    this.local.write(text, this.local.revision);
    await this.adoptFile(loaded, text, by);
  }

  private parcelInForce() {
    return this.sealing.parcelOf(this.options.engine.state.team?.revision ?? null);
  }

  private load(text: string): LoadedTeam {
    const { clock } = this.options;
    return loadTeam(
      text,
      this.file,
      loadOptions(() => clock.now()),
    );
  }

  private putInForce(good: GoodTeam): void {
    this.current = good;
    this.options.listener.onTeam(good);
  }

  /** One thing at a time: an edit and a fact that come at once are looked at one after the other. */
  private serially(task: () => Promise<void>): Promise<void> {
    this.last = this.last.then(task).catch((error: unknown) => this.options.listener.onFault(error));
    return this.last;
  }
}
