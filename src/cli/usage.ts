/** What the command line takes: one table for parsing, for `--help` and for the sentence when a word is wrong. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { wrongUsage } from "./outcome.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

export interface CommandUsage {
  /** After the command's name. */
  readonly synopsis: string;
  readonly purpose: string;
  readonly options: Options;
  /** How many words without a dash it takes. */
  readonly words: readonly [least: number, most: number];
}

const json: Options = { json: { type: "boolean" } };
const teamReport: Options = { ...json, team: { type: "string" } };
const engine: Options = {
  ...json,
  data: { type: "string" },
  url: { type: "string" },
  token: { type: "string" },
};

const dutyOptions: Options = {
  schedule: { type: "string" },
  person: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  "asked-by": { type: "string" },
  "agreed-by": { type: "string" },
};

export const commands = {
  serve: {
    synopsis:
      "[--team FILE] --data DIR [--host 127.0.0.1] [--port 8743] [--peers HOST:PORT] [--no-discovery] [--person ID] [--json]",
    purpose: "run the engine (or, after joining as one, the desk) without a desktop",
    options: {
      ...json,
      team: { type: "string" },
      data: { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      peers: { type: "string" },
      "no-discovery": { type: "boolean" },
      person: { type: "string" },
    },
    words: [0, 0],
  },
  check: { synopsis: "FILE", purpose: "validate a team file", options: json, words: [1, 1] },
  oncall: {
    synopsis:
      "--team FILE [--schedule ID] (--at TIME [--explain] | --from TIME --to TIME | --team-new FILE) [--json]",
    purpose: "who is on call, and why; or what an edit of the team file changes in the next 30 days",
    options: {
      ...json,
      team: { type: "string" },
      schedule: { type: "string" },
      at: { type: "string" },
      from: { type: "string" },
      to: { type: "string" },
      explain: { type: "boolean" },
      "team-new": { type: "string" },
    },
    words: [0, 0],
  },
  coverage: {
    synopsis: "--team FILE [--days 366] [--from TIME] [--json]",
    purpose: "every stretch in which nobody is on call or a policy reaches nobody; 0 when there is none",
    options: { ...teamReport, days: { type: "string" }, from: { type: "string" } },
    words: [0, 0],
  },
  duty: {
    synopsis: "--team FILE --person ID [--from TIME] [--to TIME] [--json]",
    purpose: "when a person is on duty next, how much, how many nights and week-ends",
    options: { ...teamReport, person: { type: "string" }, from: { type: "string" }, to: { type: "string" } },
    words: [0, 0],
  },
  fairness: {
    synopsis: "--team FILE --from TIME --to TIME [--holidays FILE] [--csv | --json]",
    purpose: "hours, nights, week-ends and holidays of everybody, in each schedule and in all",
    options: {
      ...teamReport,
      from: { type: "string" },
      to: { type: "string" },
      holidays: { type: "string" },
      csv: { type: "boolean" },
    },
    words: [0, 0],
  },
  simulate: {
    synopsis:
      "--team FILE --at TIME --severity S [--source X] [--match k=v]... [--integration ID] [--desktops none|ID,ID] [--for 2h] [--team-new FILE] [--json]",
    purpose: "who would be woken when, if nobody answered; or what an edit of the team file changes in it",
    options: {
      ...teamReport,
      at: { type: "string" },
      severity: { type: "string" },
      source: { type: "string" },
      label: { type: "string", multiple: true },
      // The word of routes, for the same thing.
      match: { type: "string", multiple: true },
      integration: { type: "string" },
      desktops: { type: "string" },
      for: { type: "string" },
      "team-new": { type: "string" },
    },
    words: [0, 0],
  },
  raise: {
    synopsis: "--title T [--severity S] [--source X] [--dedup-key K] [--detail k=v]...",
    purpose: "raise an alert by hand",
    options: {
      ...engine,
      title: { type: "string" },
      severity: { type: "string" },
      source: { type: "string" },
      "dedup-key": { type: "string" },
      detail: { type: "string", multiple: true },
    },
    words: [0, 0],
  },
  list: {
    synopsis: "[--status open|resolved|all] [--json]",
    purpose: "the open alerts",
    options: { ...engine, status: { type: "string" } },
    words: [0, 0],
  },
  show: { synopsis: "ID", purpose: "one alert, and why anybody was woken", options: engine, words: [1, 1] },
  ack: { synopsis: "ID", purpose: "acknowledge: I have it in hand", options: engine, words: [1, 1] },
  resolve: { synopsis: "ID", purpose: "it is over", options: engine, words: [1, 1] },
  snooze: {
    synopsis: "ID --for 30m",
    purpose: "silent until then",
    options: { ...engine, for: { type: "string" } },
    words: [1, 1],
  },
  escalate: { synopsis: "ID", purpose: "ask the next tier now", options: engine, words: [1, 1] },
  transfer: {
    synopsis: "ID --policy P",
    purpose: "hand it to another policy",
    options: { ...engine, policy: { type: "string" } },
    words: [1, 1],
  },
  note: { synopsis: "ID TEXT", purpose: "write a note into its timeline", options: engine, words: [2, 1000] },
  override: {
    synopsis:
      "(add | remove) --schedule ID --person ID --from TIME --to TIME [--asked-by ID] [--agreed-by ID] | list [--all]",
    purpose: "put somebody on call for a time, whatever the rotation says",
    options: { ...engine, ...dutyOptions, all: { type: "boolean" } },
    words: [1, 1],
  },
  swap: {
    synopsis:
      "[ask] --schedule ID --from TIME --to TIME --person ID [--agreed-by ID] | agree ID | decline ID | list",
    purpose: "ask somebody to take your duty in that time; --by ID answers for whoever is asked",
    options: { ...engine, ...dutyOptions, by: { type: "string" } },
    words: [0, 2],
  },
  roster: {
    synopsis: "import FILE.csv --team team.yaml [--dry-run] [--json]",
    purpose: "take people over from a spreadsheet into the team file",
    options: { ...json, team: { type: "string" }, "dry-run": { type: "boolean" } },
    words: [2, 2],
  },
  feed: {
    synopsis: "[--person ID | --schedule ID] [--data DIR] [--json]",
    purpose: "the address under which a calendar subscribes to the shifts",
    options: { ...engine, person: { type: "string" }, schedule: { type: "string" } },
    words: [0, 0],
  },
  import: {
    synopsis: "(oncall | opsgenie | pagerduty) FILE... [--out team.yaml] [--json]",
    purpose: "make a team file of what another tool's API exported",
    options: { ...json, out: { type: "string" } },
    words: [2, 1000],
  },
  invite: {
    synopsis: "[--person ID] [--role engine|desk] [--address HOST:PORT]... [--json]",
    purpose: "one line that lets one more machine into the team, within 15 minutes",
    options: {
      ...engine,
      person: { type: "string" },
      role: { type: "string" },
      address: { type: "string", multiple: true },
    },
    words: [0, 0],
  },
  join: {
    synopsis:
      "'INVITE' [--data DIR] [--name N] [--person ID] [--peers HOST:PORT] [--address HOST:PORT]... [--json]",
    purpose: "make this machine part of the team that has invited it",
    options: {
      ...json,
      data: { type: "string" },
      name: { type: "string" },
      person: { type: "string" },
      peers: { type: "string" },
      address: { type: "string", multiple: true },
    },
    words: [1, 1],
  },
  machines: {
    synopsis: "[rename ID NAME | bind ID (PERSON | nobody) | revoke ID] [--json]",
    purpose:
      "the machines of the team: who coordinates, whose each is; revoke one that was lost, which says what to rotate",
    options: engine,
    words: [0, 1000],
  },
  people: {
    synopsis: "--data DIR [--json]",
    purpose: "who still answers, and whom the notifications still reach",
    options: { ...json, data: { type: "string" } },
    words: [0, 0],
  },
  team: {
    synopsis: "log [--data DIR] [--json]",
    purpose: "who changed the team file, when, on which machine, and which lines",
    options: { ...json, data: { type: "string" } },
    words: [1, 1],
  },
  journal: {
    synopsis: "(verify | export) --data DIR [--json]",
    purpose: "check the hash chain, or print every fact",
    options: { ...json, data: { type: "string" } },
    words: [1, 1],
  },
  doctor: {
    synopsis: "[--data DIR] [--team FILE] [--json]",
    purpose: "what works on this machine, what does not, and the remedy",
    options: { ...json, data: { type: "string" }, team: { type: "string" } },
    words: [0, 0],
  },
} as const satisfies Record<string, CommandUsage>;

export type CommandName = keyof typeof commands;

/** The values of options by name, as given; every command picks its own. */
export interface Given {
  readonly command: CommandName;
  readonly words: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

/** @throws CommandFailure(2) naming the word that is wrong. */
export function parseCommand(argv: readonly string[]): Given {
  const [name = "", ...rest] = argv;
  if (!isCommand(name)) {
    throw wrongUsage(`There is no command "${name}"; the commands are: ${Object.keys(commands).join(", ")}.`);
  }
  const usage: CommandUsage = commands[name];
  const { values, positionals } = parse(name, usage, rest);
  const [least, most] = usage.words;
  if (positionals.length < least || positionals.length > most) throw wrongUsage(usageLine(name));
  const value = (option: string) => values[option];
  return {
    command: name,
    words: positionals,
    text: (option) => (typeof value(option) === "string" ? (value(option) as string) : undefined),
    texts: (option) => (Array.isArray(value(option)) ? (value(option) as string[]) : []),
    flag: (option) => value(option) === true,
  };
}

export function helpText(): string {
  const lines = Object.entries(commands).map(
    ([name, usage]) => `  tocsin ${name} ${usage.synopsis}\n      ${usage.purpose}`,
  );
  return [
    "Tocsin: desktop alerting without a server.",
    "",
    ...lines,
    "",
    "Commands about alerts find a running engine through --data DIR, or --url U --token T, or TOCSIN_URL and",
    "TOCSIN_TOKEN, else in the default data folder. An ID may be shortened to its ending.",
    "",
    "--json prints machine-readable output and nothing else on stdout.",
    "Exit codes: 0 done; 1 refused or not found; 2 wrong usage or an invalid file; 3 engine unreachable.",
  ].join("\n");
}

export function usageLine(name: CommandName): string {
  return `Usage: tocsin ${name} ${commands[name].synopsis}`;
}

function parse(name: CommandName, usage: CommandUsage, args: string[]) {
  try {
    return parseArgs({ args, options: usage.options, allowPositionals: true, strict: true });
  } catch (error) {
    const text = error instanceof Error ? error.message.split(".")[0] : String(error);
    throw wrongUsage(`${text}. ${usageLine(name)}`);
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}
