/** `tocsin import` at its outside: what it prints where, the file it writes, and how it ends. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { importFiles } from "#cli/import";
import { CommandFailure } from "#cli/outcome";
import { parseCommand } from "#cli/usage";
import { loadTeam } from "#config/load-team";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/import/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tocsin-import-"));
const pagerDuty = ["users", "schedule-primary", "bundle"].map((name) => fixture(`pagerduty/${name}.json`));

async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const lines = { out: [] as string[], error: [] as string[] };
  const output = {
    out: (text: string) => lines.out.push(text),
    error: (text: string) => lines.error.push(text),
  };
  let code: number;
  try {
    code = await importFiles(parseCommand(["import", ...args]), output);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    lines.error.push(error.message);
    code = error.exitCode;
  }
  return { code, out: lines.out.join("\n"), error: lines.error.join("\n") };
}

describe("a good import", () => {
  test("without --out the team file alone is on stdout, the report on stderr", async () => {
    const { code, out, error } = await run("pagerduty", ...pagerDuty);
    expect(code).toBe(0);
    expect(loadTeam(out, "stdout", { env: {} }).ok).toBe(true);
    expect(error).toContain("users.json: users[0].notification_rules[2]: left out: being notified by phone:");
    expect(error).toContain("4 people, 2 schedules, 1 policies");
  });

  test("--out writes a file for its owner only, and never over another", async () => {
    const file = join(folder, "team.yaml");
    expect((await run("pagerduty", ...pagerDuty, "--out", file)).code).toBe(0);
    expect(loadTeam(readFileSync(file, "utf8"), file, { env: {} }).ok).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await run("pagerduty", ...pagerDuty, "--out", file);
    expect(again).toMatchObject({
      code: 1,
      error: `${file} is there already; move it away or choose another name.`,
    });
  });

  test("--json is one value: the file, the report and the ids", async () => {
    const { code, out, error } = await run("pagerduty", ...pagerDuty, "--json");
    const answer = JSON.parse(out) as {
      ok: boolean;
      yaml: string;
      report: object[];
      ids: object[];
      counts: object;
    };
    expect({ code, error, ok: answer.ok }).toEqual({ code: 0, error: "", ok: true });
    expect(answer.report[0]).toEqual({
      file: pagerDuty[0],
      path: "users[0].notification_rules[0]",
      outcome: "left-out",
      what: "being notified by push notification",
      why: "Tocsin notifies on the desktop and by e-mail",
      remedy: "rely on these two, or forward the mail to whatever does it",
    });
    expect(answer.ids).toContainEqual({ kind: "policy", source: "PT20YPA", name: "Default", id: "default" });
    expect(answer.counts).toEqual({ people: 4, schedules: 2, policies: 1 });
  });
});

describe("a bad one", () => {
  test.each([
    [["victorops", "x.json"], '"victorops" is none of oncall, opsgenie, pagerduty.'],
    [["oncall", join(folder, "missing.json")], "There is no file"],
    [["oncall", folder], "is not a file"],
  ])("%#", async (args, sentence) => {
    const { code, out, error } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toContain(sentence);
  });

  test("faults go to stderr with their places, or into the JSON, and nothing is written", async () => {
    const broken = join(folder, "broken.json");
    writeFileSync(
      broken,
      JSON.stringify({ schedule: { id: "S", name: "S", time_zone: "Mars", schedule_layers: [] } }),
    );
    const file = join(folder, "none.yaml");
    const { code, error } = await run("pagerduty", broken, "--out", file);
    expect(code).toBe(2);
    expect(error).toBe(
      `${broken}: schedule.time_zone: "Mars"; must be an IANA time zone such as Europe/Berlin`,
    );
    expect(() => statSync(file)).toThrow("ENOENT");
    const asJson = await run("pagerduty", broken, "--json");
    expect(JSON.parse(asJson.out)).toMatchObject({ ok: false, faults: [{ path: "schedule.time_zone" }] });
  });
});
