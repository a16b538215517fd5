/**
 * What an engine does once it knows that its machine was revoked: nothing. It stands nowhere, takes no input that could
 * lead to anything, and says so. It knows by the fact itself, also after a restart, or by whoever tells it (`learn`).
 */
import type { Answer } from "#domain/command";
import type { EpochMs, MachineId } from "#domain/ids";
import type { Input } from "#domain/input";
import type { State } from "#domain/state";
import type { HealthBoard } from "./health-board.ts";
import type { EngineDependencies } from "./dependencies.ts";
import type { Standing } from "./ports.ts";
import { refusal } from "./turn.ts";

/** What only notes how things are; everything else is refused. */
const harmless: ReadonlySet<Input["kind"]> = new Set([
  "outcome",
  "clock-stepped",
  "desktops-changed",
  "engine-started",
  "engine-stopping",
]);

export class Revocation implements Standing {
  private text: string | null = null;

  constructor(
    private readonly dependencies: Pick<EngineDependencies, "standing" | "self" | "clock">,
    private readonly board: HealthBoard,
    private readonly onLearned: () => void,
  ) {}

  get isKnown(): boolean {
    return this.text !== null;
  }

  /** Who says so, and the remedy, for people; null: it was not, as far as this machine knows. */
  get known(): string | null {
    return this.text;
  }

  position(): number | null {
    const { standing } = this.dependencies;
    return this.isKnown ? null : standing === undefined ? 0 : standing.position();
  }

  others(): readonly MachineId[] {
    return this.isKnown ? [] : (this.dependencies.standing?.others() ?? []);
  }

  /** @returns whether it is news. `text`: for people, with the remedy; `since`: epoch ms, now unless it is known. */
  learn(text: string, since: EpochMs = this.dependencies.clock.now()): boolean {
    if (this.isKnown) return false;
    this.text = text;
    this.board.report("revoked", text, since);
    this.onLearned();
    return true;
  }

  /** @returns whether the facts say so, and nobody knew. */
  look(state: State): boolean {
    const { self } = this.dependencies;
    const machine = self === undefined ? undefined : state.machines.get(self);
    if (this.isKnown || machine === undefined || machine.revokedAt === null) return false;
    return this.learn(revokedText(state, machine.id), machine.revokedAt);
  }

  /** Null: it may be decided. */
  refuse(input: Input): Answer | null {
    return this.text === null || harmless.has(input.kind) ? null : refusal("revoked", this.text);
  }
}

/** By the facts: who revoked this machine, and on which one. The problem says since when. */
function revokedText({ machines, team }: State, self: MachineId): string {
  const { revokedBy } = machines.get(self)!;
  const person = team?.people.find(({ id }) => id === revokedBy?.person)?.name ?? revokedBy?.person;
  const place = machines.get(revokedBy?.machine ?? self)?.name;
  const by = person === null || person === undefined ? "" : ` by ${person}`;
  const on = revokedBy?.machine === null || place === undefined ? "" : ` on ${place}`;
  return `This machine was revoked from the team${by}${on}. ${revokedRemedy}`;
}

export const revokedRemedy =
  "It acts on nothing, and refuses what it is sent. Point monitoring at the team's other machines; to use it again, let it join with a new invite.";
