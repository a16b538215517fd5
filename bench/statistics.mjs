// Medians and percentiles. Used by every benchmark.

export function median(values) {
  return percentile(values, 50);
}

/** Nearest rank; of an even number of values the median is the lower one. */
export function percentile(values, percent) {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** p50 and p99 of each repetition, then the median of these: one disturbed repetition does not decide the figure. */
export function medianPercentiles(repetitions) {
  return {
    p50: median(repetitions.map((values) => percentile(values, 50))),
    p99: median(repetitions.map((values) => percentile(values, 99))),
  };
}
