/** What `compose` knows to be wrong before anybody could notice it, said where people see it. */
import type { LoopEngine } from "#engine/engine";
import type { OpenedJournal } from "#journal/sqlite";
import type { GoodTeam } from "./team-file.ts";

/** Known before the first mail fails, so it is said before. The next mail that gets through clears it, and so does a password. */
export function reportMissingPassword(engine: LoopEngine, { secrets }: GoodTeam): void {
  const beginning = "E-mail cannot be sent: the environment variable";
  if (secrets.missingVariable !== null) {
    const text = `${beginning} ${secrets.missingVariable} with its password is not set.`;
    engine.reportProblem("channel", `${text} Set it and start Tocsin again.`);
  } else if (engine.health.problems.some(({ text }) => text.startsWith(beginning)))
    engine.clearProblem("channel");
}

/** What was lost must be seen by a person, not by a log. */
export function tellOfDamage(engine: LoopEngine, { salvaged }: OpenedJournal["report"]): void {
  if (salvaged === null) return;
  engine.alarm("journal-damaged", "critical", "The journal was damaged and has been repaired", {
    what: salvaged.text,
    "damaged copy": salvaged.keptCopy,
  });
}
