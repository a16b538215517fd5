/** A desk's connection to an engine: the client contract's bytes both ways, and clear words when there is none. */
import { afterEach, describe, expect, it } from "vitest";
import { connectDesk } from "#peers/link/desk-client";
import { realScheduler } from "#peers/link/scheduler";
import { closeServers, freshIdentity, listen, Roster, until } from "../../support/peer-machines.ts";

afterEach(closeServers);

async function start() {
  const roster = new Roster();
  const [engine, other] = [await listen(roster), await listen(roster)];
  const desk = await freshIdentity();
  const log: string[] = [];
  const call = ({ identity }: typeof engine, addresses: string[]) =>
    connectDesk({
      identity: desk,
      engine: { id: identity.id, fingerprint: identity.fingerprint, addresses },
      scheduler: realScheduler,
      securityLog: (event) => void log.push(event),
    });
  return { roster, engine, other, desk, log, call };
}

describe("a desk", () => {
  it("speaks with its engine, which knows whose it is", async () => {
    const { roster, engine, desk, call } = await start();
    roster.add(desk, "desk", "ana");
    const connected = await call(engine, ["127.0.0.1:1", engine.address]);
    if (!connected.ok) throw new Error(connected.text);
    await until("there", () => engine.clients.length === 1);
    const [there] = engine.clients;
    const [heardHere, heardThere]: unknown[][] = [[], []];
    connected.connection.onMessage((message) => void heardHere!.push(message));
    there!.connection.onMessage((message) => void heardThere!.push(message));
    connected.connection.send({ type: "hello", text: "é".repeat(5_000) });
    // All open alerts of a bad night, in one message.
    there!.connection.send({ type: "welcome", alerts: "x".repeat(10_000_000) });
    await until("heard", () => heardHere!.length === 1 && heardThere!.length === 1);
    expect(heardThere).toEqual([{ type: "hello", text: "é".repeat(5_000) }]);
    expect(there!.machine).toMatchObject({ id: desk.id, person: "ana", role: "desk" });
    const whys: string[] = [];
    connected.connection.onClose((why) => void whys.push(why));
    there!.connection.close("The engine is stopping.");
    await until("closed", () => whys.length === 1);
    expect(whys).toEqual(["The engine is stopping."]);
  });

  it("hears why it is not let in", async () => {
    const { roster, engine, other, desk, log, call } = await start();
    expect(await call(engine, [engine.address])).toMatchObject({ ok: false, reason: "refused" });
    roster.add(desk, "desk");
    roster.revoke(desk.id);
    const revoked = await call(engine, [engine.address]);
    expect(revoked).toMatchObject({ ok: false, text: expect.stringMatching(/revoked/) as string });
    expect(await call(engine, ["127.0.0.1:1"])).toMatchObject({ ok: false, reason: "unreachable" });
    expect(log).toEqual([]);
    expect(await call(engine, [other.address])).toMatchObject({ ok: false, reason: "wrong-certificate" });
    expect(log).toEqual(["wrong-certificate"]);
  });

  it("stops trying when it is told to", async () => {
    const { engine, desk } = await start();
    const { id, fingerprint } = engine.identity;
    const connected = await connectDesk({
      identity: desk,
      engine: { id, fingerprint, addresses: [engine.address] },
      scheduler: realScheduler,
      securityLog: () => {},
      signal: AbortSignal.abort(),
    });
    expect(connected).toMatchObject({ ok: false, reason: "unreachable" });
    expect(engine.log).toEqual([]);
  });
});
