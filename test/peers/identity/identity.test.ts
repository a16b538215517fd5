/** The machine's two files: made once, private, and clear about what is wrong with a damaged one. */
import { X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOfPem, machineIdOf } from "#peers/identity/certificate";
import { readIdentity, readOrMakeIdentity, type MachineIdentity } from "#peers/identity/machine-identity";
import { readMembership, writeMembership, type Membership } from "#peers/identity/membership";

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "tocsin-identity-"));
});
afterEach(() => rmSync(data, { recursive: true }));

async function made(): Promise<MachineIdentity> {
  const read = await readOrMakeIdentity(data, 5);
  if (!read.ok) throw new Error(read.text);
  return read.identity;
}

const modeOf = (file: string) => statSync(join(data, file)).mode & 0o777;

describe("the identity", () => {
  it("is made once and read again", async () => {
    expect(readIdentity(data)).toEqual({ ok: true, identity: null });
    const identity = await made();
    expect(await made()).toEqual(identity);
    expect(identity.id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    expect(identity.id).toBe(machineIdOf(fingerprintOfPem(identity.certificatePem)));
    expect(modeOf("machine.json")).toBe(0o600);
    expect(readdirSync(data)).toEqual(["machine.json"]);
  });

  it("the certificate names nobody", async () => {
    const { subject, issuer, subjectAltName } = new X509Certificate((await made()).certificatePem);
    expect([subject, issuer, subjectAltName]).toEqual(["CN=tocsin", "CN=tocsin", undefined]);
    const kept = JSON.parse(readFileSync(join(data, "machine.json"), "utf8")) as object;
    expect(Object.keys(kept)).toEqual(["id", "certificate", "key", "createdAt"]);
  });

  it("two machines differ", async () => {
    const first = await made();
    rmSync(join(data, "machine.json"));
    expect((await made()).id).not.toBe(first.id);
  });

  it("takes away what others may do with the file", async () => {
    await made();
    chmodSync(join(data, "machine.json"), 0o644);
    await made();
    expect(modeOf("machine.json")).toBe(0o600);
  });

  it("the id is the beginning of the fingerprint in base32", () => {
    expect(machineIdOf("00".repeat(32))).toBe("0".repeat(26));
    expect(machineIdOf("ff".repeat(32))).toBe("z".repeat(26));
    expect(machineIdOf(`08${"00".repeat(31)}`)).toBe(`1${"0".repeat(25)}`);
    expect(() => machineIdOf("FF")).toThrow(/not a fingerprint/);
  });

  it("says what is wrong with a damaged file, and makes no other one in its place", async () => {
    const identity = await made();
    const file = join(data, "machine.json");
    const text = readFileSync(file, "utf8");
    const other = await (async () => {
      rmSync(file);
      return made();
    })();
    const kept = JSON.parse(text) as Record<string, unknown>;
    const damaged: [content: string, why: RegExp][] = [
      ["", /no JSON/],
      [text.slice(0, 200), /no JSON/],
      [JSON.stringify({ ...kept, key: undefined }), /"key" is missing or wrong/],
      [JSON.stringify({ ...kept, key: "x" }), /key cannot be read/],
      [JSON.stringify({ ...kept, certificate: "x" }), /certificate cannot be read/],
      [JSON.stringify({ ...kept, key: other.keyPem }), /key is not that of its certificate/],
      [JSON.stringify({ ...kept, id: other.id }), /id is not that of its certificate/],
    ];
    for (const [content, why] of damaged) {
      writeFileSync(file, content);
      for (const read of [readIdentity(data), await readOrMakeIdentity(data, 5)]) {
        expect(read.ok).toBe(false);
        if (!read.ok) expect(read.text).toMatch(why);
        if (!read.ok) expect(read.text).toMatch(/Restore it from a copy/);
      }
      expect(readFileSync(file, "utf8")).toBe(content);
    }
    writeFileSync(file, text);
    expect((await made()).id).toBe(identity.id);
  });

  it("tells of a key or certificate never in its error", async () => {
    const { keyPem } = await made();
    const file = join(data, "machine.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"id"', '"di"'));
    const read = readIdentity(data);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.text).not.toContain(keyPem.split("\n")[1]);
  });
});

const membership: Membership = {
  teamId: "0123456789abcdef",
  teamKey: Buffer.alloc(32, 1).toString("base64"),
  role: "engine",
  name: "Ana's laptop",
  peers: { host: "::", port: 8744 },
  alsoAt: [],
  engines: [{ id: "0".repeat(26), fingerprint: "00".repeat(32), addresses: ["192.0.2.7:8744"] }],
};

describe("the membership", () => {
  it("comes back as it was written, private and whole", () => {
    expect(readMembership(data)).toEqual({ ok: true, membership: null });
    writeMembership(data, membership);
    const desk: Membership = { ...membership, role: "desk", teamKey: null, peers: null };
    expect(readMembership(data)).toEqual({ ok: true, membership });
    writeMembership(data, desk);
    expect(readMembership(data)).toEqual({ ok: true, membership: desk });
    expect(modeOf("membership.json")).toBe(0o600);
    expect(readdirSync(data)).toEqual(["membership.json"]);
  });

  it("is never written wrong: a desk holds no key, an engine does", () => {
    expect(() => writeMembership(data, { ...membership, role: "desk" })).toThrow(/belongs to engines/);
    expect(() => writeMembership(data, { ...membership, teamKey: null })).toThrow(/belongs to engines/);
    expect(() => writeMembership(data, { ...membership, teamKey: "AAAA" })).toThrow(/32 bytes/);
    expect(readdirSync(data)).toEqual([]);
  });

  it.each([
    ["{", /no JSON/],
    [JSON.stringify({ ...membership, teamId: "x" }), /"teamId"/],
    [JSON.stringify({ ...membership, engines: [{ id: "x" }] }), /"engines.0.id"/],
    [JSON.stringify({ ...membership, peers: { host: "", port: 1 } }), /"peers.host"/],
  ])("says what is wrong with %s", (content, why) => {
    writeFileSync(join(data, "membership.json"), content);
    const read = readMembership(data);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.text).toMatch(why);
  });

  it("a fault names no secret", () => {
    writeFileSync(join(data, "membership.json"), JSON.stringify({ ...membership, role: "desk" }));
    const read = readMembership(data);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.text).not.toContain(membership.teamKey!);
  });
});
