/**
 * The checker is checked: a deliberately bad file for every wall, and the check must fail on each. A rule that a new
 * version of the linter quietly ignores shows here.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const project = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "tocsin-canary-"));

const bad: [file: string, code: string, rule: string][] = [
  ["domain/bad.ts", `import { open } from "node:fs"; open;`, "no-restricted-imports"],
  ["domain/bad.ts", `import { z } from "zod"; z;`, "no-restricted-imports"],
  ["domain/bad.ts", `import { x } from "#engine/engine"; x;`, "no-restricted-imports"],
  ["domain/bad.ts", `import { x } from "../engine/engine.ts"; x;`, "no-restricted-imports"],
  ["domain/bad.ts", `import pkg from "rrule"; pkg;`, "no-restricted-imports"],
  ["domain/bad.ts", `export const now = Date.now();`, "no-restricted-globals"],
  ["domain/bad.ts", `export const now = new Intl.DateTimeFormat();`, "no-restricted-globals"],
  ["domain/bad.ts", `export const r = Math.random();`, "no-restricted-properties"],
  [
    "domain/oncall/bad.ts",
    `import { Temporal } from "temporal-polyfill"; Temporal;`,
    "no-restricted-imports",
  ],
  ["domain/oncall/recurrence.ts", `import { z } from "zod"; z;`, "no-restricted-imports"],
  [
    "domain/oncall/recurrence.ts",
    `import { readFileSync } from "fs"; readFileSync;`,
    "no-restricted-imports",
  ],
  ["engine/bad.ts", `import { x } from "#journal/sqlite"; x;`, "no-restricted-imports"],
  ["engine/bad.ts", `import { hostname } from "node:os"; hostname;`, "no-restricted-imports"],
  ["engine/bad.ts", `export const stop = setTimeout(() => {}, 1);`, "no-restricted-globals"],
  ["wire/bad.ts", `import { evolve } from "#domain/evolve"; evolve;`, "no-restricted-imports"],
  ["wire/bad.ts", `import fastify from "fastify"; fastify;`, "no-restricted-imports"],
  ["config/bad.ts", `import { decide } from "#domain/decide"; decide;`, "no-restricted-imports"],
  ["config/bad.ts", `import { x } from "#engine/engine"; x;`, "no-restricted-imports"],
  ["system/bad.ts", `import { LoopEngine } from "#engine/engine"; LoopEngine;`, "no-restricted-imports"],
  ["journal/bad.ts", `import { x } from "#ingest/routes"; x;`, "no-restricted-imports"],
  ["journal/bad.ts", `import { evolve } from "#domain/evolve"; evolve;`, "no-restricted-imports"],
  ["ingest/bad.ts", `import { x } from "#api/routes"; x;`, "no-restricted-imports"],
  ["ingest/protocols/bad.ts", `import { x } from "#channels/email"; x;`, "no-restricted-imports"],
  ["channels/bad.ts", `import { x } from "#journal/memory"; x;`, "no-restricted-imports"],
  ["channels/bad.ts", `import { x } from "../journal/memory.ts"; x;`, "no-restricted-imports"],
  ["api/bad.ts", `import { x } from "#ingest/routes"; x;`, "no-restricted-imports"],
  ["api/bad.ts", `import { simulate } from "#domain/reports/simulate"; simulate;`, "no-restricted-imports"],
  ["api/bad.ts", `import nodemailer from "nodemailer"; nodemailer;`, "no-restricted-imports"],
  ["peers/bad.ts", `import { x } from "#api/client-hub"; x;`, "no-restricted-imports"],
  ["peers/link/bad.ts", `import { x } from "#journal/sqlite"; x;`, "no-restricted-imports"],
  ["peers/bad.ts", `import { x } from "#channels/email"; x;`, "no-restricted-imports"],
  ["peers/bad.ts", `import { x } from "#ingest/routes"; x;`, "no-restricted-imports"],
  ["peers/pairing/bad.ts", `import { x } from "#system/data-directory"; x;`, "no-restricted-imports"],
  ["peers/bad.ts", `import { decide } from "#domain/decide"; decide;`, "no-restricted-imports"],
  ["peers/bad.ts", `import fastify from "fastify"; fastify;`, "no-restricted-imports"],
  ["api/bad.ts", `import { x } from "#peers/peer-link"; x;`, "no-restricted-imports"],
  ["journal/bad.ts", `import { x } from "#peers/peer-link"; x;`, "no-restricted-imports"],
  ["compose.ts", `import { app } from "electron"; app;`, "no-restricted-imports"],
  ["compose.ts", `import { x } from "#desktop/contract"; x;`, "no-restricted-imports"],
  ["desktop/main/bad.ts", `import { x } from "#engine/engine"; x;`, "no-restricted-imports"],
  ["desktop/main/bad.ts", `import { x } from "#compose"; x;`, "no-restricted-imports"],
  [
    "desktop/preload/bad.ts",
    `import { readFileSync } from "node:fs"; readFileSync;`,
    "no-restricted-imports",
  ],
  ["desktop/renderer/bad.ts", `import { app } from "electron"; app;`, "no-restricted-imports"],
  ["desktop/renderer/bad.ts", `import { decide } from "#domain/decide"; decide;`, "no-restricted-imports"],
  ["desktop/renderer/bad.ts", `import { join } from "path"; join;`, "no-restricted-imports"],
  ["cli/bad.ts", `import { x } from "#api/routes"; x;`, "no-restricted-imports"],
  ["cli/bad.ts", `import { x } from "#desktop/contract"; x;`, "no-restricted-imports"],
  ["cli/bad.ts", `export default 1;`, "no-default-export"],
  ["cli/BadName.ts", `export const x = 1;`, "filename-case"],
];

const good: [file: string, code: string][] = [
  ["wire/good.ts", `import type { Alert } from "#domain/alert"; export type A = Alert;`],
  ["api/good.ts", `import { timelineOf } from "#domain/timeline"; timelineOf;`],
  ["journal/good.ts", `import type { Fact } from "#domain/fact"; export type F = Fact;`],
  ["peers/good.ts", `import { bestPresence } from "#domain/presence"; bestPresence;`],
  ["peers/link/good.ts", `import { WebSocket } from "ws"; WebSocket;`],
  ["domain/oncall/recurrence.ts", `import pkg from "rrule"; export const d = new Date(0); pkg;`],
  ["cli/good.ts", `import { x } from "#compose"; x;`],
];

beforeAll(() => {
  for (const file of ["package.json", "oxlint.config.mjs", "tsconfig.json"])
    cpSync(join(project, file), join(folder, file));
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("walls", () => {
  it("each bad file fails on its rule, each good one passes", () => {
    const findings = bad.map(([file, code, rule]) => [
      file,
      code,
      rule,
      lint(file, code).some((r) => r.includes(rule)),
    ]);
    expect(findings.filter(([, , , caught]) => caught !== true)).toEqual([]);
    const refused = good
      .map(([file, code]) => [file, lint(file, code).filter(isWall)])
      .filter(([, rules]) => rules!.length > 0);
    expect(refused).toEqual([]);
  }, 60_000);

  it.each([
    "console.log(1);",
    "process.exit();",
    "document.title;",
    "export const b = Buffer.from('');",
    "setTimeout(() => {}, 1);",
  ])(
    "the domain does not even compile with %s",
    (code) => {
      writeFileIn("src/domain/bad.ts", `${code}\nexport {};`);
      cpSync(join(project, "src/domain/tsconfig.json"), join(folder, "src/domain/tsconfig.json"));
      const result = spawnSync(join(project, "node_modules/.bin/tsc"), ["-p", join(folder, "src/domain")], {
        encoding: "utf8",
      });
      expect(result.stdout).toContain("bad.ts");
      expect(result.status).not.toBe(0);
    },
    30_000,
  );
});

const isWall = (rule: string) => rule.includes("no-restricted");

function lint(file: string, code: string): string[] {
  const path = writeFileIn(`src/${file}`, `${code}\n`);
  const result = spawnSync(
    join(project, "node_modules/.bin/oxlint"),
    ["-c", "oxlint.config.mjs", "-f", "json", path],
    { cwd: folder, encoding: "utf8" },
  );
  rmSync(join(folder, path));
  const { diagnostics } = JSON.parse(result.stdout) as { diagnostics: { code: string; severity: string }[] };
  return diagnostics.filter((finding) => finding.severity === "error").map((finding) => finding.code);
}

function writeFileIn(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return path;
}
