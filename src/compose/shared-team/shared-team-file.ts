/**
 * Keeps the team file of this machine and the team in the facts together: a person's edit becomes a fact, another
 * machine's fact becomes the file. Made by `compose`, before the engine starts. On a machine that is alone the file is
 * the team, and nothing is sealed.
 *
 * In force is what the domain says (`state.team`); from the file come the secrets, the calendars and the text. An edit
 * is made from what the file had before. Where the team has moved on since, it is merged into what is in force.
 */
import { printFault } from "#config/fault";
import type { TeamWatch } from "#config/watch-team";
import type { TeamFileEdit } from "#domain/input";
import type { Adoption } from "#domain/state";
import type { Team } from "#domain/team";
import { watchTeamFile, type GoodTeam } from "../team-file.ts";
import { findTeam, type FoundTeam } from "./find-team.ts";
import { forgetTeamSecrets } from "./forget-team.ts";
import { LocalTeamFile } from "./local-team-file.ts";
import { SealedTexts } from "./sealed-texts.ts";
import type { SharedTeamFileOptions } from "./shared-team-options.ts";
import { teamChanges, type TeamChange } from "./team-history.ts";
import { TeamInForce } from "./team-in-force.ts";
import { TeamProblems } from "./team-problems.ts";
import { TeamMerges } from "./team-merges.ts";
import { TeamSealing } from "./team-sealing.ts";

export type OpenedSharedTeam =
  | { readonly ok: true; readonly shared: SharedTeamFile }
  /** The file is faulty, and no good one is known. */
  | { readonly ok: false; readonly text: string };

/** How long a machine that knows no team waits for the others before it goes by its own file. */
const waitForTeamMs = 15_000;

export class SharedTeamFile {
  /** A one-person default has just been written. */
  readonly isNew: boolean;
  /** The faults of the file at the start, when the last good one is in force instead. */
  readonly refused: string | null;

  readonly file: string;

  private readonly local: LocalTeamFile;
  private readonly texts: SealedTexts;
  private readonly sealing: TeamSealing;
  private readonly merges: TeamMerges;
  private readonly problems: TeamProblems;
  private readonly inForce: TeamInForce;
  private last: Promise<void> = Promise.resolve();
  private readonly stops: (() => void)[] = [];
  private watch: TeamWatch | null = null;
  private mayWatch = false;
  private stopWaiting: (() => void) | null = null;
  /** Something is left to be done once this machine has heard what the others did. */
  private waitsForTurn = false;
  private isForgotten: boolean;

  private constructor(
    private readonly options: SharedTeamFileOptions,
    { file, good, text, isNew, refused, isForgotten }: FoundTeam,
  ) {
    const { data, engine, history, link, listener } = options;
    this.isForgotten = isForgotten;
    this.file = file;
    this.isNew = isNew;
    this.refused = refused;
    this.local = new LocalTeamFile(file, data, text);
    this.texts = new SealedTexts({ state: () => engine.state, history });
    this.sealing = new TeamSealing(file, link, this.texts);
    this.problems = new TeamProblems(listener);
    const { local, sealing, texts, problems } = this;
    this.inForce = new TeamInForce(good, { ...options, file, local, sealing, texts, problems });
    const onDue = () => void this.serially(() => this.reconcile());
    this.merges = new TeamMerges(options, file, this.local, this.sealing, onDue);
  }

  /** Reads the file; on a machine that is alone and has none, makes one. The engine need not have started. */
  static async open(options: SharedTeamFileOptions): Promise<OpenedSharedTeam> {
    const found = await findTeam(options);
    return found.ok ? { ok: true, shared: new SharedTeamFile(options, found) } : found;
  }

  /** Before the engine starts: a machine that is alone has its team in the first commit. */
  async beforeStart(): Promise<void> {
    if (this.options.link() === null) await this.inForce.begin();
  }

  /** Once the engine has read its journal. */
  async afterStart(): Promise<void> {
    const { engine } = this.options;
    if (this.refused !== null) this.problems.refused(this.file, this.refused);
    this.stops.push(
      engine.onChange(({ facts, health }) => {
        this.texts.note(facts);
        const concerns = facts.some(({ kind }) => kind === "team-adopted" || kind === "team-file-sealed");
        if (concerns) void this.serially(() => this.reconcile());
        if (health.ready && this.inForce.isRefused) void this.serially(() => this.sayAgain());
      }),
    );
    await this.serially(() => this.begin());
  }

  /** Tells of edits from here on; where there is no file yet, from when there is one. */
  startWatching(): void {
    if (this.isForgotten) return;
    this.mayWatch = true;
    const { text } = this.local;
    const { data, clock, link } = this.options;
    if (this.watch !== null || (text === null && this.refused === null && link() !== null)) return;
    this.watch = watchTeamFile({ file: this.file, text }, data, () => clock.now(), {
      onTeam: () => void this.lookAtFile(),
      onRefused: (faults) => this.problems.refused(this.file, faults),
    });
  }

  stop(): void {
    this.watch?.stop();
    this.stopWaiting?.();
    this.merges.stop();
    for (const stop of this.stops.splice(0)) stop();
  }

  /** This machine was revoked: the team's secrets go from memory and from the data folder. */
  forget(): void {
    this.isForgotten = true;
    this.stop();
    this.watch = null;
    this.local.text = null;
    this.inForce.forget();
    const { data, listener } = this.options;
    for (const file of forgetTeamSecrets(data))
      listener.onFault(new Error(`The team's secrets could not be taken out of ${file}: remove it by hand.`));
  }

  /** Tocsin itself has changed the file for somebody (an override). Resolves once it is in force. */
  tookOver(text: string): Promise<void> {
    this.watch?.tookOver(text);
    return this.lookAtFile();
  }

  /** The refresher's `onTeam`: a calendar has changed. */
  calendarsChanged(team: Team): Promise<void> {
    return this.serially(() => this.inForce.adoptCalendars(team));
  }

  /** This machine belongs to a team now: its file goes to the others. */
  belongs(): Promise<void> {
    return this.serially(() => this.inForce.sealIfUnsealed());
  }

  /** It may be another machine's turn to read the calendars, or this one's to say what changed here meanwhile. */
  standingChanged(): Promise<void> {
    return this.serially(async () => {
      if (this.waitsForTurn && this.options.turn() !== null) await this.reconcile();
      await this.inForce.refreshCalendarsInTurn();
    });
  }

  /** The file as it is now, for whom the watch is too slow. */
  lookAtFile(): Promise<void> {
    return this.serially(() => (this.options.link() === null ? this.readAlone() : this.reconcile()));
  }

  /** Once all that has come so far is dealt with. */
  settled(): Promise<void> {
    return this.serially(async () => {});
  }

  /** The team in force and its secrets; nobody and nothing on a machine that waits for its team. */
  get current(): GoodTeam {
    return this.inForce.current;
  }

  /** For a machine that joins; null: this one waits for it itself. */
  get text(): string | null {
    return this.local.text;
  }

  changes(): readonly TeamChange[] {
    return teamChanges(this.options.history(), this.options.link()?.teamKey ?? null);
  }

  private async begin(): Promise<void> {
    const { link, engine, clock } = this.options;
    if (link() === null) {
      if (engine.state.adoption !== null) this.local.remember(engine.state.adoption);
      return;
    }
    if (engine.state.team === null) {
      this.problems.set("waiting");
      // Its own file is better than none, but it may be an old one: the others come first.
      const wait = () => void this.serially(() => this.goByOwnFile());
      this.stopWaiting = clock.callAfter(waitForTeamMs, wait);
      return;
    }
    await this.reconcile();
    await this.inForce.renewPassword();
    await this.inForce.refreshCalendars();
  }

  /** What the journal could not keep: the file as it is by now. */
  private async sayAgain(): Promise<void> {
    if (!this.inForce.isRefused) return;
    this.inForce.isRefused = false;
    await this.reconcile();
    await this.inForce.refreshCalendars();
  }

  private async goByOwnFile(): Promise<void> {
    const { text } = this.local;
    const loaded = text === null ? null : this.inForce.load(text);
    if (this.options.engine.state.team !== null || text === null || loaded?.ok !== true) return;
    await this.inForce.adoptText(loaded, text, null, []);
  }

  /** Brings file and secrets in line with what the facts say is in force, and the facts with what people changed here. */
  private async reconcile(): Promise<void> {
    const { team, adoption } = this.options.engine.state;
    if (this.options.link() === null || team === null || adoption === null) return;
    this.stopWaiting?.();
    this.waitsForTurn = false;
    this.problems.clear("waiting");
    await this.inForce.follow(team, adoption);
    await this.inForce.sealIfUnsealed();
    await this.bringFileAlong();
    await this.mergeRivals();
    this.merges.tellAuthor();
    this.problems.setAside(this.local.setAside);
  }

  /** The file on this machine's disk becomes what the team has; what a person has written into it, becomes the team's. */
  private async bringFileAlong(): Promise<void> {
    for (let tries = 0; tries < 5; tries += 1) {
      const { adoption } = this.options.engine.state;
      if (adoption === null) return;
      const text = this.sealing.textOf(adoption);
      const onDisk = await this.local.onDisk();
      const isEdit = onDisk !== null && onDisk !== text && !this.local.isSeen(onDisk);
      if (isEdit && this.options.turn() === null) return void (this.waitsForTurn = true);
      if (isEdit && this.local.version === adoption.version) return this.takeEdit(onDisk, adoption);
      // Not here yet, or not understood.
      if (text === null || !this.inForce.isTaken(adoption)) return;
      if (isEdit ? await this.mergeEdit(onDisk, text, adoption) : await this.follow(text, onDisk)) return;
    }
  }

  /** Made from what is in force. */
  private async takeEdit(text: string, { version }: Adoption): Promise<void> {
    const loaded = this.inForce.load(text);
    if (!loaded.ok) return this.problems.refused(this.file, loaded.faults.map(printFault).join("\n"));
    this.problems.clear("refused");
    const { person } = this.options;
    if (await this.inForce.adoptText(loaded, text, person(), [version])) this.rememberFile(text, [version]);
  }

  /** Made from an older one. False: the file has changed meanwhile. */
  private async mergeEdit(text: string, inForce: string, adoption: Adoption): Promise<boolean> {
    const merged = this.merges.ofFile(text, inForce, adoption);
    const { person } = this.options;
    const { parents } = merged;
    const loaded = this.inForce.load(merged.text);
    if (loaded.ok && (merged.text !== inForce || parents.length > 1)) {
      if (!(await this.inForce.adoptText(loaded, merged.text, person(), parents))) return true;
      this.merges.wasTold(this.sealing.versionOf(merged.text, parents)!);
    }
    this.merges.setAsideOwn(text, merged.lost, inForce, adoption);
    return this.follow(merged.text, text);
  }

  /** False: the file has changed meanwhile. */
  private async follow(text: string, onDisk: string | null): Promise<boolean> {
    const adoption = this.options.engine.state.adoption!;
    // Somebody has removed it: no edit, and nothing new to put there.
    if (onDisk === null && this.local.version === adoption.version) return true;
    this.watch?.tookOver(text);
    const followed = await this.local.follow(text, onDisk, adoption);
    if (followed.isOvertaken) return false;
    const { fault } = followed;
    if (fault === null) this.problems.clear("not-written", "refused");
    else this.problems.say("not-written", `The team file could not be brought up to date: ${fault}.`);
    if (this.mayWatch) this.startWatching();
    return true;
  }

  private async mergeRivals(): Promise<void> {
    if (this.merges.areWanted && this.options.turn() === null) return void (this.waitsForTurn = true);
    for (let rival = this.merges.next(); rival !== null; rival = this.merges.next()) {
      const loaded = this.inForce.load(rival.text);
      if (!loaded.ok) return;
      if (!(await this.inForce.adoptText(loaded, rival.text, rival.by, rival.parents, rival.secretsFrom)))
        return;
      await this.bringFileAlong();
    }
  }

  /** On a machine that is alone the file is the team. */
  private async readAlone(): Promise<void> {
    const text = await this.local.onDisk();
    const loaded = text === null ? null : this.inForce.load(text);
    if (text === null || loaded === null) return;
    if (!loaded.ok) return this.problems.refused(this.file, loaded.faults.map(printFault).join("\n"));
    this.problems.clear("refused");
    const { engine, person } = this.options;
    if ((await this.inForce.adoptText(loaded, text, person(), [])) && engine.state.adoption !== null)
      this.local.remember(engine.state.adoption);
  }

  /** What is on the disk is this edit, in force or not. */
  private rememberFile(text: string, parents: TeamFileEdit["parents"]): void {
    const version = this.sealing.versionOf(text, parents);
    const made = this.options.engine.state.adoptions.find((one) => one.version === version);
    if (made !== undefined) this.local.remember(made);
  }

  /** One thing at a time: an edit and a fact that come at once are looked at one after the other. */
  private serially(task: () => Promise<void>): Promise<void> {
    const unlessForgotten = async () => (this.isForgotten ? undefined : task());
    this.last = this.last
      .then(unlessForgotten)
      .catch((error: unknown) => this.options.listener.onFault(error));
    return this.last;
  }
}
