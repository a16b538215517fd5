/**
 * Mail that cannot work is said before an alert needs it, with a real mail server; and a doctor that knows what the
 * engine knows. Contract: health, `tocsin doctor`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { InviteJson } from "#wire/machines-json";
import { startMailCatcher } from "../../scripts/demo/mail-catcher.mjs";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { startMailServer, type MailServer } from "../support/mail-server.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, tocsin, type TocsinProcess } from "../support/tocsin-process.ts";

let mail: MailServer;
beforeAll(async () => {
  mail = await startMailServer();
});
afterAll(() => mail?.stop());
afterEach(endProcesses);

interface Health {
  readonly trusted: boolean;
  readonly problems: readonly { readonly kind: string; readonly text: string }[];
}

const withinMs = 8_000;
const health = async (engine: TocsinProcess) => (await engine.get("/readyz")).json() as Health;

async function expectDistrusted(engine: TocsinProcess, kind: string, text: RegExp): Promise<void> {
  await eventually(
    `${kind}: ${text}`,
    async () => {
      const { trusted, problems } = await health(engine);
      const found = problems.find((problem) => problem.kind === kind && text.test(problem.text));
      if (found === undefined || trusted) throw new Error(JSON.stringify({ trusted, problems }));
      return true;
    },
    withinMs,
  );
}

const expectTrusted = (engine: TocsinProcess) =>
  eventually(
    "trusted",
    async () => {
      const said = await health(engine);
      if (!said.trusted) throw new Error(JSON.stringify(said));
      return true;
    },
    withinMs,
  );

const login = () => ({
  host: "127.0.0.1",
  port: mail.submissionPort,
  secure: false,
  user: "tocsin",
  password: "tocsinpw",
  caFile: mail.caFile,
  from: "Tocsin <tocsin@tocsin.test>",
});

async function started(email: Record<string, unknown>, people: Record<string, unknown>[] = []) {
  const data = freshFolder();
  const file = (of: Record<string, unknown>, who = people) =>
    writeTeamFile(data, teamFile({ change: { email: of, ...(who.length > 0 && { people: who }) } }));
  const engine = await serve({ data, team: file(email) });
  return { engine, data, file };
}

describe("with no alert at all, mail that cannot work makes the engine distrusted, and correcting the file mends it", () => {
  test("a wrong password", async () => {
    const { engine, file } = await started({ ...login(), password: "guessed" });
    await expectDistrusted(engine, "channel", /refused the login .*535.*email\.password/);
    expect(readFileSync(join(engine.data, "tocsin.log"), "utf8")).not.toContain("guessed");
    file(login());
    await expectTrusted(engine);
    file({ ...login(), password: "guessed again" });
    await expectDistrusted(engine, "channel", /refused the login/);
  });

  test("a port where nobody listens, a host that has no name", async () => {
    const { engine, file } = await started({ ...login(), port: await freePort() });
    await expectDistrusted(engine, "channel", /cannot be reached .*ECONNREFUSED/);
    file({ ...login(), host: "mail.tocsin.invalid" });
    await expectDistrusted(
      engine,
      "channel",
      /name of mail server mail\.tocsin\.invalid.* cannot be resolved/,
    );
    file(login());
    await expectTrusted(engine);
  });

  test("a certificate that is not trusted, a file of certificates that is not there, and one that is none", async () => {
    const { engine, file } = await started({ ...login(), tlsFingerprint: "ab".repeat(32) });
    await expectDistrusted(
      engine,
      "channel",
      /certificate of mail server .* is another one .*email\.tlsFingerprint/,
    );
    file({ ...login(), caFile: "not-there.pem" });
    await expectDistrusted(engine, "channel", /email\.caFile cannot be read .*ENOENT/);
    const none = join(engine.data, "none.pem");
    writeFileSync(none, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
    file({ ...login(), caFile: none });
    await expectDistrusted(engine, "channel", /certificate|caFile/);
    file(login());
    await expectTrusted(engine);
  });

  test("encryption that is asked for and not offered", async () => {
    const plain = await startMailCatcher();
    const { engine } = await started({ ...login(), port: plain.port, requireTls: true });
    await expectDistrusted(engine, "channel", /offers no encryption .*email\.requireTls/);
    await plain.stop();
  });
});

test("a refused recipient counts at once, is named, is known after a restart, and is over with another address", async () => {
  const person = (id: string, email: string) => ({
    id,
    name: `${id} of the team`,
    email,
    notify: [{ via: "email", after: "0s" }],
  });
  const plain = {
    host: "127.0.0.1",
    port: mail.smtpPort,
    secure: false,
    from: "Tocsin <tocsin@tocsin.test>",
  };
  const refused = [
    person("ana", "nobody@tocsin.test"),
    person("ben", "ben@elsewhere.test"),
    person("chi", "chi@tocsin.test"),
  ];
  const { engine, file, data } = await started(plain, refused);
  await expectTrusted(engine);
  expect(
    (await engine.post(`/in/${keys.events}/json`, { title: "Disk full", severity: "critical" })).status,
  ).toBe(202);
  await expectDistrusted(
    engine,
    "refused-mail",
    /Mail to ana of the team \(nobody@tocsin\.test\) is refused: .*550.* Mail to ben of the team \(ben@elsewhere\.test\) is refused: .*550/,
  );
  await engine.stop();
  const again = await serve({ data, team: join(data, "team.yaml") });
  await expectDistrusted(again, "refused-mail", /nobody@tocsin\.test/);
  file(plain, [
    person("ana", "ana@tocsin.test"),
    person("ben", "ben@tocsin.test"),
    person("chi", "chi@tocsin.test"),
  ]);
  await expectTrusted(again);
});

test("the doctor of a machine that joined does not say that mail is broken where the sealed password works", async () => {
  const variable = "MAIL_HEALTH_PASSWORD";
  const [first, second] = [freshFolder(), freshFolder()];
  const email = { ...login(), password: { env: variable } };
  const [port, other] = [await freePort(), await freePort()];
  const inviter = await serve({
    data: first,
    team: writeTeamFile(first, teamFile({ change: { email } })),
    args: ["--peers", `127.0.0.1:${port}`, "--person", "ana"],
    env: { [variable]: "tocsinpw" },
  });
  const { line } = await inviter.api<InviteJson>("POST", "/api/v1/machines/invites", {
    person: "ben",
    role: "engine",
  });
  const listening = ["--peers", `127.0.0.1:${other}`];
  expect((await tocsin(["join", line, "--data", second, ...listening])).code).toBe(0);
  const joined = await serve({ data: second, args: listening });
  await eventually("the sealed password", async () =>
    (await health(joined)).problems.every(({ kind }) => kind !== "channel" && kind !== "team-file"),
  );

  const findings = async (data: string, env: NodeJS.ProcessEnv = {}) => {
    const { stdout } = await tocsin(["doctor", "--json", "--data", data], { env });
    return JSON.parse(stdout) as { name: string; status: string; text: string }[];
  };
  const ofMail = (found: Awaited<ReturnType<typeof findings>>) =>
    found.find(({ name }) => name === "mail server");
  const works = { status: "ok", text: expect.stringContaining("takes the login of tocsin") };
  for (const isRunning of [true, false]) {
    if (!isRunning) await joined.stop();
    const found = await findings(second);
    expect(ofMail(found)).toMatchObject(works);
    expect(found.find(({ name }) => name === "team file")?.text).not.toContain(variable);
  }
  // The inviter's engine has it from its environment, which a shell need not have.
  expect(ofMail(await findings(first))).toMatchObject({ status: "ok" });
  expect(ofMail(await findings(first, { [variable]: "wrong" }))).toMatchObject({ status: "fail" });
});
