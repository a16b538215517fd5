/**
 * The team files of simulated machines, and the people who edit them, also where a machine is off, cut off, or has been
 * given back an old disk. What a file says is a number for each person; how texts are merged is tested elsewhere
 * (test/compose/shared-team-random). By dice of its own, and in a third of the runs.
 */
import { createHash } from "node:crypto";
import type { TeamFileVersion, TeamRevision } from "#domain/ids";
import type { Input } from "#domain/input";
import type { Adoption } from "#domain/state";
import { authorOf, commonAncestor, lacksAncestor, rivalsOf } from "#domain/team-lineage";
import type { Team } from "#domain/team";
import { Dice } from "./dice.ts";
import type { Life } from "./machine-time.ts";
import type { Machine } from "./machine.ts";
import { people, simulatedTeam } from "./team.ts";
import type { TrueTime } from "./true-time.ts";

type Values = Readonly<Record<string, number>>;

/** A machine's file; what a person writes into it is made from `base`. */
interface TeamFile {
  readonly values: Values;
  readonly base: TeamFileVersion | null;
  readonly isEdited: boolean;
}

const asItWas: Values = Object.fromEntries(people.map((person) => [person, 0]));
const fresh: TeamFile = { values: asItWas, base: null, isEdited: false };
const editsUntilMs = 6.5 * 60_000;
const othersMergeAfterMs = 30_000;

/** What each machine has of the team when its journal is empty. */
export const firstTeam: Input = {
  kind: "team-loaded",
  team: simulatedTeam,
  edit: { version: versionOf(asItWas, []), parents: [] },
};

export class TeamFiles {
  readonly counts = { edits: 0, merges: 0, setAside: 0 };
  private readonly dice: Dice;
  private readonly files = new Map<Machine, TeamFile>();
  private readonly backups = new Map<Machine, TeamFile>();
  /** Whose disk has gone: what only they knew of may be lost. */
  private readonly forgetful = new Set<Machine>();
  private readonly texts = new Map([[versionOf(asItWas, []), asItWas]]);
  private readonly made: { readonly by: Machine; readonly person: string; readonly value: number }[] = [];
  /** What a process is about to say. */
  private readonly busy = new Set<Life>();
  private readonly rivalSince = new Map<string, number>();

  constructor(
    private readonly time: TrueTime,
    private readonly machines: readonly Machine[],
    seed: number,
    private readonly note: (text: string) => void,
  ) {
    this.dice = new Dice(Math.imul(seed, 0x9e3779b1) ^ 0x7ea3f11e);
  }

  begin(): void {
    const { dice, time } = this;
    if (!dice.chance(1 / 3)) return;
    for (let left = dice.between(2, 14); left > 0; left -= 1)
      time.after(dice.between(5_000, editsUntilMs), () => this.edit());
    for (const machine of this.machines) this.look(machine);
  }

  diskGoes(machine: Machine): void {
    this.forgetful.add(machine);
    this.files.delete(machine);
  }

  keepsBackup(machine: Machine): void {
    this.backups.set(machine, this.fileOf(machine));
  }

  restoresBackup(machine: Machine): void {
    this.forgetful.add(machine);
    this.files.set(machine, this.backups.get(machine) ?? fresh);
  }

  /** After healing: one team, and whatever only one machine has changed is as it was changed last. */
  checkTheEnd(violate: (text: string) => void): void {
    if (this.made.length === 0) return;
    const machines = this.machines.filter(({ isOut }) => !isOut);
    const inForce = machines.map((machine) => stateOf(machine).adoption?.version ?? "none");
    if (new Set(inForce).size > 1) violate(`the machines have different teams: ${inForce.join(" ")}`);
    for (const machine of machines) {
      const { index } = machine;
      const state = stateOf(machine);
      const file = this.fileOf(machine);
      if (rivalsOf(state).length > 0) violate(`machine ${index} has edits that nobody has merged`);
      if (file.isEdited) violate(`machine ${index} has an edited file that is not the team's`);
      const values = this.textOf(state.adoption!);
      if (state.team?.revision !== teamOf(values).revision)
        violate(`machine ${index} has a team that is not that of its edit`);
    }
    const values = this.textOf(stateOf(machines[0]!).adoption!);
    for (const person of people) {
      const edits = this.made.filter((edit) => edit.person === person);
      const [last] = edits.slice(-1);
      if (last === undefined || edits.some(({ by }) => by !== last.by || this.isForgetful(by))) continue;
      if (values[person] !== last.value)
        violate(`${person} is ${values[person]}, and machine ${last.by.index} alone made it ${last.value}`);
    }
  }

  /** Mostly where a machine is off or hears nobody, if there is one, and often on another one as well. */
  private edit(): void {
    const { dice, machines } = this;
    const away = machines.filter(({ process }) => process === null || process.peers.others().length === 0);
    const machine = dice.pick(away.length > 0 && dice.chance(0.7) ? away : machines);
    this.change(machine);
    if (dice.chance(0.5)) this.change(dice.pick(machines.filter((other) => other !== machine)));
  }

  private change(machine: Machine): void {
    const { dice } = this;
    const person = dice.pick(people);
    const value = this.made.length + 1;
    const file = this.fileOf(machine);
    this.made.push({ by: machine, person, value });
    this.counts.edits += 1;
    this.files.set(machine, { ...file, values: { ...file.values, [person]: value }, isEdited: true });
    this.note(`m${machine.index} somebody changes ${person} to ${value} in the team file`);
  }

  /** Every second: as the watch, and every fact that comes, make the machine look. */
  private look(machine: Machine): void {
    this.time.after(1_000 + machine.index * 37, () => {
      this.look(machine);
      const { process } = machine;
      if (process === null || !machine.parts.time.runs || this.busy.has(process.life)) return;
      const { adoption } = process.engine.state;
      if (adoption !== null) this.bringAlong(machine, adoption);
    });
  }

  private bringAlong(machine: Machine, adoption: Adoption): void {
    const { peers, life } = machine.process!;
    const file = this.fileOf(machine);
    const inForce = this.textOf(adoption);
    const isSame = people.every((person) => file.values[person] === inForce[person]);
    if (!file.isEdited || isSame) {
      this.files.set(machine, { values: inForce, base: adoption.version, isEdited: false });
      if (peers.position() !== null) this.mergeRival(machine, adoption);
      return;
    }
    if (peers.position() === null) return;
    const state = stateOf(machine);
    const madeFrom = state.adoptions.find(({ version }) => version === file.base);
    const isNext = madeFrom?.version === adoption.version;
    const values = isNext ? file.values : this.merged(machine, adoption, madeFrom, file.values);
    const isLacking = madeFrom !== undefined && lacksAncestor(state, adoption, madeFrom);
    const also =
      isNext || isLacking ? [] : rivalsOf(state).filter(({ version }) => version === madeFrom?.version);
    const parents = [adoption.version, ...also.map(({ version }) => version)];
    this.say(machine, values, parents, (version) => {
      // The process that was answered may be gone, and the file edited again.
      if (!life.alive || this.fileOf(machine) !== file) return;
      this.files.set(machine, { values, base: version, isEdited: false });
    });
  }

  private mergeRival(machine: Machine, adoption: Adoption): void {
    const state = stateOf(machine);
    for (const rival of rivalsOf(state)) {
      if (lacksAncestor(state, adoption, rival)) continue;
      const name = `${machine.index} ${rival.version}`;
      const since = this.rivalSince.get(name) ?? this.time.now;
      this.rivalSince.set(name, since);
      const waitMs = othersMergeAfterMs * (1 + (machine.process!.peers.position() ?? 0));
      if (authorOf(state, rival).machine !== machine.id && this.time.now < since + waitMs) continue;
      const values = this.merged(machine, adoption, rival, this.textOf(rival));
      this.counts.merges += 1;
      return this.say(machine, values, [adoption.version, rival.version], () => {});
    }
  }

  private merged(machine: Machine, adoption: Adoption, other: Adoption | undefined, ours: Values): Values {
    const theirs = this.textOf(adoption);
    const state = stateOf(machine);
    const isLacking = other !== undefined && lacksAncestor(state, adoption, other);
    // As the shipping code does: with an edit on the way that both may have been made from, by what the file had.
    const ancestor = other === undefined ? null : isLacking ? other : commonAncestor(state, adoption, other);
    // Nobody knows what it was made from.
    const base = ancestor === null ? ours : this.textOf(ancestor);
    const isTheirs = (person: string) =>
      theirs[person] !== base[person] && ours[person] !== base[person] && theirs[person] !== ours[person];
    if (people.some(isTheirs)) this.counts.setAside += 1;
    const value = (person: string) =>
      (ours[person] === base[person] || isTheirs(person) ? theirs : ours)[person];
    return Object.fromEntries(people.map((person) => [person, value(person)!]));
  }

  private say(
    machine: Machine,
    values: Values,
    parents: readonly TeamFileVersion[],
    said: (version: TeamFileVersion) => void,
  ): void {
    const { life } = machine.process!;
    const version = versionOf(values, parents);
    this.texts.set(version, values);
    this.busy.add(life);
    this.note(`m${machine.index} says team ${version} ${JSON.stringify(values)} from ${parents.join(" ")}`);
    machine.submit({ kind: "team-loaded", team: teamOf(values), edit: { version, parents } }, (answer) => {
      this.busy.delete(life);
      if (answer.ok) said(version);
    });
  }

  private isForgetful(machine: Machine): boolean {
    return machine.isOut || this.forgetful.has(machine);
  }

  private fileOf(machine: Machine): TeamFile {
    return this.files.get(machine) ?? fresh;
  }

  private textOf({ version }: Adoption): Values {
    const values = this.texts.get(version);
    if (values === undefined) throw new Error(`no machine has said the team ${version}`);
    return values;
  }
}

function stateOf(machine: Machine) {
  return machine.process!.engine.state;
}

function versionOf(values: Values, parents: readonly TeamFileVersion[]): TeamFileVersion {
  return hashOf([values, ...parents]) as TeamFileVersion;
}

/** Each person is called after the number. */
function teamOf(values: Values): Team {
  if (people.every((person) => values[person] === 0)) return simulatedTeam;
  const named = simulatedTeam.people.map((one) => ({ ...one, name: `${one.name} ${values[one.id]}` }));
  return { ...simulatedTeam, people: named, revision: hashOf(values) as TeamRevision };
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
