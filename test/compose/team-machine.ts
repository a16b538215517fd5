/**
 * One machine of a team with a real engine, a journal in memory and real files, whose facts travel when a test says so.
 * For the tests of the shared team file.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MachineId, PersonId } from "#domain/ids";
import type { Team } from "#domain/team";
import { LoopEngine } from "#engine/engine";
import type { TravellingFact } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { realSources, SystemClock } from "#system/system-clock";
import { SystemRandom } from "#system/system-random";
import { SharedTeamFile } from "../../src/compose/shared-team/shared-team-file.ts";
import type { TeamCalendars } from "../../src/compose/shared-team/shared-team-options.ts";
import type { TeamConflict } from "../../src/compose/shared-team/set-aside-edit.ts";
import type { GoodTeam } from "../../src/compose/team-file.ts";

export class TeamMachine {
  readonly data: string;
  readonly file: string;
  readonly machine: MachineId;
  journal: MemoryJournal;
  engine!: LoopEngine;
  shared!: SharedTeamFile;
  readonly problems: (string | null)[] = [];
  readonly noTeam: (string | null)[] = [];
  readonly conflicts: TeamConflict[] = [];
  readonly faults: unknown[] = [];
  readonly teams: GoodTeam[] = [];
  /** What is to be called back, when a test says that the time has come. */
  readonly waiting: (() => void)[] = [];
  key: Uint8Array | null;
  mayRefresh = false;
  /** Null: it has yet to hear what the others did. */
  turn: number | null = 0;
  calendars: TeamCalendars = { use: async (team) => team, stop: () => {}, isComplete: true };

  constructor(
    readonly name: string,
    folder: string,
    options: { readonly key: Uint8Array | null },
  ) {
    this.data = join(folder, name);
    this.file = join(this.data, "team.yaml");
    mkdirSync(this.data, { recursive: true });
    this.machine = `machine-of-${name}` as MachineId;
    this.journal = new MemoryJournal(`journal-of-${name}`);
    this.key = options.key;
  }

  /** By how much its clock is wrong. */
  skewMs = 0;

  async start(): Promise<this> {
    const clock = new SystemClock({ ...realSources, wallMs: () => Date.now() + this.skewMs });
    this.engine = new LoopEngine({
      clock,
      random: new SystemRandom(),
      journal: this.journal,
      channels: [],
      version: "test",
      self: this.machine,
      standing: { position: () => 0, others: () => [] },
      log: (_level, text, error) => void this.faults.push(error ?? text),
      onBroken: (error) => void this.faults.push(error),
    });
    const opened = await SharedTeamFile.open({
      file: null,
      data: this.data,
      clock: {
        now: () => clock.now(),
        callAfter: (_ms, callback) => {
          this.waiting.push(callback);
          return () => {
            const index = this.waiting.indexOf(callback);
            if (index >= 0) this.waiting.splice(index, 1);
          };
        },
      },
      engine: this.engine,
      calendars: {
        use: (team, sources) => this.calendars.use(team, sources),
        stop: () => this.calendars.stop(),
        isComplete: true,
      },
      link: () => (this.key === null ? null : { machine: this.machine, teamKey: this.key }),
      person: () => this.name as PersonId,
      mayRefresh: () => this.mayRefresh,
      turn: () => this.turn,
      history: () => this.journal.replay(0),
      listener: {
        onTeam: (good) => void this.teams.push(good),
        onNoTeam: (text) => void this.noTeam.push(text),
        onProblem: (text) => void this.problems.push(text),
        onRefused: () => {},
        onConflict: (conflict) => void this.conflicts.push(conflict),
        onFault: (error) => void this.faults.push(error),
      },
    });
    if (!opened.ok) throw new Error(opened.text);
    this.shared = opened.shared;
    await this.shared.beforeStart();
    await this.engine.start();
    await this.shared.afterStart();
    return this;
  }

  /** Leaves the journal and the files as they are. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    this.shared.stop();
    this.waiting.splice(0);
    await this.engine.stop();
    this.journal = this.journal.crash();
  }

  write(text: string): void {
    writeFileSync(this.file, text);
  }

  read(): string {
    return readFileSync(this.file, "utf8");
  }

  /** As if this had been saved and the watch had told of it. */
  async edit(text: string): Promise<void> {
    this.write(text);
    await this.shared.lookAtFile();
  }

  /** What the other one has and this one lacks arrives here, or some of it. */
  async hear(other: TeamMachine, which: (fact: TravellingFact) => boolean = () => true): Promise<void> {
    const facts = other.engine.factsBeyond(this.engine.vector(), 10_000_000).filter(which);
    const merged = await this.engine.merge(facts);
    if (!merged.ok || merged.refused !== null) throw new Error(JSON.stringify(merged));
    await this.shared.settled();
  }

  get team(): Team {
    const { team } = this.engine.state;
    if (team === null) throw new Error(`${this.name} has no team`);
    return team;
  }

  get problem(): string | null {
    return this.problems.at(-1) ?? null;
  }

  /** The team's edits that this machine knows, by their place in the journal: who, and made from how many. */
  edits(): string[] {
    return [...this.journal.replay(0)].flatMap(({ fact }) =>
      fact.kind === "team-adopted" ? [`${fact.by} ${fact.parents?.length ?? 0}`] : [],
    );
  }

  /** What was set aside, without the words before it. */
  setAside(): string[] {
    const folder = join(this.data, "team-conflicts");
    try {
      return readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), "utf8"))
        .map((text) => text.slice(text.indexOf("as it was made:") + "as it was made:\n\n".length));
    } catch {
      return [];
    }
  }
}

/** Each hears the other until neither has anything new. */
export async function exchange(...machines: TeamMachine[]): Promise<void> {
  for (let round = 0; round < 3; round += 1)
    for (const one of machines) for (const other of machines) if (one !== other) await one.hear(other);
}
