/** Checks of the team file: is it valid, whose machine is this, does the mail server take its login. For `tocsin doctor`. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { verifyEmail } from "#channels/email-verify";
import { printFault } from "#config/fault";
import type { LoadedTeam } from "#config/load-team";
import { withSealed } from "#compose/shared-team/unsealed";
import { readTeam } from "../check.ts";
import type { Reached } from "./engine.ts";
import { failure, fine, skipped, warning, type Check, type Finding } from "./finding.ts";

type Valid = LoadedTeam & { readonly ok: true };

/** The engine itself waits longer; a doctor's visit is short. */
const mailLimits = { connectMs: 4_000, silenceMs: 4_000, totalMs: 5_000, drainMs: 0 };

/** `team` null: DATA/team.yaml, or the copy of the last good one when the engine was given another file. */
export function teamChecks(
  team: string | null,
  data: string,
  engine: Promise<Reached | Finding>,
): readonly Check[] {
  const file = team ?? ["team.yaml", "team.last-good.yaml"].map((name) => join(data, name)).find(existsSync);
  if (file === undefined) {
    const look = () => skipped(`there is none in ${data} yet; the first start writes one for you alone`);
    return ["team file", "whose machine", "mail server"].map((name) => ({ name, look }));
  }
  const loaded = readTeam(file).then((read) => withSealedSecrets(read, data));
  const whenValid = (look: (valid: LoadedTeam & { ok: true }) => Finding | Promise<Finding>) => async () => {
    const valid = await loaded;
    return valid.ok ? look(valid) : skipped("the team file has to be valid first");
  };
  return [
    { name: "team file", look: async () => teamFile(file, quieted(await loaded, await engine)) },
    { name: "whose machine", look: whenValid(({ team: { people } }) => owner(people.map(({ id }) => id))) },
    { name: "mail server", look: whenValid(async (valid) => mailServer(valid, await engine)) },
  ];
}

/** What this machine's environment lacks and another machine has sealed for the team is no fault of the file. */
function withSealedSecrets(loaded: LoadedTeam, data: string): LoadedTeam {
  if (!loaded.ok || loaded.secrets.email === null) return loaded;
  return { ...loaded, secrets: withSealed(loaded.secrets, data) };
}

/** Without the warning that there is no password, where there is one. */
function quieted(loaded: LoadedTeam, engine: Reached | Finding): LoadedTeam {
  if (!loaded.ok) return loaded;
  const isKnown = loaded.secrets.missingVariable === null || troubleOf(engine) === null;
  const isAboutIt = (path: string) => isKnown && path.startsWith("email.password");
  return { ...loaded, warnings: loaded.warnings.filter(({ path }) => !isAboutIt(path)) };
}

/** What a running engine says of the mail server; null: it has tried it, and it works. */
function troubleOf(engine: Reached | Finding): string | null {
  if ("status" in engine) return "no engine answers";
  return engine.health.problems.find(({ kind }) => kind === "channel")?.text ?? null;
}

function teamFile(file: string, loaded: LoadedTeam): Finding {
  const isCopy = basename(file) === "team.last-good.yaml";
  const all = `tocsin check ${isCopy ? "FILE, with the team file that the engine was started with" : file}`;
  if (!loaded.ok) {
    const count = loaded.faults.length;
    const remedy = `Correct it (all of them: ${all}); the engine goes on with the last good one, if it has one.`;
    return failure(
      `${count} ${count === 1 ? "fault" : "faults"}, the first: ${printFault(loaded.faults[0]!)}`,
      remedy,
    );
  }
  if (loaded.warnings.length > 0) {
    const count = loaded.warnings.length;
    return warning(
      `valid, with ${count} ${count === 1 ? "warning" : "warnings"}, the first: ${printFault(loaded.warnings[0]!)}`,
      `All of them: ${all}`,
    );
  }
  const { length } = loaded.team.people;
  return fine(`${file} is valid, ${length} ${length === 1 ? "person" : "people"}`);
}

/** Contract §5: --person, else the setting, else the only person of the team. */
function owner(people: readonly string[]): Finding {
  const chosen = chosenPerson();
  if (chosen !== null && people.includes(chosen)) return fine(`${chosen}'s, as the settings say`);
  if (people.length === 1) return fine(`${people[0]}'s, the only person of the team`);
  return warning(
    chosen === null
      ? `nobody's: the team has ${people.join(", ")}, and none was chosen in the settings`
      : `the settings say ${chosen}, who is not in the team (${people.join(", ")})`,
    "Choose in the console's settings, or start with --person ID; until then no desktop alert is shown here.",
  );
}

/** electron-store's file (src/desktop/main/preferences.ts); null when there is none or it says nothing. */
function chosenPerson(): string | null {
  const configuration = process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  const folder = process.env["TOCSIN_PREFERENCES_DIR"] ?? join(configuration, "Tocsin");
  try {
    const { person } = JSON.parse(readFileSync(join(folder, "preferences.json"), "utf8")) as {
      person?: unknown;
    };
    return typeof person === "string" ? person : null;
  } catch {
    return null;
  }
}

async function mailServer({ team, secrets }: Valid, engine: Reached | Finding): Promise<Finding> {
  const { email, missingVariable } = secrets;
  const addressed = team.people.filter((person) => person.email !== undefined).length;
  if (email === null) {
    return addressed === 0
      ? skipped("the team file has no email section, and nobody an address")
      : warning(
          "the team file has no email section, so nobody gets mail",
          'Add "email: { host: …, from: … }" to it.',
        );
  }
  const server = `${email.host}:${email.port}`;
  if (missingVariable !== null) return withoutPassword(server, missingVariable, engine);
  const verified = await verifyEmail(email, mailLimits);
  if (!verified.ok) return failure(verified.text.replace(/\.$/, ""), "Until then nobody gets mail.");
  return fine(
    email.user === undefined ? `${server} answers, no login` : `${server} takes the login of ${email.user}`,
  );
}

/** The engine may have been started with what this shell does not have: then it knows, and has tried. */
function withoutPassword(server: string, variable: string, engine: Reached | Finding): Finding {
  const here = `this shell does not have the environment variable ${variable} with its password`;
  if ("status" in engine)
    return warning(
      `${server} cannot be tried: ${here}`,
      `Set ${variable} where Tocsin is started, and here to try it.`,
    );
  const trouble = troubleOf(engine);
  if (trouble !== null) return failure(trouble.replace(/\.$/, ""), "Until then nobody gets mail.");
  return fine(`the running engine has the password of ${server}, and has tried it (${here})`);
}
