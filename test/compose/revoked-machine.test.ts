/** What a revoked machine takes out of its data folder, and whose word it believes. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { loadTeam } from "#config/load-team";
import type { MachineId, PersonId } from "#domain/ids";
import { readMembership, writeMembership, type Membership } from "#peers/identity/membership";
import { forgetTeamSecrets, withFreshSecrets } from "../../src/compose/shared-team/forget-team.ts";
import { ShutOut } from "../../src/compose/shut-out.ts";
import { TeamRoster } from "../../src/compose/team-roster.ts";
import { World } from "../support/world.ts";

const key = "an-integration-key-0123456789-0123456789";
const text = `version: 1
team: { name: Platform, timeZone: UTC } # the comment stays
people: [{ id: ana, name: Ana, email: ana@example.org }]
policies: [{ id: default, steps: [{ notify: [{ person: ana }], within: 5m }] }]
routes: [{ match: {}, policy: default }]
integrations: [{ id: shop, type: events, key: "${key}" }]
calendars: [{ id: away, url: "https://calendar.example.org/private-0123456789", kind: absences }]
email: { host: mail.example.org, user: u, password: "the mail password", from: t@example.org }
`;

function folder(): string {
  const data = mkdtempSync(join(tmpdir(), "tocsin-revoked-"));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  return data;
}

it("each secret of the file becomes another one; the file stays valid, and the rest of it as it was", () => {
  const fresh = withFreshSecrets(text);
  for (const secret of [key, "private-0123456789", "the mail password"]) expect(fresh).not.toContain(secret);
  expect(fresh).toContain("# the comment stays");
  const before = loadTeam(text, "team.yaml", { env: {} });
  const after = loadTeam(fresh, "team.yaml", { env: {} });
  expect([before.ok, after.ok]).toEqual([true, true]);
  if (!after.ok) return;
  expect(after.team.people).toMatchObject([{ id: "ana", email: "ana@example.org" }]);
  expect(after.secrets.integrationKeys[0]!.key).toMatch(/^[0-9a-f]{48}$/);
});

it("a secret that is written in another way than it reads, or in a file that is broken, goes all the same", () => {
  const escaped = text.replace(`"${key}"`, `"an-integration\\x2dkey-0123456789-0123456789"`);
  expect(withFreshSecrets(escaped)).not.toMatch(/0123456789-0123456789/);
  expect(withFreshSecrets(`${text}  : broken: [`)).not.toMatch(/an-integration-key|the mail password/);
});

const spread = `version: 1
team: { name: Platform, timeZone: UTC } # mail to ana, port 25
people:
  - { id: ana, name: Ana, email: ana@example.org }
policies: [{ id: default, steps: [{ notify: [{ person: ana }], within: 5m }] }]
routes: [{ match: {}, policy: default }]
integrations:
  - id: shop
    type: events
    key: ${key} # not ${key.slice(0, 20)}…
email:
  host: mail.example.org
  port: 25
  user: ana
  password: PASSWORD
  from: t@example.org
`;

it.each([
  ["a word of the file", "mail", "mail"],
  ["a person's id", "ana", "ana"],
  ["a number's digits", '"25"', "25"],
  ["nothing", '""', ""],
  ["escaped", '"geh\\x65im, sehr"', "geh\\x65im"],
  ["of several lines", "|\n    the mail\n    password", "the mail\n"],
  ["folded", ">-\n    the mail\n    password", "the mail\n"],
  ["an anchor", "&p the-mail-password", "the-mail-password"],
])("a password that is %s takes nothing else of the file with it", (_, written, inText) => {
  const fresh = withFreshSecrets(spread.replace("PASSWORD", written));
  const lines = fresh
    .split("\n")
    .map((line) =>
      line.replace(/^(  password: (?:&p )?)"[0-9a-f]{48}"$/, "$1PASSWORD").replace(/"[0-9a-f]{48}"/, key),
    );
  expect(lines.join("\n").replace("&p ", "")).toBe(spread);
  expect(fresh).not.toMatch(/an-integration-key-0123456789-0/);
  if (inText.length > 5) expect(fresh).not.toContain(inText);
});

it("what names a secret by an alias has the fresh one too; in comments a secret goes as well", () => {
  const aliased = spread
    .replace(`key: ${key}`, `key: &k ${key}`)
    .replace("email:\n", `  - { id: second, type: events, key: *k } # once ${key}\nemail:\n`);
  const fresh = withFreshSecrets(aliased.replace("PASSWORD", "&p the-mail-password"));
  expect(fresh).not.toContain(key);
  expect(fresh).toMatch(/key: &k "([0-9a-f]{48})"[^]*key: \*k \} # once \1\n/);
});

it("a broken file keeps its lines", () => {
  const lines = withFreshSecrets(`${spread}  : broken: [`).split("\n");
  expect(lines).toContain("  - { id: ana, name: Ana, email: ana@example.org }");
  expect(lines).toContain("    key: …");
});

it("the copies beside it are cleaned or removed", () => {
  const data = folder();
  mkdirSync(join(data, "team-conflicts"));
  const files = ["team.yaml", "team.last-good.yaml", "team-conflicts/20260301T120000Z-here.yaml"];
  for (const name of files) writeFileSync(join(data, name), text);
  expect(forgetTeamSecrets(data)).toEqual([]);
  for (const name of files)
    expect(readIfThere(join(data, name))).not.toMatch(
      /an-integration-key|the mail password|private-0123456789/,
    );
  expect(readIfThere(join(data, "team.yaml"))).toContain("Ana");
});

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const membership: Membership = {
  teamId: "0123456789abcdef",
  teamKey: Buffer.alloc(32, 1).toString("base64"),
  role: "engine",
  name: "This one",
  peers: null,
  alsoAt: [],
  engines: [],
};

async function machine(data: string, linked: readonly string[]) {
  const { engine, time } = await World.start({ self: "self" });
  const read = readMembership(data);
  const log = { warn: () => {} } as never;
  const identity = { id: "self" as MachineId } as never;
  const roster = new TeamRoster({
    ...{ data, identity, engine, log, startedAt: 0 },
    membership: read.ok ? read.membership : null,
    person: () => "ana" as PersonId,
  });
  let forgotten = 0;
  const shutOut = new ShutOut({
    ...{ engine, roster, log, self: "self" as MachineId },
    clock: { now: () => time.wallMs() },
    linked: () => linked as MachineId[],
    onShutOut: () => (forgotten += 1),
  });
  return { engine, shutOut, forgotten: () => forgotten };
}

it("an engine's word that this machine was revoked counts while no other one is linked, and is kept without the key", async () => {
  const data = folder();
  writeMembership(data, membership);
  const { engine, shutOut, forgotten } = await machine(data, ["ben"]);
  expect(shutOut.look()).toBe(false);
  shutOut.toldBy("ben" as MachineId);
  expect(engine.revocation.known).toMatch(/^ben says that this machine was revoked/);
  expect(forgotten()).toBe(1);
  const kept = readMembership(data);
  expect(kept).toMatchObject({ ok: true, membership: { teamKey: null, revoked: { machine: "self" } } });

  const again = await machine(data, []);
  expect(again.engine.revocation.isKnown).toBe(true);
  expect(again.shutOut.look()).toBe(true);
  expect(again.forgotten()).toBe(1);
});

it("one that was lost cannot switch off an engine that the others still know", async () => {
  const data = folder();
  writeMembership(data, membership);
  const { engine, shutOut, forgotten } = await machine(data, ["stolen", "chi"]);
  shutOut.toldBy("stolen" as MachineId);
  expect(engine.revocation.isKnown).toBe(false);
  expect(forgotten()).toBe(0);
  expect(readMembership(data)).toMatchObject({ membership: { teamKey: membership.teamKey } });
});
