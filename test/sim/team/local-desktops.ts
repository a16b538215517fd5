/** The desktops of one simulated machine: who sits there, and what is shown to them. Survives the engine's process. */
import type { PersonId } from "#domain/ids";
import type { PersonPresence, Presence } from "#domain/presence";
import type { Desktops, Notice } from "#engine/ports";
import type { Life, MachineTime } from "./machine-time.ts";
import type { TrueTime } from "./true-time.ts";

export class LocalDesktops implements Desktops {
  private readonly attached = new Map<PersonId, { presence: Presence; readonly since: number }>();
  private listeners = new Set<() => void>();
  /** The engine's process that they are attached to. */
  private engine: Life = { alive: false };

  constructor(
    private readonly trueTime: TrueTime,
    private readonly time: MachineTime,
    /** How long the window takes to be drawn. */
    private readonly drawsInMs: () => number,
    /** It is on the screen. */
    private readonly shown: (notice: Notice) => void,
  ) {}

  /** They attach to the engine's new process. */
  engineStarted(engine: Life): void {
    this.engine = engine;
    this.listeners = new Set();
  }

  people(): readonly PersonPresence[] {
    return [...this.attached]
      .map(([person, { presence }]) => ({ person, presence }))
      .toSorted((a, b) => (a.person < b.person ? -1 : 1));
  }

  onPeopleChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  attachedSince(person: PersonId): number | null {
    return this.attached.get(person)?.since ?? null;
  }

  /** Null: the desktop is gone. */
  set(person: PersonId, presence: Presence | null): void {
    const known = this.attached.get(person);
    if (presence === null) this.attached.delete(person);
    else if (known === undefined) this.attached.set(person, { presence, since: this.trueTime.now });
    else known.presence = presence;
    this.time.run(this.engine, () => {
      for (const listener of this.listeners) listener();
    });
  }

  present(notice: Notice, signal: AbortSignal): Promise<"shown" | "none-attached" | "not-shown"> {
    const { person } = notice;
    const { engine } = this;
    if (!this.attached.has(person.id)) return Promise.resolve("none-attached");
    return new Promise((resolve) => {
      this.trueTime.after(this.drawsInMs(), () =>
        this.time.run(engine, () => {
          if (!this.attached.has(person.id)) return resolve("none-attached");
          if (signal.aborted || !notice.stillWanted()) return resolve("not-shown");
          this.shown(notice);
          resolve("shown");
        }),
      );
    });
  }
}
