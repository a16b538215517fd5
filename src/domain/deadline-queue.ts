/**
 * The earliest of many deadlines, one for each key. A binary heap with lazy deletion: changing a deadline pushes a new
 * entry and the old one is dropped when it comes up.
 *
 * Own code, since the domain imports nothing and it is shorter than the adapter for a library would be.
 */
import type { EpochMs } from "./ids.ts";

interface Entry<Key> {
  readonly at: EpochMs;
  readonly key: Key;
}

export class DeadlineQueue<Key> {
  private heap: Entry<Key>[] = [];
  private readonly current = new Map<Key, EpochMs>();

  /** Sets, moves or (null) removes the deadline of `key`. */
  set(key: Key, at: EpochMs | null): void {
    if (at === null) {
      this.current.delete(key);
      return;
    }
    if (this.current.get(key) === at) return;
    this.current.set(key, at);
    this.push({ at, key });
    // Outdated entries are at most as many as live ones, so memory follows the number of keys.
    if (this.heap.length > 64 && this.heap.length > 2 * this.current.size) this.rebuild();
  }

  /** The deadline of `key`, or null. */
  at(key: Key): EpochMs | null {
    return this.current.get(key) ?? null;
  }

  /** The earliest deadline, or null when there is none. */
  earliest(): EpochMs | null {
    this.dropOutdated();
    return this.heap[0]?.at ?? null;
  }

  /** Up to `limit` keys whose deadline is at or before `now`, earliest first. They stay in the queue until they are set again. */
  due(now: EpochMs, limit: number): Key[] {
    const keys: Key[] = [];
    const entries: Entry<Key>[] = [];
    while (keys.length < limit) {
      this.dropOutdated();
      const first = this.heap[0];
      if (first === undefined || first.at > now) break;
      this.pop();
      entries.push(first);
      keys.push(first.key);
      this.current.delete(first.key);
    }
    for (const entry of entries) {
      this.current.set(entry.key, entry.at);
      this.push(entry);
    }
    return keys;
  }

  get size(): number {
    return this.current.size;
  }

  private dropOutdated(): void {
    for (
      let first = this.heap[0];
      first !== undefined && this.current.get(first.key) !== first.at;
      first = this.heap[0]
    ) {
      this.pop();
    }
  }

  private rebuild(): void {
    this.heap = [...this.current].map(([key, at]) => ({ at, key })).sort((a, b) => a.at - b.at);
  }

  private push(entry: Entry<Key>): void {
    const { heap } = this;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.at <= entry.at) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && heap[right]!.at < heap[left]!.at ? right : left;
      if (heap[child]!.at >= last.at) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}
