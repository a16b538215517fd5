/** What `compose` knows to be wrong before anybody could notice it, said where people see it. */
import type { LoopEngine } from "#engine/engine";
import type { EngineProblem } from "#engine/ports";
import type { Notices } from "#ingest/ingest-watch";
import type { OpenedJournal } from "#journal/sqlite";

/** What was lost must be seen by a person, not by a log. */
export function tellOfDamage(engine: LoopEngine, { salvaged }: OpenedJournal["report"]): void {
  if (salvaged === null) return;
  const [title, copy] =
    salvaged.reason === "files-taken"
      ? ["The journal's files were taken away while Tocsin ran, and have been put back", "what stood there"]
      : ["The journal was damaged and has been repaired", "damaged copy"];
  engine.alarm("journal-damaged", "critical", title, {
    what: salvaged.text,
    [copy]: salvaged.keptCopy,
  });
}

/** Where ingest tells what goes wrong. */
export function noticesTo(engine: LoopEngine): Notices {
  return {
    problem: (kind, text) => problemTo(engine, kind)(text),
    alarm: (key, severity, title, details) => engine.alarm(key, severity, title, details),
  };
}

/** One kind of problem: its text while it lasts, null when it is over. */
export function problemTo(engine: LoopEngine, kind: EngineProblem["kind"]): (text: string | null) => void {
  return (text) => (text === null ? engine.clearProblem(kind) : engine.reportProblem(kind, text));
}
