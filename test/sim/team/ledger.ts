/**
 * What has been said and done in a simulated team, in true time, and who knew of it when. It sees every journal as it is
 * written and every notification as it leaves; the checks (obligations.ts, promises.ts) are made on it.
 */
import type { Fact } from "#domain/fact";
import type { AlertId, OriginId, PersonId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import type { Via } from "#domain/team";
import type { DiskWatcher } from "./disk.ts";
import type { TrueTime } from "./true-time.ts";

/** A fact, known by identity: its place may become another one when its machine begins a new log. */
export interface Said {
  readonly fact: Fact;
  readonly machine: number;
  readonly trueAt: number;
}

export interface Left {
  readonly machine: number;
  readonly actionId: string;
  readonly alertId: AlertId;
  readonly person: PersonId;
  readonly via: Via;
  readonly trueAt: number;
}

export interface LedgerListener {
  said?(said: Said): void;
  learned?(machine: number, said: Said): void;
  left?(left: Left): void;
}

export class Ledger {
  readonly left: Left[] = [];
  private readonly leftActions = new Set<string>();
  /** Whatever has ever been said, by place. */
  private readonly all = new Map<string, Said[]>();
  /** For each machine what its journal holds, by place, and since when. */
  private readonly places: Map<string, Said>[];
  private readonly learnedAt: Map<Said, number>[];
  private readonly listeners: LedgerListener[] = [];

  constructor(
    private readonly time: TrueTime,
    machines: number,
    private readonly note: (machine: number, text: string) => void,
  ) {
    this.learnedAt = Array.from({ length: machines }, () => new Map<Said, number>());
    this.places = Array.from({ length: machines }, () => new Map<string, Said>());
  }

  listen(listener: LedgerListener): void {
    this.listeners.push(listener);
  }

  /** When this machine's journal got it, in true time; null: it does not have it. */
  knownSince(machine: number, said: Said): number | null {
    return this.learnedAt[machine]!.get(said) ?? null;
  }

  knows(machine: number, said: Said): boolean {
    return this.learnedAt[machine]!.has(said);
  }

  hasLeft(actionId: string): boolean {
    return this.leftActions.has(actionId);
  }

  watch(machine: number): DiskWatcher {
    return {
      appended: (origin, firstSeq, facts) => {
        facts.forEach((fact, i) => this.say(machine, placeOf(origin, firstSeq + i), fact));
      },
      merged: (added) => {
        for (const { fact, place } of added) this.learn(machine, placeOf(place.origin, place.seq), fact);
      },
      moved: (from, firstSeq, to) => this.move(machine, from, firstSeq, to),
    };
  }

  /** Its disk holds only this now: it is an empty one, or an old copy. */
  diskReplaced(machine: number, content: Iterable<JournaledFact>): void {
    const before = this.learnedAt[machine]!;
    const learnedAt = new Map<Said, number>();
    const places = new Map<string, Said>();
    for (const { fact, place } of content) {
      const said = this.find(placeOf(place.origin, place.seq), fact);
      if (said === null) continue;
      places.set(placeOf(place.origin, place.seq), said);
      learnedAt.set(said, before.get(said) ?? this.time.now);
    }
    this.places[machine] = places;
    this.learnedAt[machine] = learnedAt;
  }

  notificationLeaves(left: Left): void {
    this.left.push(left);
    this.leftActions.add(left.actionId);
    this.note(left.machine, `sent ${left.actionId}`);
    for (const listener of this.listeners) listener.left?.(left);
  }

  private say(machine: number, place: string, fact: Fact): void {
    const said: Said = { fact, machine, trueAt: this.time.now };
    this.note(machine, `says ${describe(fact)}`);
    this.keep(machine, place, said);
    for (const listener of this.listeners) listener.said?.(said);
    for (const listener of this.listeners) listener.learned?.(machine, said);
  }

  private learn(machine: number, place: string, fact: Fact): void {
    const said = this.find(place, fact);
    if (said === null) return this.say(machine, place, fact);
    this.keep(machine, place, said);
    for (const listener of this.listeners) listener.learned?.(machine, said);
  }

  /** Two logs of one name hold different facts at one place, until one of them has got a name of its own. */
  private find(place: string, fact: Fact): Said | null {
    return this.all.get(place)?.find((said) => isSame(said, fact)) ?? null;
  }

  private register(place: string, said: Said): void {
    const there = this.all.get(place);
    if (there === undefined) this.all.set(place, [said]);
    else if (!there.includes(said)) there.push(said);
  }

  private keep(machine: number, place: string, said: Said): void {
    this.register(place, said);
    this.places[machine]!.set(place, said);
    this.learnedAt[machine]!.set(said, this.time.now);
  }

  private move(machine: number, from: OriginId, firstSeq: number, to: OriginId): void {
    const places = this.places[machine]!;
    for (const [place, said] of [...places]) {
      const [origin, seq] = split(place);
      if (origin !== from || seq < firstSeq) continue;
      places.delete(place);
      const moved = placeOf(to, seq - firstSeq + 1);
      places.set(moved, said);
      this.register(moved, said);
    }
  }
}

function placeOf(origin: OriginId, seq: number): string {
  return `${origin}:${seq}`;
}

function split(place: string): [OriginId, number] {
  const colon = place.lastIndexOf(":");
  return [place.slice(0, colon) as OriginId, Number(place.slice(colon + 1))];
}

function isSame({ fact: one }: Said, other: Fact): boolean {
  const aboutOf = (fact: Fact) => ("alertId" in fact ? fact.alertId : "");
  return one.at === other.at && one.kind === other.kind && aboutOf(one) === aboutOf(other);
}

function describe(fact: Fact): string {
  const about = "actionId" in fact ? fact.actionId : "alertId" in fact ? fact.alertId : "";
  const round = "round" in fact ? ` round ${fact.round}` : "";
  const reason = "reason" in fact ? ` (${String(fact.reason)})` : "";
  return `${fact.kind} ${about}${round}${reason}`;
}
