/**
 * Lint rules, and the walls between the rooms: the table `rooms` is the architecture, and src/README.md its picture.
 * Run by `npm run check`; test/canary proves that each wall holds.
 */
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";

/** `uses`: rooms that may be imported; `types`: rooms of which only types may; `packages`: npm packages; `node`: Node's own modules; `grammar`: the on-call grammar too, so that there is one. */
export const rooms = [
  { name: "domain", files: ["src/domain/**"], pure: true },
  {
    name: "domain/oncall/recurrence",
    files: ["src/domain/oncall/recurrence.ts"],
    packages: ["rrule", "temporal-polyfill"],
  },
  { name: "engine", files: ["src/engine/**"], uses: ["domain"], pure: true },
  { name: "wire", files: ["src/wire/**"], types: ["domain"], packages: ["zod"] },
  {
    name: "config",
    files: ["src/config/**"],
    uses: ["wire"],
    types: ["domain"],
    packages: ["zod", "yaml", "rrule", "temporal-polyfill", "csv-parse", "ical.js", "windows-iana"],
    node: true,
    grammar: true,
  },
  { name: "system", files: ["src/system/**"], types: ["domain", "engine"], packages: ["pino"], node: true },
  {
    name: "journal",
    files: ["src/journal/**"],
    uses: ["engine", "wire"],
    types: ["domain"],
    packages: ["libsql"],
    node: true,
  },
  {
    name: "ingest",
    files: ["src/ingest/**"],
    uses: ["engine", "wire"],
    types: ["domain", "config"],
    packages: ["fastify", "zod", "pino"],
    node: true,
  },
  {
    name: "channels",
    files: ["src/channels/**"],
    uses: ["engine", "wire"],
    types: ["domain", "config"],
    packages: ["nodemailer", "node-notifier"],
    node: true,
  },
  {
    name: "api",
    files: ["src/api/**"],
    uses: ["engine", "wire"],
    types: ["domain", "config"],
    packages: ["fastify", "ws", "zod", "prom-client", "pino", "uqr"],
    node: true,
  },
  {
    name: "peers",
    files: ["src/peers/**"],
    uses: ["engine", "wire"],
    types: ["domain", "config"],
    packages: ["selfsigned", "ws", "bonjour-service", "zod"],
    node: true,
  },
  {
    name: "compose",
    files: ["src/compose.ts", "src/compose/**", "src/engine-process.ts"],
    uses: [
      "domain",
      "engine",
      "wire",
      "config",
      "system",
      "journal",
      "ingest",
      "channels",
      "api",
      "peers",
      "compose",
    ],
    packages: ["fastify", "pino"],
    node: true,
  },
  {
    name: "desktop/main",
    files: ["src/desktop/main/**"],
    uses: ["desktop", "wire", "system"],
    types: ["domain"],
    packages: ["electron", "electron-store", "zod"],
    node: true,
  },
  {
    name: "desktop/preload",
    files: ["src/desktop/preload/**"],
    uses: ["desktop"],
    types: ["wire"],
    packages: ["electron"],
  },
  {
    name: "desktop/renderer",
    files: ["src/desktop/renderer/**"],
    uses: ["desktop", "wire"],
    types: ["domain"],
    packages: ["preact", "uplot"],
  },
  {
    name: "cli",
    files: ["src/cli/**"],
    uses: ["compose", "config", "wire", "system", "journal", "channels", "peers", "domain"],
    types: ["engine", "api"],
    packages: ["zod"],
    node: true,
  },
];

/** Words of the domain that are values, not rules: any room that may have its types may have these too. */
const vocabulary = ["by-whom", "crew", "gap-words", "ids", "person-names", "severity", "team", "timeline"];

const allRooms = [
  "domain",
  "engine",
  "wire",
  "config",
  "system",
  "journal",
  "ingest",
  "channels",
  "api",
  "peers",
  "compose",
  "engine-process",
  "desktop",
  "cli",
];
const manifest = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
const allPackages = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

const oneOf = (names) => names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|");
const except = (all, some) => all.filter((name) => !some.includes(name));

function wallsOf({ uses = [], types = [], packages = [], node = false, grammar = false }) {
  const rest = "see the table in oxlint.config.mjs.";
  const patterns = [
    { regex: `^(\\.\\./)+(${oneOf(allRooms)})/`, message: "Spell imports between rooms #room/file." },
    {
      regex: `^#(${oneOf(except(allRooms, [...uses, ...types]))})(/|$)`,
      message: `This room may not import that one; ${rest}`,
    },
    {
      regex: `^(${oneOf(except(allPackages, packages))})(/|$)`,
      message: `This room may not use that package; ${rest}`,
    },
  ];
  for (const room of types) {
    // No look-ahead in these patterns, so the vocabulary is let through by naming everything that is not in it.
    const names =
      room === "domain"
        ? `(${oneOf(domainRules())}|rules/.*|reports/.*|oncall/${grammar ? "on-call" : ".*"})`
        : ".*";
    patterns.push({
      regex: `^#${room}/${names}$`,
      allowTypeImports: true,
      message: `Only types of that room; ${rest}`,
    });
  }
  if (!node)
    patterns.push({
      regex: `^(node:.*|(${oneOf(builtinModules)}))$`,
      message: `This room knows no Node; ${rest}`,
    });
  return ["error", { patterns }];
}

function domainRules() {
  const files = [
    "alert",
    "command",
    "deadline-queue",
    "decide",
    "decision",
    "evolve",
    "evolve-alert",
    "fact",
    "input",
    "limits",
    "observation",
    "state",
  ];
  return except(files, vocabulary);
}

const impureGlobals = [
  "Date",
  "Intl",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "performance",
  "process",
  "console",
  "crypto",
  "fetch",
  "Buffer",
];
const purity = {
  "no-restricted-globals": [
    "error",
    ...impureGlobals.map((name) => ({
      name,
      message: "domain and engine have no clock, no randomness and no I/O of their own.",
    })),
  ],
  "no-restricted-properties": [
    "error",
    { object: "Math", property: "random", message: "Randomness is handed in." },
  ],
};

export default {
  plugins: ["typescript", "import", "unicorn", "oxc", "vitest"],
  categories: { correctness: "error" },
  ignorePatterns: ["node_modules", "out", "dist", "test/fixtures"],
  rules: {
    "import/no-default-export": "error",
    "import/no-cycle": "error",
    "typescript/no-explicit-any": "error",
    eqeqeq: "error",
    "no-var": "error",
    "prefer-const": "error",
    "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    // Copies are made on purpose where a listener may change the list that is being walked.
    "unicorn/no-useless-spread": "off",
    // Control characters are what hostile text is about.
    "no-control-regex": "off",
    "vitest/expect-expect": [
      "error",
      { assertFunctionNames: ["expect", "expect*", "*.expect*", "fc.assert"] },
    ],
    "vitest/valid-expect": "off",
    "vitest/require-awaited-expect-poll": "off",
    // rrule is CommonJS to Node and has a default there; TypeScript checks it better.
    "import/default": "off",
    "vitest/no-standalone-expect": "off",
    "vitest/no-conditional-expect": "off",
  },
  overrides: [
    { files: ["*.config.{ts,mjs}", "scripts/package/*.mjs"], rules: { "import/no-default-export": "off" } },
    { files: ["test/**"], rules: { "max-lines": "off" } },
    // Waiting for what a person would see is the assertion there.
    { files: ["test/e2e/**"], rules: { "vitest/expect-expect": "off" } },
    ...rooms.map((room) => ({
      files: room.files,
      rules: { "no-restricted-imports": wallsOf(room), ...(room.pure ? purity : {}) },
    })),
    // The one place where dates may be: rrule speaks them.
    { files: ["src/domain/oncall/recurrence.ts"], rules: { "no-restricted-globals": "off" } },
  ],
};
