/** `tocsin roster import`, as somebody in an office would use it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { endProcesses, freshFolder, tocsin } from "../support/tocsin-process.ts";
import { sample } from "../config/sample.ts";

afterEach(endProcesses);

test("adds and updates, keeps comments, deletes nobody, and is repeatable", async () => {
  const folder = freshFolder();
  const [team, csv] = [join(folder, "team.yaml"), join(folder, "roster.csv")];
  writeFileSync(team, sample);
  writeFileSync(
    csv,
    Buffer.from(
      "Kürzel;Vorname;Name;Telefon\r\nana;Ana;Ruiz;+34611111111\r\nben;;Ben;\r\njg;Jürgen;Groß;030 1\r\n",
      "latin1",
    ),
  );

  const dry = await tocsin(["roster", "import", csv, "--team", team, "--dry-run"]);
  expect(dry).toMatchObject({ code: 0, stderr: "" });
  expect(dry.stdout.split("\n").slice(0, 4)).toEqual([
    "+ jg",
    "~ ana: phone",
    "? chi is not in the roster, and stays in the team",
    `${team}: 1 added, 1 changed, 1 as they were (nothing written: --dry-run). The roster was read as windows-1252.`,
  ]);
  expect(readFileSync(team, "utf8")).toBe(sample);

  const real = await tocsin(["roster", "import", csv, "--team", team, "--json"]);
  expect(JSON.parse(real.stdout)).toMatchObject({
    added: ["jg"],
    changed: [{ id: "ana", keys: ["phone"] }],
    unchanged: ["ben"],
    missing: ["chi"],
    written: true,
  });
  const text = readFileSync(team, "utf8");
  expect(text).toBe(
    sample
      .replace('"+34600000000"', '"+34611111111"')
      .replace(
        "  - { id: chi, name: Chi }\n",
        "  - { id: chi, name: Chi }\n  - { id: jg, name: Jürgen Groß, phone: 030 1 }\n",
      ),
  );
  const again = await tocsin(["roster", "import", csv, "--team", team, "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ added: [], changed: [], written: false });
  expect(readFileSync(team, "utf8")).toBe(text);
});

test("a faulty roster or team file is refused whole, with every place", async () => {
  const folder = freshFolder();
  const [team, csv] = [join(folder, "team.yaml"), join(folder, "roster.csv")];
  writeFileSync(team, sample);
  writeFileSync(csv, "id,name,email\nana,Ana,nowhere\njo,,jo@example.org\n");
  const faulty = await tocsin(["roster", "import", csv, "--team", team]);
  expect(faulty.code).toBe(2);
  expect(faulty.stderr).toContain(`${csv}:2:1: email: must be an e-mail address`);
  expect(faulty.stderr).toContain(`${csv}:3:1: name: missing`);
  expect(readFileSync(team, "utf8")).toBe(sample);

  writeFileSync(csv, "id,name\njo,Jo\n");
  writeFileSync(team, sample.replace("version: 1", "version: 2"));
  expect(await tocsin(["roster", "import", csv, "--team", team])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${team}:1:10: version`),
  });
  expect(await tocsin(["roster", "import", join(folder, "none.csv"), "--team", team])).toMatchObject({
    code: 2,
  });
  expect(await tocsin(["roster", "export", csv, "--team", team])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Usage"),
  });
});
