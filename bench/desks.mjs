// Desks, as many as wanted, in this process: each a machine of the team with a certificate of its own, paired by an invite,
// connected to its engine by the product's own client over TLS. They show every popup at once, and are never clicked on.
import { setTimeout as pause } from "node:timers/promises";
import { atTheEnd } from "./child-processes.mjs";
import { inside } from "./inside.mjs";

/** Fewer than the engine takes in at a time. */
const AT_ONCE = 8;

/** A desk in the team of `engine` for each of these people; not connected yet. */
export async function pairDesks(engine, people) {
  const { joinTeam, makeIdentity, parseInvite, realScheduler } = await inside();
  return inParts(people, async (person) => {
    const { line } = await engine.api("/api/v1/machines/invites", { role: "desk", person });
    const identity = await makeIdentity(Date.now());
    const { invite } = parseInvite(line);
    const who = { identity, name: `Desk of ${person}`, addresses: [], tocsin: "bench" };
    const joined = await joinTeam({ ...who, invite, scheduler: realScheduler });
    if (!joined.ok) throw new Error(`the desk of ${person} was not let in: ${joined.text}`);
    return { identity, person };
  });
}

/** What all of these desks know. `atEngine(index)`: to which engine each is connected. */
export class Crowd {
  #connections = [];
  #waiting = null;
  #stop = atTheEnd(() => this.#connections.forEach((connection) => connection.close("The benchmark ends.")));

  static async connected(desks, atEngine) {
    const crowd = new Crowd();
    const { connectDesk, realScheduler } = await inside();
    const records = new Map();
    await inParts(desks, async (desk, index) => {
      const engine = atEngine(index);
      if (!records.has(engine)) records.set(engine, recordOf(engine));
      const wanted = { identity: desk.identity, engine: await records.get(engine) };
      const dialled = await connectDesk({ ...wanted, scheduler: realScheduler, securityLog: () => {} });
      if (!dialled.ok) throw new Error(`a desk cannot connect: ${dialled.text}`);
      await crowd.#greet(dialled.connection);
    });
    return crowd;
  }

  /** Resolves with when the last of so many desks was told to show the alert with this title: `{ at, alertId }`. */
  untilShown(title, count = this.#connections.length) {
    return this.#until("shown", title, count);
  }

  /** The same: has heard that it is acknowledged, on which a desk stops its sound and closes its window. */
  untilSilent(title) {
    return this.#until("silent", title, this.#connections.length);
  }

  /** As the click of a person at desk `index`. */
  acknowledge(index, alertId) {
    const command = { type: "command", requestId: 1, alertId, origin: "window" };
    this.#connections[index].send({ ...command, command: { kind: "acknowledge" } });
  }

  stop() {
    return this.#stop();
  }

  #greet(connection) {
    const titles = new Map();
    this.#connections.push(connection);
    const note = (what, alertId) => {
      const { done, ...wanted } = this.#waiting ?? {};
      if (wanted.what !== what || titles.get(alertId) !== wanted.title) return;
      if (--this.#waiting.missing === 0) done({ at: performance.now(), alertId });
    };
    return new Promise((welcomed, fail) => {
      connection.onClose((why) => fail(new Error(`a desk was turned away: ${why}`)));
      connection.onMessage((message) => {
        if (message.type === "welcome") welcomed();
        for (const { id, title, status } of message.alerts ?? []) {
          if (status === "acknowledged") note("silent", id);
          else titles.set(id, title);
        }
        if (message.type !== "present") return;
        connection.send({ type: "presented", actionId: message.actionId, shown: true });
        note("shown", message.alertId);
      });
      connection.send({ type: "hello", version: 1, client: "desktop", person: null, available: true });
    });
  }

  async #until(what, title, missing, limitMs = 20_000) {
    const reached = new Promise((done) => (this.#waiting = { what, title, missing, done }));
    const result = await Promise.race([reached, pause(limitMs, null, { ref: false })]);
    if (result === null)
      throw new Error(`${this.#waiting.missing} of ${missing} desks are not ${what}: ${title}`);
    return result;
  }
}

async function inParts(all, work) {
  const results = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const part = all.slice(from, from + AT_ONCE);
    results.push(...(await Promise.all(part.map((one, index) => work(one, from + index)))));
  }
  return results;
}

/** How a desk finds this engine and knows it again. */
async function recordOf(engine) {
  const { self, machines } = await engine.api("/api/v1/machines");
  return machines.find(({ id }) => id === self.id);
}
