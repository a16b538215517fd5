/** `tocsin serve` as a service manager sees it: how it starts, refuses to start, and ends. Contract §1. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { mountTmpfs } from "../support/small-disk.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import {
  endProcesses,
  exportedFacts,
  freshFolder,
  serve,
  serveInVain,
  tocsin,
} from "../support/tocsin-process.ts";
import { startMailCatcher } from "../../scripts/demo/mail-catcher.mjs";

afterEach(endProcesses);

describe("a first start, without a team file", () => {
  test("writes a team of one, and an alert can be raised at once", async () => {
    const data = join(freshFolder(), "made", "on", "the", "way");
    const engine = await serve({ data });
    const raised = await engine.command<{ id: string; status: string }>(
      "raise",
      "--title",
      "Is this thing on?",
    );
    expect(raised.status).toBe("triggered");
    expect((await engine.alerts()).map(({ title }) => title)).toEqual(["Is this thing on?"]);
    expect(readFileSync(join(data, "team.yaml"), "utf8")).toContain("version: 1");
    expect(statSync(data).mode & 0o777).toBe(0o700);
    for (const name of ["token", "team.yaml", "journal.sqlite", "engine.json"])
      expect([name, statSync(join(data, name)).mode & 0o777]).toEqual([name, 0o600]);
    await engine.stop();
    expect(existsSync(join(data, "engine.json"))).toBe(false);
  });

  test("keys of the written team work", async () => {
    const data = freshFolder();
    const engine = await serve({ data });
    const [, key] = /id: events, type: events, key: "([^"]+)"/.exec(
      readFileSync(join(data, "team.yaml"), "utf8"),
    )!;
    expect(await engine.post(`/in/${key}/json`, { title: "From a script" })).toMatchObject({ status: 202 });
  });
});

test("serve --json prints exactly one line, whatever happens afterwards", async () => {
  const data = freshFolder();
  const team = writeTeamFile(data, teamFile());
  const engine = await serve({ data, team });
  await engine.post(`/in/${keys.events}/json`, { title: "Something" });
  await engine.post(`/in/${keys.events}/json`, "{ not JSON");
  writeFileSync(team, "version: 2");
  await eventually("the fault is noticed", async () =>
    (await engine.get("/readyz")).text.includes("refused"),
  );
  await engine.stop();
  expect(engine.stdout()).toBe(
    `${JSON.stringify({ event: "listening", url: engine.url, pid: engine.child.pid })}\n`,
  );
});

describe("refuses to start, and says why", () => {
  test("an invalid team file: exit 2 and every fault, with its place", async () => {
    const data = freshFolder();
    const team = join(data, "team.yaml");
    const faults = [
      "version: 1",
      "team: { name: Test, timeZone: Europe/Berlyn }",
      "people:",
      "  - { id: ana, name: Ana, emial: ana@example.org }",
      "policies:",
      "  - { id: default, steps: [{ notify: [{ person: bob }], within: 5m }] }",
      "routes: [{ match: {}, policy: default }]",
    ];
    writeFileSync(team, faults.join("\n"));
    const { code, stdout, stderr } = await serveInVain({ data: join(data, "data"), team });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trim().split("\n")).toEqual([
      "tocsin: The team file is invalid:",
      `${team}:2:31: team.timeZone: unknown time zone "Europe/Berlyn", did you mean "Europe/Berlin"?`,
      `${team}:4:27: people[0].emial: unknown key, did you mean "email"?`,
      `${team}:6:49: policies[0].steps[0].notify[0].person: no person has the id "bob"; there is ana`,
    ]);
  });

  test("a team file that is not there: exit 2", async () => {
    const data = freshFolder();
    const { code, stderr } = await serveInVain({ data, team: join(data, "nowhere.yaml") });
    expect(code).toBe(2);
    expect(stderr).toMatch(/nowhere\.yaml:1:1: there is no such file/);
  });

  test("a person who is not in the team: exit 2", async () => {
    const data = freshFolder();
    const team = writeTeamFile(data, teamFile());
    const { code, stderr } = await serveInVain({ data, team, args: ["--person", "dora"] });
    expect(code).toBe(2);
    expectOneSentence(stderr, /dora.*ana, ben, chi/);
  });

  test("another engine on the same data folder: exit 1, and the first one goes on", async () => {
    const data = freshFolder();
    const first = await serve({ data });
    const { code, stderr } = await serveInVain({ data });
    expect(code).toBe(1);
    expectOneSentence(stderr, new RegExp(`process ${first.pid}.*--data`));
    expect((await first.command<{ status: string }>("raise", "--title", "Still here")).status).toBe(
      "triggered",
    );
    expect(JSON.parse(readFileSync(join(data, "engine.json"), "utf8"))).toMatchObject({ pid: first.pid });
  });

  test("a port in use: exit 1 with the remedy, and the data folder is free again", async () => {
    const first = await serve({ data: freshFolder() });
    const data = freshFolder();
    const { code, stderr } = await serveInVain({ data, port: first.port });
    expect(code).toBe(1);
    expectOneSentence(stderr, new RegExp(`Port ${first.port} .*--port`));
    await (await serve({ data })).stop();
  });

  test("a data folder that cannot be written to: exit 1", async () => {
    const disk = mountTmpfs("1m", "ro");
    try {
      const { code, stderr } = await serveInVain({ data: disk.folder });
      expect(code).toBe(1);
      expectOneSentence(stderr, /cannot be written to.*--data/);
    } finally {
      disk.unmount();
    }
  });

  test("a file where the data folder should be: exit 1", async () => {
    const data = join(freshFolder(), "file");
    writeFileSync(data, "");
    const { code, stderr } = await serveInVain({ data });
    expect(code).toBe(1);
    expectOneSentence(stderr, /is not a folder.*--data/);
  });

  test.each([
    [["--port", "http"], /--port takes a number/],
    [["--prot", "1"], /--prot/],
    [["now"], /Usage: tocsin serve/],
  ])("wrong words %j: exit 2", async (args, text) => {
    const { code, stderr } = await serveInVain({ data: freshFolder(), args });
    expect(code).toBe(2);
    expectOneSentence(stderr, text);
  });

  test("an address that this machine does not have: exit 1", async () => {
    const { code, stderr } = await serveInVain({ data: freshFolder(), args: ["--host", "192.0.2.1"] });
    expect(code).toBe(1);
    expectOneSentence(stderr, /192\.0\.2\.1.*--host/);
  });
});

describe("ends in order", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s: exit 0 within 5 s, even with clients and mails that hang",
    async (signal) => {
      const mail = await startMailCatcher({ answerAfterMs: 60_000 });
      const data = freshFolder();
      const team = writeTeamFile(data, teamFile({ mailPort: mail.port }));
      const engine = await serve({ data, team });
      const hanging = connect(engine.port, "127.0.0.1");
      hanging.on("error", () => {});
      hanging.write(
        `POST /in/${keys.events}/json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`,
      );
      await engine.post(`/in/${keys.events}/json`, { title: "Its mail is never taken" });
      await eventually("the mail is on its way", () => mail.mails.length > 0);

      const startedAt = performance.now();
      engine.child.kill(signal);
      expect(await engine.ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect(existsSync(join(data, "engine.json"))).toBe(false);
      expect((await exportedFacts(data)).at(-1)).toMatchObject({ kind: "engine-stopped" });
      hanging.destroy();
      await mail.stop();
    },
  );

  test("a second SIGTERM ends it at once", async () => {
    const mail = await startMailCatcher({ answerAfterMs: 60_000 });
    const data = freshFolder();
    const engine = await serve({ data, team: writeTeamFile(data, teamFile({ mailPort: mail.port })) });
    await engine.post(`/in/${keys.events}/json`, { title: "Its mail is never taken" });
    await eventually("the mail is on its way", () => mail.mails.length > 0);
    engine.child.kill("SIGTERM");
    // By then the first one is being carried out: it waits for the mail.
    await eventually(
      "it takes no more",
      async () => (await engine.get("/readyz").catch(() => null))?.status !== 200,
    );
    const startedAt = performance.now();
    engine.child.kill("SIGTERM");
    await engine.ended;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await mail.stop();
  });

  test("what was open goes on after an orderly restart", async () => {
    const data = freshFolder();
    const team = writeTeamFile(data, teamFile());
    const first = await serve({ data, team });
    const { alert } = (
      await first.post(`/in/${keys.events}/json`, { title: "Survives", dedupKey: "s" })
    ).json() as {
      alert: string;
    };
    await first.stop();
    const second = await serve({ data, team });
    expect(await second.alert(alert)).toMatchObject({
      status: "triggered",
      title: "Survives",
      dedupKey: "s",
    });
  });
});

describe("a team file that is edited while the engine runs", () => {
  test("a good one is taken over, a bad one refused with the last good one in force, also over a restart", async () => {
    const data = freshFolder();
    const team = writeTeamFile(data, teamFile());
    const engine = await serve({ data, team });
    const names = async () =>
      (await engine.api<{ people: { name: string }[] }>("GET", "/api/v1/team")).people.map(
        ({ name }) => name,
      );
    expect(await names()).toEqual(["Ana", "Ben", "Chi"]);

    const changed = JSON.stringify(teamFile()).replace('"name":"Ana"', '"name":"Anna"');
    writeFileSync(team, changed);
    await eventually("the good one is in force", async () => (await names())[0] === "Anna");

    writeFileSync(team, changed.replace('"name":"Anna"', '"nmae":"Annabel"'));
    const problem = await eventually("the bad one is refused", async () =>
      ((await engine.get("/readyz")).json() as { problems: { kind: string; text: string }[] }).problems.find(
        ({ kind }) => kind === "team-file",
      ),
    );
    expect(problem.text).toContain("team.yaml:1:");
    expect(await names()).toEqual(["Anna", "Ben", "Chi"]);
    expect((await engine.post(`/in/${keys.events}/json`, { title: "Still works" })).status).toBe(202);

    await engine.stop();
    const { code, stderr } = await serveInVain({ data, team, args: ["--person", "dora"] });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/team\.yaml:1:[^]*dora.*ana, ben, chi/)]);
    const again = await serve({ data, team });
    expect(again.stdout().trim().split("\n")).toHaveLength(1);
    await eventually("it says so", () => again.stderr().includes("the last good one is in force"));
    expect(await again.api("GET", "/api/v1/team")).toMatchObject({ people: [{ name: "Anna" }, {}, {}] });

    writeFileSync(team, changed.replace('"name":"Anna"', '"name":"Annabel"'));
    await eventually(
      "mended, and no longer a problem",
      async () => !(await again.get("/readyz")).text.includes("team-file"),
    );
    expect(await again.api("GET", "/api/v1/team")).toMatchObject({ people: [{ name: "Annabel" }, {}, {}] });
  });
});

describe("tocsin doctor", () => {
  interface Finding {
    readonly name: string;
    readonly status: string;
    readonly text: string;
    readonly remedy?: string;
  }
  const visit = async (...args: string[]) => {
    const { code, stdout } = await tocsin(["doctor", "--json", ...args]);
    const findings = JSON.parse(stdout) as Finding[];
    return { code, of: (name: string) => findings.find((finding) => finding.name === name) };
  };

  test("finds nothing wrong with a running engine", async () => {
    const mail = await startMailCatcher();
    const data = freshFolder();
    const team = writeTeamFile(data, teamFile({ mailPort: mail.port }));
    const engine = await serve({ data, team });
    for (let i = 0; i < 2; i += 1)
      await engine.post(`/in/${keys.events}/json`, {
        title: "t",
        dedupKey: "never-open",
        status: "resolved",
      });
    const { code, of } = await visit("--data", data);
    expect(code).toBe(0);
    expect(of("reports that changed nothing")).toMatchObject({
      status: "ok",
      text: expect.stringMatching(/^2 of \S+ since the engine's start/),
    });
    for (const name of [
      "Node",
      "data folder",
      "data folder privacy",
      "token",
      "journal",
      "mail server",
      "engine",
      "engine health",
    ])
      expect([name, of(name)?.status]).toEqual([name, "ok"]);
    expect(of("whose machine")).toMatchObject({
      status: "warn",
      text: expect.stringContaining("ana, ben, chi"),
    });
    expect(of("display")).toMatchObject({ status: "warn" });
    await mail.stop();
  });

  test("names what is broken, with the remedy, and exits 1", async () => {
    const data = freshFolder();
    const team = writeTeamFile(data, teamFile({ mailPort: await freePort() }));
    const engine = await serve({ data, team });
    await engine.crash();
    spawnSync("chmod", ["644", join(data, "token")]);
    mkdirSync(join(data, "journal-damaged-20260101T000000Z"));
    const { code, of } = await visit("--data", data);
    expect(code).toBe(1);
    expect(of("engine")).toMatchObject({ status: "fail", remedy: expect.stringContaining("tocsin serve") });
    expect(of("mail server")).toMatchObject({ status: "fail", text: expect.stringContaining("127.0.0.1") });
    expect(of("token")).toMatchObject({ status: "fail", remedy: expect.stringContaining("chmod 600") });
    expect(of("damaged journals")).toMatchObject({ status: "warn" });

    writeFileSync(team, "version: 1");
    expect((await visit("--data", data)).of("team file")).toMatchObject({ status: "fail" });
  });

  test("prints a line for each check to people", async () => {
    const { stdout } = await tocsin(["doctor", "--data", freshFolder()]);
    const lines = stdout.trim().split("\n");
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) expect(line).toMatch(/^(ok {3}|warn |FAIL |skip )[A-Za-z ]+: ./);
  });
});

/** `tocsin: ` and one line. */
function expectOneSentence(stderr: string, text: RegExp): void {
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^tocsin: .*(\.|Usage: tocsin .*)\n$/);
  expect(stderr).toMatch(text);
}
