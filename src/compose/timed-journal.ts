/** A journal whose commits are measured, for `/metrics`. Used by `compose`. */
import type { Journal } from "#engine/ports";

export function timed(journal: Journal, took: (ms: number) => void): Journal {
  const append = journal.append.bind(journal);
  // On the journal itself: its other methods have to see what this one has counted.
  journal.append = (facts) => {
    const started = performance.now();
    append(facts);
    took(performance.now() - started);
  };
  return journal;
}
