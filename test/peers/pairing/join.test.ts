/** `tocsin join` against a real inviting machine on the loopback: what it says, what it writes, and whom it trusts. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { join } from "#cli/join";
import { takeLock } from "#journal/lock";
import { placesIn } from "#journal/places";
import { readIdentity } from "#peers/identity/machine-identity";
import { readMembership } from "#peers/identity/membership";
import { parseInvite, printInvite } from "#peers/pairing/invite-line";
import type { NewMachine, Welcome } from "#peers/pairing/pairing-desk";
import { run } from "../../cli/run-command.ts";
import { invitingMachine, teamKey, type InvitingMachine } from "../../support/inviting-machine.ts";
import { closeServers, freshIdentity, Roster, teamId } from "../../support/peer-machines.ts";
import { tlsManInTheMiddle } from "../../support/man-in-the-middle.ts";

let data: string;
let roster: Roster;
let host: InvitingMachine;
beforeEach(async () => {
  data = joinPath(mkdtempSync(joinPath(tmpdir(), "tocsin-join-")), "data");
  roster = new Roster();
  host = await invitingMachine(roster);
});
afterEach(() => {
  closeServers();
  rmSync(joinPath(data, ".."), { recursive: true });
});

const admittedOf = ({ admitted }: InvitingMachine): NewMachine[] => admitted;

describe("tocsin join", () => {
  it("an engine gets key, team file and engines, and its certificate is in the list", async () => {
    const ran = await run(
      join,
      "join",
      host.invite("engine", "ben"),
      "--data",
      data,
      "--name",
      "Ben's laptop",
    );
    expect(ran).toMatchObject({ code: 0, error: "" });
    expect(ran.out).toMatch(/Ben's laptop is part of Night watch now: an engine.*the machine of ben/);
    const read = readMembership(data);
    expect(read).toMatchObject({
      ok: true,
      membership: {
        teamId,
        teamKey,
        role: "engine",
        name: "Ben's laptop",
        peers: { host: "0.0.0.0", port: 8744 },
        engines: [{ id: host.machine.identity.id, addresses: [host.machine.address] }],
      },
    });
    const identity = readIdentity(data);
    expect(admittedOf(host)).toMatchObject([
      { id: identity.ok && identity.identity?.id, role: "engine", person: "ben" },
    ]);
    expect(admittedOf(host)[0]!.addresses[0]).toMatch(/:8744$/);
    expect(readFileSync(joinPath(data, "team.yaml"), "utf8")).toBe("team: Night watch\n");
    for (const file of ["machine.json", "membership.json", "team.yaml"])
      expect(statSync(joinPath(data, file)).mode & 0o777).toBe(0o600);
  });

  it("a desk gets neither key nor team file, and listens nowhere", async () => {
    const ran = await run(join, "join", host.invite("desk", "ben"), "--data", data);
    expect(ran.code).toBe(0);
    expect(readMembership(data)).toMatchObject({
      ok: true,
      membership: { role: "desk", teamKey: null, peers: null },
    });
    expect(existsSync(joinPath(data, "team.yaml"))).toBe(false);
  });

  it("sets the journal of before aside and says so", async () => {
    mkdirSync(data, { recursive: true });
    for (const name of ["journal.sqlite", "journal.sqlite-wal", "snapshot-000000000000001.json", "team.yaml"])
      writeFileSync(joinPath(data, name), `old ${name}`);
    writeFileSync(joinPath(data, "token"), "stays");
    const ran = await run(join, "join", host.invite("engine"), "--data", data);
    const [aside] = readdirSync(data).filter((name) => name.startsWith("before-joining-"));
    expect(ran.out).toContain(aside);
    expect(readdirSync(joinPath(data, aside!)).sort()).toEqual([
      "journal.sqlite",
      "journal.sqlite-wal",
      "snapshot-000000000000001.json",
      "team.yaml",
    ]);
    expect(existsSync(joinPath(data, "journal.sqlite"))).toBe(false);
    expect(readFileSync(joinPath(data, "token"), "utf8")).toBe("stays");
  });

  it("changes nothing while an engine runs on the folder, or when it belongs to a team", async () => {
    mkdirSync(data, { recursive: true });
    const release = takeLock(placesIn(data));
    expect(await run(join, "join", host.invite("engine"), "--data", data)).toMatchObject({
      code: 1,
      error: expect.stringMatching(/is running.*Stop it/) as string,
    });
    release();
    expect((await run(join, "join", host.invite("engine"), "--data", data)).code).toBe(0);
    const again = await run(join, "join", host.invite("engine"), "--data", data);
    expect(again).toMatchObject({
      code: 1,
      error: expect.stringMatching(/belongs to a team already/) as string,
    });
    expect(admittedOf(host)).toHaveLength(1);
  });

  it("a used, wrong or expired invite is refused, and nothing is written but the key", async () => {
    const used = host.invite("desk");
    await run(join, "join", used, "--data", joinPath(data, "..", "other"));
    const parsed = parseInvite(host.invite("desk"));
    if (!parsed.ok) throw new Error(parsed.text);
    const wrong = printInvite({ ...parsed.invite, secret: "B".repeat(22) });
    const expired = host.invite("desk");
    for (const [line, why] of [
      [used, /used by another machine/],
      [wrong, /Nobody here has made this invite/],
    ] as const) {
      const ran = await run(join, "join", line, "--data", data);
      expect(ran.code).toBe(1);
      expect(ran.error).toMatch(why);
    }
    host.passMs(15 * 60_000);
    const late = await run(join, "join", expired, "--data", data);
    expect(late.error).toMatch(/has expired/);
    expect(readMembership(data)).toEqual({ ok: true, membership: null });
    expect(readdirSync(data).filter((name) => !name.startsWith("journal."))).toEqual(["machine.json"]);
    expect(host.machine.log.map(({ event }) => event)).toEqual([
      "machine-admitted",
      "used-invite",
      "wrong-secret",
      "expired-invite",
    ]);
  });

  it("nobody there: says where it looked and what to check, exit code 3", async () => {
    const line = host.invite("engine").replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1");
    const ran = await run(join, "join", line, "--data", data);
    expect(ran).toMatchObject({
      code: 3,
      error: expect.stringMatching(/127\.0\.0\.1:1.*firewall/s) as string,
    });
  });

  it("tries the next address", async () => {
    const line = host.invite("engine").replace("tocsin://", "tocsin://127.0.0.1:1,");
    expect((await run(join, "join", line, "--data", data)).code).toBe(0);
  });

  it("a man in the middle learns no secret and gets nobody to join", async () => {
    const middle = await tlsManInTheMiddle(host.machine.port, await freshIdentity());
    const line = host.invite("engine").replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${middle.port}`);
    const ran = await run(join, "join", line, "--data", data);
    expect(ran.code).toBe(1);
    expect(ran.error).toMatch(/is not the machine that made this invite.*The secret was not shown/s);
    expect(middle.heard()).toBe("");
    expect(middle.connections()).toBeGreaterThan(0);
    expect(admittedOf(host)).toEqual([]);
    // The invite is as good as before.
    const straight = line.replace(String(middle.port), String(host.machine.port));
    expect((await run(join, "join", straight, "--data", data)).code).toBe(0);
    middle.close();
  });

  it("a machine that answers for another team is not believed", async () => {
    const other: Partial<Welcome> = { team: { id: "fedcba9876543210", name: "Others" } };
    host = await invitingMachine(roster, other);
    const ran = await run(join, "join", host.invite("engine"), "--data", data);
    expect(ran).toMatchObject({ code: 1, error: expect.stringMatching(/another team/) as string });
    expect(readMembership(data)).toEqual({ ok: true, membership: null });
  });

  it("wrong words are refused before anybody is called", async () => {
    const line = host.invite("engine");
    for (const words of [
      ["tocsin://nonsense"],
      [line.split("&")[0]!],
      [line, "--peers", "8744"],
      [line, "--address", "here"],
    ]) {
      const ran = await run(join, "join", ...words, "--data", data);
      expect(ran.code).toBe(2);
    }
    expect(host.machine.log).toEqual([]);
  });
});
