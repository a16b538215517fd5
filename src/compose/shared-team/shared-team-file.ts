/**
 * Keeps the team file of this machine and the team in the facts together: a person's edit becomes a fact, another
 * machine's fact becomes the file. Made by `compose`, before the engine starts. On a machine that is alone the file is
 * the team, and nothing is sealed.
 *
 * In force is what the domain says (`state.team`); from the file come the secrets, the calendars and the text.
 */
import { basename, join } from "node:path";
import { printFault } from "#config/fault";
import { loadTeam, type LoadedTeam } from "#config/load-team";
import { readTeamFile } from "#config/read-team-file";
import type { TeamWatch } from "#config/watch-team";
import type { CalendarSource } from "#config/calendars/calendar-source";
import type { MachineId, PersonId, TeamRevision } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import type { Adoption } from "#domain/state";
import type { Team } from "#domain/team";
import type { Clock, Engine } from "#engine/ports";
import {
  keepLastGood,
  loadOptions,
  openTeamFile,
  watchTeamFile,
  type GoodTeam,
  type OpenedTeam,
} from "../../team-file.ts";
import { SealedTexts } from "./sealed-texts.ts";
import { hashOfText, keepSeenTeam, placeTeamFile, readSeenTeam, type SeenTeam } from "./seen-team.ts";
import { tellOfConflict, wasFollowed, type LostEdit, type TeamConflict } from "./team-conflicts.ts";
import { parentsOf, teamChanges, type TeamChange } from "./team-history.ts";
import { packTeamFile, unpackTeamFile, type TeamParcel } from "./team-parcel.ts";
import { filledIn, ownAuthority, ownPassword } from "./team-secrets.ts";

export interface SharedTeamFileOptions {
  /** The team file; null: `DATA/team.yaml`. */
  readonly file: string | null;
  readonly data: string;
  readonly clock: Pick<Clock, "now" | "callAt">;
  readonly engine: Pick<Engine, "state" | "submit" | "onChange">;
  readonly calendars: TeamCalendars;
  /** Null: this machine is alone. May become one at any time, and then `belongs` is called. */
  readonly link: () => TeamLink | null;
  /** Whose machine it is: who changes the file on it. */
  readonly person: () => PersonId | null;
  /** Whether this machine reads the team's calendars: the coordinator. `standingChanged` when it may have changed. */
  readonly mayRefresh: () => boolean;
  /** All facts of the journal, in order of arrival. */
  readonly history: () => Iterable<JournaledFact>;
  readonly listener: SharedTeamListener;
}

export interface TeamLink {
  readonly machine: MachineId;
  /** 32 bytes. */
  readonly teamKey: Uint8Array;
}

/** The calendar refresher, as seen from here. */
export interface TeamCalendars {
  /** The team with what is known of its calendars; null: overtaken by another call. */
  use(team: Team, sources: readonly CalendarSource[]): Promise<Team | null>;
  stop(): void;
  /** Whether every calendar has been read at least once, now or before. */
  readonly isComplete: boolean;
}

export interface SharedTeamListener {
  /** Another team, or other secrets, are in force. */
  onTeam(good: GoodTeam): void;
  /** What is wrong with the team file, with the remedy; null: nothing (any more). */
  onProblem(text: string | null): void;
  /** An edit is not in force and has been set aside. Once each. */
  onConflict(conflict: TeamConflict): void;
  /** Something failed that should not. */
  onFault(error: unknown): void;
}

export type OpenedSharedTeam =
  | { readonly ok: true; readonly shared: SharedTeamFile }
  /** The file is faulty, and no good one is known. */
  | { readonly ok: false; readonly text: string };

/** How long a machine that knows no team waits for the others before it goes by its own file. */
const waitForTeamMs = 15_000;

type Good = LoadedTeam & { readonly ok: true };
type Cause = "refused" | "waiting" | "locked" | "not-understood" | "not-written" | "too-large";

export class SharedTeamFile {
  /** The team in force and its secrets; nobody and nothing on a machine that waits for its team. */
  current: GoodTeam;
  /** A one-person default has just been written. */
  readonly isNew: boolean;
  /** The faults of the file at the start, when the last good one is in force instead. */
  readonly refused: string | null;
  readonly file: string;

  private text: string | null;
  /** Without what the calendars say. */
  private base: Pick<GoodTeam, "team" | "calendars"> | null;
  private seen: SeenTeam;
  /** What of the facts is in force here; null: nothing. */
  private taken: { readonly revision: TeamRevision; readonly sealed: string | null } | null = null;
  private readonly texts: SealedTexts;
  private readonly problems = new Map<Cause, string>();
  private told: string | null = null;
  private last: Promise<void> = Promise.resolve();
  private readonly stops: (() => void)[] = [];
  private watch: TeamWatch | null = null;
  private stopWaiting: (() => void) | null = null;

  private constructor(
    private readonly options: SharedTeamFileOptions,
    private readonly opened: (OpenedTeam & { ok: true }) | null,
    faults: string | null,
  ) {
    const { file, data, history, engine } = options;
    this.file = file ?? join(data, "team.yaml");
    this.current = opened?.good ?? nobody;
    this.base = opened?.good ?? null;
    this.text = opened?.text ?? null;
    this.isNew = opened?.isNew ?? false;
    this.refused = opened?.refused ?? faults;
    this.seen = readSeenTeam(data);
    this.texts = new SealedTexts({ state: () => engine.state, history });
    if (this.refused !== null) this.problems.set("refused", this.refusedText(this.refused));
  }

  /** Reads the file; on a machine that is alone and has none, makes one. The engine need not have started. */
  static async open(options: SharedTeamFileOptions): Promise<OpenedSharedTeam> {
    const { file, data, clock, link } = options;
    const belongs = link() !== null;
    if (belongs) {
      // A machine of a team gets its file from the team, and must not invent one.
      const read = await readTeamFile(file ?? join(data, "team.yaml"));
      if (!read.ok && read.missing) return { ok: true, shared: new SharedTeamFile(options, null, null) };
    }
    const opened = await openTeamFile(file, data, () => clock.now());
    if (opened.ok) return { ok: true, shared: new SharedTeamFile(options, opened, null) };
    return belongs ? { ok: true, shared: new SharedTeamFile(options, null, opened.text) } : opened;
  }

  /** Before the engine starts: a machine that is alone has its team in the first commit. */
  async beforeStart(): Promise<void> {
    if (this.options.link() === null) await this.useFile();
  }

  /** Once the engine has read its journal. */
  async afterStart(): Promise<void> {
    const { engine } = this.options;
    this.stops.push(
      engine.onChange(({ facts }) => {
        this.texts.note(facts);
        const concerns = facts.some(({ kind }) => kind === "team-adopted" || kind === "team-file-sealed");
        if (concerns) void this.serially(() => this.reconcile());
      }),
    );
    this.tellProblem();
    await this.serially(() => this.begin());
  }

  /** Watches the file from here on. */
  startWatching(): void {
    const { data, clock } = this.options;
    const opened = this.opened ?? { ok: true, good: nobody, isNew: false, refused: null, file: this.file };
    this.watch = watchTeamFile({ ...opened, text: this.text }, data, () => clock.now(), {
      onTeam: (good, text) => void this.serially(() => this.edited(good, text, this.options.person())),
      onRefused: (faults) => this.setProblem("refused", this.refusedText(faults)),
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
    return this.serially(async () => {
      const { link, mayRefresh, calendars } = this.options;
      if (!mayRefresh() || (link() !== null && !calendars.isComplete)) return;
      await this.adopt({ ...this.current, team }, null);
    });
  }

  /** This machine belongs to a team now: its file goes to the others. */
  belongs(): Promise<void> {
    return this.serially(() => this.sealWhatIsInForce());
  }

  /** It may be another machine's turn to read the calendars. */
  standingChanged(): Promise<void> {
    return this.serially(() => this.refreshCalendars());
  }

  /** The file as it is now, for whom the watch is too slow. */
  lookAtFile(): Promise<void> {
    return this.serially(async () => {
      const { clock, person } = this.options;
      const read = await readTeamFile(this.file);
      const loaded = read.ok
        ? loadTeam(
            read.text,
            this.file,
            loadOptions(() => clock.now()),
          )
        : read;
      if (read.ok && loaded.ok) await this.edited(loaded, read.text, person());
      else if (!loaded.ok)
        this.setProblem("refused", this.refusedText(loaded.faults.map(printFault).join("\n")));
    });
  }

  /** Once all that has come so far is dealt with. */
  settled(): Promise<void> {
    return this.serially(async () => {});
  }

  /** What the file says, for a machine that joins; null: this machine waits for it itself. */
  get fileText(): string | null {
    return this.text;
  }

  changes(): readonly TeamChange[] {
    return teamChanges(this.options.history(), this.options.link()?.teamKey ?? null);
  }

  /** Alone: the file is the team. */
  private async useFile(): Promise<void> {
    const { calendars, engine, listener } = this.options;
    if (this.base === null) return;
    const team = await calendars.use(this.base.team, this.base.calendars);
    if (team !== null) this.current = { ...this.current, team };
    listener.onTeam(this.current);
    this.remember(this.current.team.revision);
    void engine.submit({ kind: "team-loaded", team: this.current.team });
  }

  private async begin(): Promise<void> {
    const { link, engine, person, clock, listener } = this.options;
    if (link() === null) return;
    listener.onTeam(this.current);
    if (engine.state.team === null) {
      const text = "This machine waits for the team: it has joined, and no other engine has sent it yet.";
      this.setProblem("waiting", `${text} Start Tocsin on another machine that is an engine of the team.`);
      // Its own file is better than none, but it may be an old one: the others come first.
      const wait = () => void this.serially(() => this.goByOwnFile());
      this.stopWaiting = clock.callAt(clock.now() + waitForTeamMs, wait);
      return;
    }
    if (this.isEdited() && this.opened !== null && this.text !== null)
      await this.edited(this.opened.good, this.text, person());
    await this.reconcile();
    await this.renewPassword();
  }

  private async goByOwnFile(): Promise<void> {
    if (this.options.engine.state.team !== null || this.base === null || this.text === null) return;
    await this.adoptFile({ ...this.current, ...this.base }, this.text, null);
  }

  /** Brings file and secrets in line with what the facts say is in force. */
  private async reconcile(): Promise<void> {
    const { team } = this.options.engine.state;
    if (this.options.link() === null || team === null) return;
    this.stopWaiting?.();
    this.clearProblem("waiting");
    const sealed = this.texts.of(team.revision);
    const isTaken = this.taken?.revision === team.revision && this.taken.sealed === sealed;
    if (!isTaken && sealed !== null) await this.take(team, sealed);
    else if (this.current.team !== team) this.putInForce({ ...this.current, team });
    await this.sealWhatIsInForce();
    await this.settleRivals();
  }

  private async take(team: Team, sealed: string): Promise<void> {
    const { data, clock, link } = this.options;
    const parcel = unpackTeamFile(sealed, link()!.teamKey);
    if (parcel === null) {
      this.setProblem(
        "locked",
        "The team file that another machine sent cannot be opened with this machine's key, so its keys and mail settings stay as they were. Revoke this machine and let it join again.",
      );
      return this.putInForce({ ...this.current, team });
    }
    this.clearProblem("locked");
    const loaded = loadTeam(
      parcel.text,
      this.file,
      loadOptions(() => clock.now()),
    );
    if (!loaded.ok) {
      this.setProblem(
        "not-understood",
        `Another machine has changed the team file in a way that this Tocsin does not understand (${loaded.faults[0]?.text ?? "faulty"}): its keys and mail settings stay as they were. Update Tocsin on this machine.`,
      );
      return this.putInForce({ ...this.current, team });
    }
    this.clearProblem("not-understood");
    await this.writeDown(parcel, team.revision);
    this.base = loaded;
    this.taken = { revision: team.revision, sealed };
    this.putInForce({ ...loaded, team, secrets: filledIn(loaded.secrets, parcel, data) });
    await this.refreshCalendars();
  }

  /** The file becomes what the team has. What somebody is writing into it at this moment is set aside, not lost. */
  private async writeDown(parcel: TeamParcel, revision: TeamRevision): Promise<void> {
    const { data, person, link } = this.options;
    const onDisk = await readTeamFile(this.file);
    if (!onDisk.ok || onDisk.text !== parcel.text) {
      if (onDisk.ok && hashOfText(onDisk.text) !== this.seen.textHash)
        this.setAside(
          {
            key: hashOfText(onDisk.text).slice(0, 16),
            text: onDisk.text,
            by: person(),
            machine: link()!.machine,
            at: this.options.clock.now(),
          },
          parcel.text,
        );
      this.watch?.tookOver(parcel.text);
      try {
        this.seen = placeTeamFile(this.file, data, parcel.text, revision);
        this.clearProblem("not-written");
      } catch (error) {
        // It is in force all the same; at the next start it is tried again.
        const reason = (error as Error).message;
        this.setProblem("not-written", `The team file could not be brought up to date: ${reason}.`);
      }
    }
    this.text = parcel.text;
    this.remember(revision);
    keepLastGood(data, parcel.text);
    this.clearProblem("refused");
  }

  /** A person has changed the file on this machine. */
  private async edited(good: GoodTeam, text: string, by: PersonId | null): Promise<void> {
    const { link, engine, clock } = this.options;
    this.clearProblem("refused");
    if (link() !== null && hashOfText(text) === this.seen.textHash) return;
    const { team } = engine.state;
    const madeFrom = this.seen.revision;
    if (link() !== null && team !== null && madeFrom !== null && madeFrom !== team.revision) {
      // The team has moved on while it was written, and the file could not follow.
      const sealed = this.texts.of(team.revision);
      const parcel = sealed === null ? null : unpackTeamFile(sealed, link()!.teamKey);
      if (parcel !== null && parcel.text !== text) {
        const key = hashOfText(text).slice(0, 16);
        this.setAside({ key, text, by, machine: link()!.machine, at: clock.now() }, parcel.text);
        this.seen = { ...this.seen, textHash: hashOfText(text) };
        this.taken = null;
        return this.reconcile();
      }
    }
    await this.adoptFile(good, text, by);
    await this.settleRivals();
  }

  private async adoptFile(good: GoodTeam, text: string, by: PersonId | null): Promise<void> {
    const { calendars, mayRefresh, link } = this.options;
    const team = await calendars.use(good.team, good.calendars);
    if (!mayRefresh()) calendars.stop();
    // The file has changed again meanwhile.
    if (team === null) return;
    const before = this.parcelInForce();
    const secrets =
      before === null || link() === null ? good.secrets : filledIn(good.secrets, before, this.options.data);
    this.base = good;
    this.text = text;
    await this.adopt({ ...good, team, secrets }, by);
  }

  /** What this machine says is the team from here on; `this.text` is its file. */
  private async adopt(good: GoodTeam, by: PersonId | null): Promise<void> {
    const { engine, data } = this.options;
    const { revision } = good.team;
    const sealed = this.sealedNow(good, by);
    this.taken = { revision, sealed };
    this.remember(revision);
    if (this.text !== null) keepLastGood(data, this.text);
    this.clearProblem("waiting");
    this.putInForce(good);
    const answers = [engine.submit({ kind: "team-loaded", team: good.team, by })];
    if (sealed !== null) answers.push(engine.submit({ kind: "team-file-sealed", revision, sealed }));
    await Promise.all(answers);
  }

  /** Null: alone, or too large. The password of this machine's environment comes before one that it was sent. */
  private sealedNow({ secrets }: GoodTeam, by: PersonId | null): string | null {
    const link = this.options.link();
    if (link === null || this.text === null) return null;
    const own = ownPassword(this.secretsOfFile() ?? secrets, this.text);
    const before = this.parcelInForce();
    const parcel: TeamParcel = {
      text: this.text,
      file: basename(this.file),
      password: own ?? before?.password ?? null,
      passwordFrom: own === null ? (before?.passwordFrom ?? null) : link.machine,
      authority: ownAuthority(secrets) ?? before?.authority ?? null,
      changedBy: by,
      changedAt: this.options.clock.now(),
    };
    const sealed = packTeamFile(parcel, link.teamKey);
    const text = "The team file is too large to be passed on to the team's other machines. Make it smaller.";
    if (sealed === null) this.setProblem("too-large", text);
    else this.clearProblem("too-large");
    return sealed;
  }

  /** By this machine's environment alone. */
  private secretsOfFile() {
    const loaded = this.text === null ? null : loadTeam(this.text, this.file, { env: process.env });
    return loaded?.ok ? loaded.secrets : null;
  }

  private parcelInForce(): TeamParcel | null {
    const { link, engine } = this.options;
    const { team } = engine.state;
    const sealed = team === null ? null : this.texts.of(team.revision);
    return sealed === null || link() === null ? null : unpackTeamFile(sealed, link()!.teamKey);
  }

  /** When the others lack the text of what is in force, and this machine has it: after the first invite, or a crash. */
  private async sealWhatIsInForce(): Promise<void> {
    const { engine, link } = this.options;
    const { team } = engine.state;
    if (link() === null || team === null || this.text === null) return;
    if (this.seen.revision !== team.revision || this.texts.of(team.revision) !== null) return;
    const sealed = this.sealedNow(this.current, null);
    if (sealed === null) return;
    this.taken = { revision: team.revision, sealed };
    await engine.submit({ kind: "team-file-sealed", revision: team.revision, sealed });
  }

  /** The environment has another password than the one that this machine gave to the team, or the only one. */
  private async renewPassword(): Promise<void> {
    const { engine, link } = this.options;
    const [parcel, secrets] = [this.parcelInForce(), this.secretsOfFile()];
    if (parcel === null || secrets === null || this.text === null || this.taken === null) return;
    const own = ownPassword(secrets, this.text);
    const isOurs = parcel.passwordFrom === null || parcel.passwordFrom === link()?.machine;
    if (own === null || own === parcel.password || !isOurs) return;
    const sealed = this.sealedNow(this.current, parcel.changedBy);
    if (sealed === null) return;
    this.taken = { ...this.taken, sealed };
    await engine.submit({ kind: "team-file-sealed", revision: this.taken.revision, sealed });
  }

  private async refreshCalendars(): Promise<void> {
    const { calendars, mayRefresh, link, engine } = this.options;
    if (!mayRefresh() || this.base === null) return calendars.stop();
    if (this.base.calendars.length === 0 || engine.state.team === null) return;
    const team = await calendars.use(this.base.team, this.base.calendars);
    // What the team knows of a calendar is better than what a machine that has never read it knows.
    if (team === null || (link() !== null && !calendars.isComplete)) return;
    if (team.revision !== engine.state.team.revision) await this.adopt({ ...this.current, team }, null);
  }

  /** Edits that lost against another one made at the same time. */
  private async settleRivals(): Promise<void> {
    const { engine, history, link } = this.options;
    const { adoption, teamRivals } = engine.state;
    const untold = teamRivals.filter((rival) => !this.seen.told.includes(nameOf(rival)));
    if (adoption === null || untold.length === 0 || link() === null) return;
    const parents = parentsOf(history());
    const winner = this.textOf(adoption.revision);
    for (const rival of untold) {
      const text = this.textOf(rival.revision);
      // It has yet to arrive; it is looked at again when it does.
      if (winner === null || text === null) continue;
      this.seen = { ...this.seen, told: [...this.seen.told, nameOf(rival)] };
      keepSeenTeam(this.options.data, this.seen);
      if (text === winner || wasFollowed(rival.revision, adoption, parents)) continue;
      const before = rival.parent === null ? null : this.textOf(rival.parent);
      // Only a calendar had changed there, or here: nobody's words are lost.
      if (text === before) continue;
      if (winner !== before) {
        this.setAside({ ...rival, key: nameOf(rival), text }, winner);
      } else if (rival.machine === link()!.machine) {
        const loaded = loadTeam(
          text,
          this.file,
          loadOptions(() => this.options.clock.now()),
        );
        if (loaded.ok) return this.makeAgain(loaded, text, rival);
      }
    }
  }

  /** Our edit met a mere change of a calendar: it is put on top of that. */
  private async makeAgain(loaded: Good, text: string, { by }: Adoption): Promise<void> {
    const { data } = this.options;
    this.watch?.tookOver(text);
    this.seen = placeTeamFile(this.file, data, text, this.seen.revision);
    await this.adoptFile(loaded, text, by);
  }

  private textOf(revision: TeamRevision): string | null {
    const link = this.options.link();
    const sealed = this.texts.of(revision);
    return sealed === null || link === null ? null : (unpackTeamFile(sealed, link.teamKey)?.text ?? null);
  }

  private setAside(lost: LostEdit, inForce: string): void {
    const { data, engine, listener } = this.options;
    const { by = null, machine = null } = engine.state.adoption ?? {};
    listener.onConflict(tellOfConflict(lost, { text: inForce, by, machine }, data, engine.state));
  }

  private isEdited(): boolean {
    return this.text !== null && this.seen.textHash !== null && hashOfText(this.text) !== this.seen.textHash;
  }

  private remember(revision: TeamRevision): void {
    if (this.text === null) return;
    const textHash = hashOfText(this.text);
    if (this.seen.textHash === textHash && this.seen.revision === revision) return;
    this.seen = { ...this.seen, textHash, revision };
    keepSeenTeam(this.options.data, this.seen);
  }

  private putInForce(good: GoodTeam): void {
    this.current = good;
    this.options.listener.onTeam(good);
  }

  private setProblem(cause: Cause, text: string): void {
    this.problems.set(cause, text);
    this.tellProblem();
  }

  private clearProblem(cause: Cause): void {
    if (this.problems.delete(cause)) this.tellProblem();
  }

  private tellProblem(): void {
    const text = this.problems.size === 0 ? null : [...this.problems.values()].join(" ");
    if (text === this.told) return;
    this.told = text;
    this.options.listener.onProblem(text);
  }

  private refusedText(faults: string): string {
    const lines = faults.split("\n");
    const more =
      lines.length > 1 ? ` (and ${lines.length - 1} more; "tocsin check ${this.file}" lists them)` : "";
    return `The team file was refused, the last good one stays in force: ${lines[0]}${more}`;
  }

  /** One thing at a time: an edit and a fact that come at once are looked at one after the other. */
  private serially(task: () => Promise<void>): Promise<void> {
    this.last = this.last.then(task).catch((error: unknown) => this.options.listener.onFault(error));
    return this.last;
  }
}

/** One adoption, the same on every machine. */
function nameOf({ revision, latest }: Adoption): string {
  return `${revision.slice(0, 16)}-${latest.hlc}`;
}

/** Before the team has come. */
const nobody: GoodTeam = {
  team: {
    revision: "none" as TeamRevision,
    name: "",
    timeZone: "UTC",
    people: [],
    groups: [],
    schedules: [],
    absences: [],
    policies: [],
    routes: [],
    integrations: [],
    canEmail: false,
  },
  secrets: { integrationKeys: [], email: null, missingVariable: null },
  calendars: [],
  reviews: [],
};
