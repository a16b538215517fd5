/**
 * A machine that was revoked, with real processes: what it was told, what it answers, what leaves it, what is left on its
 * disk, and how it comes back.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { startMailCatcher } from "../../scripts/demo/mail-catcher.mjs";
import type { InviteJson, MachinesJson } from "#wire/machines-json";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { StandInDesktop } from "../support/stand-in-desktop.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, tocsin, type TocsinProcess } from "../support/tocsin-process.ts";

afterAll(endProcesses);

const password = "a-mail-password-of-the-team";
const stepMs = 2_000;

interface Health {
  readonly trusted: boolean;
  readonly problems: readonly { readonly kind: string; readonly text: string }[];
}

async function revokedText(engine: TocsinProcess): Promise<string> {
  return eventually("it knows", async () => {
    const answer = await engine.get("/readyz");
    const { trusted, problems } = answer.json() as Health;
    const found = problems.find(({ kind }) => kind === "revoked");
    if (answer.status !== 503 || trusted || found === undefined) throw new Error(answer.text);
    return found.text;
  });
}

/** Files that still have one of these words, the journal's left out: there the text is sealed. */
function filesWith(folder: string, words: readonly string[]): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = join(folder, name);
    if (statSync(file).isDirectory()) return filesWith(file, words);
    return words.some((word) => readFileSync(file, "latin1").includes(word)) ? [name] : [];
  });
}

test("revoked: 503 to everything, nothing leaves it, its secrets are gone, so after a restart; a new invite lets it in", async () => {
  const mail = await startMailCatcher();
  const [first, second] = [freshFolder(), freshFolder()];
  const [firstPort, secondPort] = [await freePort(), await freePort()];
  const team = teamFile({
    change: {
      email: {
        host: "127.0.0.1",
        port: mail.port,
        secure: false,
        user: "u",
        password,
        from: "Tocsin <t@tocsin.test>",
      },
      policies: [
        {
          id: "default",
          steps: [{ notify: [{ everyone: true }], within: `${stepMs / 1_000}s` }],
          repeat: 1_000,
        },
      ],
    },
  });
  const file = writeTeamFile(freshFolder(), team);
  const atFirst = { data: first, team: file, args: ["--peers", `127.0.0.1:${firstPort}`, "--person", "ana"] };
  const atSecond = { data: second, args: ["--peers", `127.0.0.1:${secondPort}`, "--person", "ben"] };
  let a = await serve(atFirst);
  const invited = async () => {
    const body = { person: "ben", role: "engine" };
    return (await a.api<InviteJson>("POST", "/api/v1/machines/invites", body)).line;
  };
  const join2 = async () =>
    tocsin(["join", await invited(), "--data", second, "--peers", `127.0.0.1:${secondPort}`]);
  const bothAwake = (engine: TocsinProcess) =>
    eventually(
      "two awake",
      async () => (await engine.api<MachinesJson>("GET", "/api/v1/machines")).awake === 2,
      30_000,
    );
  expect((await join2()).code).toBe(0);
  let b = await serve(atSecond);
  await bothAwake(b);
  const desktop = new StandInDesktop();
  await desktop.attach(b.url, readFileSync(join(second, "token"), "utf8").trim(), "ben");
  const secrets = [password, ...Object.values(keys)];
  expect(filesWith(second, secrets)).not.toEqual([]);

  // An alert that nobody acknowledges: somebody is mailed every two seconds.
  expect((await b.post(`/in/${keys.events}/json`, { title: "Before" })).status).toBe(202);
  await eventually("mails go out", () => mail.mails.length > 0);
  await eventually("the desktop knows", () => desktop.open.size === 1);
  const { self } = await b.api<MachinesJson>("GET", "/api/v1/machines");
  const { code, stdout } = await tocsin(["machines", "revoke", self.id, "--data", first]);
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/prometheus, webhook, events.*\n.*mail server/),
  });
  expect(await revokedText(b)).toMatch(
    /^This machine was revoked from the team by Ana on .*\. It acts on nothing/,
  );
  expect(b.child.exitCode).toBeNull();

  // From here on the one that revoked is gone as well: whatever is mailed now, the revoked one has mailed.
  await a.crash();
  await pause(500);
  const before = mail.mails.length;
  const refusedSignal = async () => {
    for (const [path, body] of [
      [`/in/${keys.events}/json`, { title: "After" }],
      ["/in/a-key-that-nobody-has-0123456789012345/json", { title: "After" }],
      [
        "/v2/enqueue",
        {
          routing_key: keys.events,
          event_action: "trigger",
          payload: { summary: "After", source: "x", severity: "critical" },
        },
      ],
      [`/in/${keys.prometheus}/api/v2/alerts`, [{ labels: { alertname: "After" } }]],
    ] as const) {
      const answer = await b.post(path, body);
      expect([path, answer.status, answer.headers["retry-after"]]).toEqual([path, 503, "300"]);
      expect(answer.text).not.toContain("Ana");
    }
    await expect(b.api("POST", "/api/v1/alerts", { title: "After" })).rejects.toThrow(/503.*revoked/);
    await expect(b.api("POST", "/api/v1/machines/invites", { role: "engine" })).rejects.toThrow(
      /503.*revoked/,
    );
  };
  await refusedSignal();
  const token = readFileSync(join(second, "token"), "utf8").trim();
  const late = new StandInDesktop();
  await late.attach(b.url, token, "ben");
  expect(late.open.size).toBe(0);
  await eventually("the desktop that was attached is told", () => desktop.open.size === 0);
  expect(filesWith(second, secrets)).toEqual([]);
  expect(readFileSync(join(second, "membership.json"), "utf8")).toMatch(/"teamKey": null/);
  await pause(3 * stepMs);
  expect(mail.mails.length).toBe(before);

  await b.stop();
  b = await serve(atSecond);
  expect(await revokedText(b)).toMatch(/revoked from the team by Ana/);
  await refusedSignal();
  await pause(2 * stepMs);
  expect(mail.mails.length).toBe(before);
  expect(filesWith(second, secrets)).toEqual([]);

  // And it comes back, as another machine.
  a = await serve(atFirst);
  await b.stop();
  const joined = await join2();
  expect([joined.code, joined.stderr]).toEqual([0, ""]);
  b = await serve(atSecond);
  await bothAwake(b);
  const now = await b.api<MachinesJson>("GET", "/api/v1/machines");
  expect(now.self.id).not.toBe(self.id);
  expect(now.machines.filter(({ revokedAt }) => revokedAt !== undefined).map(({ id }) => id)).toEqual([
    self.id,
  ]);
  expect((await b.post(`/in/${keys.events}/json`, { title: "Again" })).status).toBe(202);

  // Revoked while it is off: it hears so at the first door that it comes to.
  await b.stop();
  await a.api("POST", `/api/v1/machines/${now.self.id}/revoke`, {});
  b = await serve(atSecond);
  expect(await revokedText(b)).toMatch(
    / says that this machine was revoked from the team\. It acts on nothing/,
  );
  await refusedSignal();
  await mail.stop();
}, 120_000);
