/**
 * When a source says that something began and ended. Several senders may speak of the same alert (a pair of Prometheus
 * servers), each by its own clock and out of step with the others (contract §4, "Late and out of step").
 */
import type { EpochMs } from "./ids.ts";
import { limits } from "./limits.ts";

export interface Said {
  /** Which of several senders; the same text for the same one. */
  readonly sender: string;
  /** By the sender's clock; null: it does not say. A firing keeps its beginning, so that it names the firing. */
  readonly startsAt: EpochMs | null;
  /** By the sender's clock. While it fires: until when that may be taken to be so. */
  readonly endsAt: EpochMs | null;
}

/** The last time that a sender said "firing". */
export interface Report extends Omit<Said, "sender"> {
  /** When it came, by this machine's clock. */
  readonly at: EpochMs;
  /** How long after the one before of the same firing; absent: it is the first one that is known. */
  readonly afterMs?: number;
}

export type Reports = Readonly<Record<string, Report>>;

/** With one more; of one sender the latest, and of many senders the latest few. */
export function withReport(reports: Reports, sender: string, report: Report): Reports {
  const known = reports[sender];
  if (known !== undefined && known.at > report.at) return reports;
  const isNext = known !== undefined && known.startsAt === report.startsAt && known.at < report.at;
  const all = { ...reports, [sender]: isNext ? { ...report, afterMs: report.at - known.at } : report };
  const senders = Object.keys(all);
  if (senders.length <= limits.sendersKept) return all;
  const oldest = senders.reduce((a, b) =>
    all[a]!.at < all[b]!.at || (all[a]!.at === all[b]!.at && a < b) ? a : b,
  );
  const { [oldest]: _, ...kept } = all;
  return kept;
}

export function joinedReports(a: Reports, b: Reports): Reports {
  let joined = a;
  for (const [sender, report] of Object.entries(b)) joined = withReport(joined, sender, report);
  return joined;
}

/** The beginnings of all that is reported, in order, each once. */
export function beginningsOf(reports: Reports, others: readonly EpochMs[] = []): readonly EpochMs[] {
  const said = Object.values(reports).flatMap(({ startsAt }) => (startsAt === null ? [] : [startsAt]));
  return [...new Set([...said, ...others])].sort((a, b) => a - b);
}
