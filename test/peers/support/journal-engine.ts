/** An engine that keeps facts in a real journal and decides nothing: for what `peers` does with journals. */
import type { Answer } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { AlertId, OriginId } from "#domain/ids";
import type { Input } from "#domain/input";
import type { Vector } from "#domain/place";
import { emptyState } from "#domain/state";
import type { Clock, Engine, EngineChange, EngineHealth, MergeAnswer, TravellingFact } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";

export class JournalEngine implements Engine {
  readonly state = emptyState();
  readonly health: EngineHealth = { ready: true, trusted: true, problems: [] };
  readonly inputs: Input[] = [];
  /** Facts that came from others, so far. */
  mergedFacts = 0;
  private readonly listeners = new Set<(change: EngineChange) => void>();

  constructor(
    private readonly clock: Clock,
    public journal: MemoryJournal,
  ) {}

  get origin(): OriginId {
    return this.journal.origin;
  }

  /** Commits so many facts of its own: notes, since the journal does not care. */
  say(count = 1, text = "x"): void {
    const at = this.clock.now();
    const facts = Array.from({ length: count }, (): Fact => ({
      kind: "note-added",
      at,
      alertId: "a1" as AlertId,
      by: null,
      origin: "api",
      text,
    }));
    this.journal.append(facts);
    this.tell(facts);
  }

  commit(facts: readonly Fact[]): void {
    this.journal.append(facts);
    this.tell(facts);
  }

  get count(): number {
    return this.journal.lastSeq();
  }

  async submit(input: Input): Promise<Answer> {
    this.inputs.push(input);
    return { ok: true, alertId: null, effect: "done" };
  }

  async merge(facts: readonly TravellingFact[]): Promise<MergeAnswer> {
    await new Promise<void>((resolve) => this.clock.defer(resolve));
    try {
      const { added, refused } = this.journal.merge(facts, this.clock.now());
      this.mergedFacts += added.length;
      if (added.length > 0) this.tell(added.map(({ fact }) => fact));
      return { ok: true, added: added.length, refused };
    } catch {
      return { ok: false };
    }
  }

  vector(): Vector {
    return this.journal.vector();
  }

  factsBeyond(vector: Vector, maxBytes: number): TravellingFact[] {
    return this.journal.factsBeyond(vector, maxBytes, this.clock.now());
  }

  startNewOrigin(firstOfOurs: number): void {
    this.journal.startNewOrigin(firstOfOurs);
  }

  onChange(listener: (change: EngineChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  factsOf(): readonly Fact[] {
    return [];
  }

  findAlert(): null {
    return null;
  }

  listResolved(): readonly [] {
    return [];
  }

  async stop(): Promise<void> {}

  private tell(facts: readonly Fact[]): void {
    for (const listener of this.listeners) listener({ alerts: [], facts, health: this.health });
  }
}
