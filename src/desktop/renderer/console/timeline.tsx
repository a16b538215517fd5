/**
 * What happened to an alert, newest last: the engine's own sentences, with the time of each.
 */
import type { TimelineEntryJson } from "#wire/alert-json";
import { ago, clockTime } from "../shared/words.ts";

/** Kinds that stand out: a person acted, or something went wrong. */
const marks: Readonly<Record<string, string>> = {
  "alert-acknowledged": "person",
  "alert-resolved": "person",
  "alert-snoozed": "person",
  "alert-escalated": "person",
  "alert-transferred": "person",
  "note-added": "person",
  "notification-failed": "failure",
  "step-skipped": "failure",
  "alert-went-stale": "failure",
};

export function Timeline({
  entries,
  now,
}: {
  readonly entries: readonly TimelineEntryJson[];
  readonly now: number;
}) {
  if (entries.length === 0) return null;
  return (
    <section class="timeline" aria-label="Timeline">
      <h2>Timeline</h2>
      <ol>
        {entries.map((entry, index) => (
          <li key={index} class={`entry-${marks[entry.kind] ?? "plain"}`}>
            <time dateTime={entry.at} title={ago(now - Date.parse(entry.at))}>
              {clockTime(entry.at)}
            </time>
            <span>{entry.text ?? entry.kind.replaceAll("-", " ")}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
