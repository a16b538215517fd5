/**
 * All desktops of the team as one: the `Desktops` that the desktop channel of each engine presents on. Made by `peers.ts`.
 */
import type { Tell } from "#domain/command";
import type { MachineId, PersonId } from "#domain/ids";
import type { PersonPresence } from "#domain/presence";
import type { Clock, Desktops, Notice } from "#engine/ports";
import type { PeerMessage } from "#wire/peer-contract";
import type { Presented, RemoteDesktops } from "./remote-desktops.ts";

export interface LocalDesktops {
  readonly desktops: Desktops;
  /** Everybody with a desktop attached here and not paused. */
  people(): readonly PersonPresence[];
  tell(word: Tell): void;
  /** The machines without an engine that are attached here; absent: none ever are. */
  desks?(): readonly MachineId[];
  onPeopleChanged(listener: () => void): void;
}

export interface TeamDesktopsDependencies {
  readonly clock: Clock;
  readonly local: LocalDesktops;
  readonly remote: RemoteDesktops;
  /** Those that can be reached now, and who is there. */
  machines(): readonly { readonly machine: MachineId; readonly people: readonly PersonPresence[] }[];
  send(machine: MachineId, message: PeerMessage): boolean;
}

export class TeamDesktops implements Desktops {
  constructor(private readonly dependencies: TeamDesktopsDependencies) {}

  /** On this machine's and everybody else's desktops at once; `shown` as soon as it is shown on one. */
  present(notice: Notice, signal: AbortSignal): Promise<Presented> {
    const { local, remote } = this.dependencies;
    const asked = [
      local.desktops.present(notice, signal),
      ...this.machinesOf(notice.person.id).map((machine) => remote.present(machine, notice, signal)),
    ];
    return bestOf(asked);
  }

  /** To wherever the person is. If that is nowhere, everybody keeps it for a while. */
  tell(word: Tell): void {
    const { clock, local, machines, send } = this.dependencies;
    const forMs = word.until - clock.now();
    if (forMs <= 0) return;
    const isHere = local.people().some(({ person }) => person === word.person);
    const there = this.machinesOf(word.person);
    const isNowhere = !isHere && there.length === 0;
    if (isHere || isNowhere) local.tell(word);
    const { person, title, text } = word;
    for (const machine of isNowhere ? machines().map((one) => one.machine) : there)
      send(machine, { type: "tell", person, title: title.slice(0, 500), text: text.slice(0, 4000), forMs });
  }

  private machinesOf(person: PersonId): MachineId[] {
    return this.dependencies
      .machines()
      .filter(({ people }) => people.some((one) => one.person === person))
      .map(({ machine }) => machine);
  }
}

function bestOf(asked: readonly Promise<Presented>[]): Promise<Presented> {
  return new Promise((resolve) => {
    let left = asked.length;
    let best: Presented = "none-attached";
    for (const one of asked) {
      void one
        .catch((): Presented => "not-shown")
        .then((result) => {
          left -= 1;
          if (result === "not-shown") best = result;
          if (result === "shown" || left === 0) resolve(result === "shown" ? result : best);
        });
    }
  });
}
