/** The inviting side: who gets in with what, without a network and by a clock of the test. */
import { beforeEach, describe, expect, it } from "vitest";
import type { PersonId } from "#domain/ids";
import { machineIdOf } from "#peers/identity/certificate";
import { parseInvite } from "#peers/pairing/invite-line";
import { PairingDesk, type Admitted, type NewMachine } from "#peers/pairing/pairing-desk";
import type { JoinMessage } from "#wire/pairing-contract";

const teamId = "0123456789abcdef";
const teamKey = Buffer.alloc(32, 7).toString("base64");
const [ben, eve] = ["1b".repeat(32), "e5".repeat(32)];
const home = "192.0.2.7:50000";

let now = 1_000_000_000;
let admitted: NewMachine[];
let log: string[];
let answer: Admitted;
let desk: PairingDesk;

beforeEach(() => {
  now = 1_000_000_000;
  admitted = [];
  log = [];
  const welcome = { team: { id: teamId, name: "Night watch" }, teamKey, engines: [], teamFile: "team: {}" };
  answer = { ok: true, welcome };
  desk = new PairingDesk({
    now: () => now,
    securityLog: (event) => void log.push(event),
    self: () => ({ fingerprint: "aa".repeat(32), teamId, teamName: "Night watch" }),
    admit: async (machine) => {
      admitted.push(machine);
      return answer;
    },
  });
});

function invite(role: "engine" | "desk" = "engine", person: string | null = null): string {
  const parsed = parseInvite(
    desk.invite({ role, person: person as PersonId | null }, ["192.0.2.1:8744"]).line,
  );
  if (!parsed.ok) throw new Error(parsed.text);
  return parsed.invite.secret;
}

async function join(secret: string, words: Partial<JoinMessage> = {}, fingerprint = ben, address = home) {
  const message = {
    type: "join",
    version: 1,
    oldest: 1,
    secret,
    name: "Ben's laptop",
    tocsin: "1",
    ...words,
  };
  return desk.judge({ fingerprint, address }, JSON.stringify(message));
}

const wrong = "B".repeat(22);

describe("joining", () => {
  it("an engine gets the team with its key, and is admitted as its certificate says", async () => {
    const joined = await join(invite("engine", "ben"), { addresses: ["192.0.2.7:8744", "no address"] });
    expect(joined).toMatchObject({
      type: "joined",
      team: { id: teamId },
      teamKey,
      teamFile: "team: {}",
      machine: { id: machineIdOf(ben), role: "engine", person: "ben", name: "Ben's laptop" },
    });
    expect(admitted).toEqual([
      {
        id: machineIdOf(ben),
        fingerprint: ben,
        role: "engine",
        person: "ben",
        name: "Ben's laptop",
        addresses: ["192.0.2.7:8744"],
      },
    ]);
    expect(log).toEqual(["machine-admitted"]);
  });

  it("a desk gets neither the key nor the team file", async () => {
    const joined = await join(invite("desk", "ben"), { addresses: ["192.0.2.7:8744"] });
    expect(joined).toMatchObject({ type: "joined", teamKey: null, teamFile: null });
    expect(JSON.stringify(joined)).not.toContain(teamKey);
    expect(admitted[0]).toMatchObject({ role: "desk", addresses: [] });
  });

  it("an invite for nobody in particular takes the joiner's word, one for somebody does not", async () => {
    await join(invite("desk"), { person: "ben" });
    expect(admitted[0]!.person).toBe("ben");
    const secret = invite("desk", "ana");
    expect(await join(secret, { person: "ben" })).toMatchObject({ type: "refused", reason: "other-person" });
    expect(await join(secret)).toMatchObject({ type: "joined", machine: { person: "ana" } });
  });

  it("names are one clean line", async () => {
    await join(invite(), { name: "Ben\n\u202e<b>\x07" });
    expect(admitted[0]!.name).not.toMatch(/[\n\x07\u202e]/);
  });

  it("an invite is for one machine: replayed by another it is refused", async () => {
    const secret = invite();
    expect(await join(secret)).toMatchObject({ type: "joined" });
    expect(await join(secret, {}, eve, "192.0.2.66:1")).toMatchObject({ type: "refused", reason: "used" });
    expect(admitted).toHaveLength(1);
    expect(log).toContain("used-invite");
  });

  it("the machine itself may ask again when the answer got lost", async () => {
    const secret = invite();
    await join(secret);
    expect(await join(secret)).toMatchObject({ type: "joined" });
  });

  it("lasts 15 minutes, and not longer because the clock was set back", async () => {
    const secret = invite();
    now += 15 * 60_000 - 1;
    expect(await join(secret)).toMatchObject({ type: "joined" });
    const late = invite();
    now += 15 * 60_000;
    expect(await join(late)).toMatchObject({ type: "refused", reason: "expired" });
    const early = invite();
    now -= 3_600_000;
    expect(await join(early)).toMatchObject({ type: "refused", reason: "expired" });
    expect(log.filter((event) => event === "expired-invite")).toHaveLength(2);
  });

  it("five wrong secrets from one address: a minute of silence, also for a right one, not for others", async () => {
    const secret = invite();
    for (let n = 0; n < 5; n += 1)
      expect(await join(wrong, {}, eve, `192.0.2.66:${n + 1}`)).toMatchObject({ reason: "wrong-secret" });
    expect(await join(secret, {}, eve, "192.0.2.66:9")).toMatchObject({ reason: "paused" });
    expect(log).toEqual([...Array.from({ length: 5 }, () => "wrong-secret"), "too-many-wrong-secrets"]);
    expect(await join(secret)).toMatchObject({ type: "joined" });
    now += 60_000;
    expect(await join(invite(), {}, eve, "192.0.2.66:9")).toMatchObject({ type: "joined" });
  });

  it("a whole IPv6 network is one address", async () => {
    for (let n = 1; n <= 5; n += 1) await join(wrong, {}, eve, `[2001:db8::1:${n}]:5000`);
    expect(await join(wrong, {}, eve, "[2001:db8:0:0:ffff::9]:5000")).toMatchObject({ reason: "paused" });
    expect(await join(wrong, {}, eve, "[2001:db8:0:1::9]:5000")).toMatchObject({ reason: "wrong-secret" });
  });

  it("when it cannot be kept now, the invite stays good", async () => {
    const secret = invite();
    const good = answer;
    answer = { ok: false, reason: "not-now", text: "The disk is full: make room." };
    expect(await join(secret)).toMatchObject({ type: "refused", text: "The disk is full: make room." });
    answer = good;
    expect(await join(secret, {}, eve, "192.0.2.66:1")).toMatchObject({ type: "joined" });
  });

  it("other versions are told what to update", async () => {
    const secret = invite();
    expect(await join(secret, { version: 0, oldest: 0 })).toMatchObject({ reason: "too-old" });
    expect(await join(secret, { version: 9, oldest: 8 })).toMatchObject({ reason: "too-new" });
    expect(await join(secret, { version: 9, oldest: 1 })).toMatchObject({ type: "joined" });
  });

  it("what is no request is refused", async () => {
    for (const text of [null, "", "[]", "{}", '{"type":"joined"}', "\u0000", `{"type":"join","secret":5}`])
      expect(await desk.judge({ fingerprint: ben, address: home }, text)).toMatchObject({
        reason: "malformed",
      });
    expect(admitted).toEqual([]);
  });
});
