/** The journal's contract on the real file and on its twin. */
import { MemoryJournal } from "#journal/memory";
import { journalSuite } from "../acceptance/journal-suite.ts";
import { TemporaryJournal } from "./temporary-journal.ts";

journalSuite("SQLite", () => {
  const place = new TemporaryJournal();
  let directory = place.directory;
  return {
    journal: place.start().journal,
    restart: () => {
      directory = place.killed(directory);
      return place.start(directory).journal;
    },
    backup: () => {
      const copy = place.killed(directory);
      return () => place.start(copy).journal;
    },
    stop: () => place.remove(),
  };
});

let machines = 0;
journalSuite("memory", () => {
  let current = new MemoryJournal(`machine-${(machines += 1)}`);
  return {
    journal: current,
    restart: () => (current = current.crash()),
    backup: () => {
      const copy = current.copy();
      return () => copy;
    },
    stop: () => current.close(),
  };
});
