/** The machines without an engine that are attached, here or to another engine in sight, and since when. Used by `team-machines`. */
import type { EpochMs, MachineId } from "#domain/ids";
import type { JsonConnection } from "#peers/link/json-connection";

export class AttachedDesks {
  private readonly desksHere = new Map<MachineId, { since: EpochMs; readonly connections: Set<object> }>();
  private readonly elsewhere = new Map<MachineId, EpochMs>();

  constructor(
    private readonly now: () => EpochMs,
    private readonly changed: () => void,
  ) {}

  get here(): readonly MachineId[] {
    return [...this.desksHere.keys()];
  }

  /** Since when, as far as this machine knows. */
  all(): ReadonlyMap<MachineId, EpochMs> {
    const here = [...this.desksHere].map(([id, { since }]) => [id, since] as const);
    return new Map([...this.elsewhere, ...here]);
  }

  attach(connection: JsonConnection<unknown>, id: MachineId): void {
    const desk = this.desksHere.get(id) ?? { since: this.now(), connections: new Set() };
    this.desksHere.set(id, desk);
    desk.connections.add(connection);
    connection.onClose(() => {
      desk.connections.delete(connection);
      if (desk.connections.size === 0) this.desksHere.delete(id);
      this.changed();
    });
    this.changed();
  }

  /** What the other engines say. */
  heard(there: readonly MachineId[]): void {
    for (const id of this.elsewhere.keys()) if (!there.includes(id)) this.elsewhere.delete(id);
    for (const id of there) if (!this.elsewhere.has(id)) this.elsewhere.set(id, this.now());
  }
}
