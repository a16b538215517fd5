/**
 * The one true time of a simulated team: an agenda of what happens when. Machines see it through clocks of their own
 * (machine-time.ts); the checks measure by it alone.
 */

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

export class TrueTime {
  /** Milliseconds since the run began. */
  now = 0;
  /** A binary heap, earliest first. */
  private readonly agenda: Entry[] = [];
  private soonQueue: (() => void)[] = [];
  private order = 0;

  at(at: number, callback: () => void): () => void {
    const entry = { at: Math.max(at, this.now), order: (this.order += 1), callback, cancelled: false };
    this.push(entry);
    return () => {
      entry.cancelled = true;
    };
  }

  after(ms: number, callback: () => void): () => void {
    return this.at(this.now + ms, callback);
  }

  /** After the current callback and the promises that it fulfilled. */
  soon(callback: () => void): void {
    this.soonQueue.push(callback);
  }

  /** Runs the agenda up to and including `until`; promises settle after each entry. */
  async run(until: number): Promise<void> {
    await this.settle();
    for (;;) {
      const next = this.agenda[0];
      if (next === undefined || next.at > until) break;
      this.pop();
      if (next.cancelled) continue;
      this.now = next.at;
      next.callback();
      await this.settle();
    }
    this.now = until;
  }

  private async settle(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.soonQueue.length === 0) return;
      for (const callback of this.soonQueue.splice(0)) callback();
    }
  }

  private push(entry: Entry): void {
    const heap = this.agenda;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[child] = heap[parent]!;
      child = parent;
    }
    heap[child] = entry;
  }

  private pop(): void {
    const heap = this.agenda;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[parent] = heap[child]!;
      parent = child;
    }
    heap[parent] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
