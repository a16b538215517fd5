/** Addresses that the mail server refuses: known until a mail is taken or the address changes, on every machine. */
import { beforeEach, expect, it } from "vitest";
import type { OriginId, TeamRevision } from "#domain/ids";
import type { Outcome } from "#domain/input";
import { refusedMailText } from "#domain/refused-mail";
import type { TravellingFact } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { permanent } from "#channels/failure";
import { person, policy, step, team, toEveryone } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const from = "Tocsin <tocsin@example.org>";
const byMail = { notify: [{ via: "email" as const, afterMs: 0 }] };
const threePeople = (email = "ana@example.org") =>
  team({
    revision: email as TeamRevision,
    people: [
      person("ana", { ...byMail, email }),
      person("ben", { ...byMail, email: "ben@example.org" }),
      person("chi", { ...byMail, email: "chi@example.org" }),
    ],
    policies: [policy("default", [step(toEveryone)])],
  });

let world: World;
/** Addresses that are refused, and whether the sender is. */
let refused: Set<string>;
let isSenderRefused: boolean;

beforeEach(async () => {
  refused = new Set();
  isSenderRefused = false;
  world = await World.start({ team: threePeople(), desktops: [] });
  world.outcome = ({ person: { email = "" } }): Outcome => {
    const failed = permanent("refused", "Mail server mail:25 refused the mail: 550 no.");
    if (isSenderRefused) return { ...failed, refused: { what: "sender", address: from } };
    return refused.has(email)
      ? { ...failed, refused: { what: "recipient", address: email } }
      : { kind: "sent" };
  };
});

const said = (of = world) => refusedMailText(of.engine.state.lastMails, of.engine.state.team!, from);

it("names the person, the address and the server's word, at the first mail", async () => {
  refused.add("ana@example.org");
  expect(said()).toBeNull();
  await world.fire();
  await world.time.pass(1_000);
  expect(said()).toMatch(
    /^Mail to Ana[^.]* \(ana@example\.org\) is refused: Mail server mail:25 refused the mail: 550 no\. Correct the address/,
  );
});

it("names all of them, and each until a mail to that person is taken", async () => {
  refused = new Set(["ana@example.org", "ben@example.org"]);
  await world.fire({ dedupKey: "one" });
  await world.time.pass(1_000);
  expect(said()).toMatch(/ana@example\.org.*ben@example\.org/);
  refused.delete("ana@example.org");
  await world.fire({ dedupKey: "two" });
  await world.time.pass(1_000);
  expect(said()).not.toMatch(/ana@example\.org/);
  expect(said()).toMatch(/ben@example\.org/);
});

it("is still known after a restart, from the journal and from a snapshot", async () => {
  refused.add("ana@example.org");
  await world.fire();
  await world.time.pass(1_000);
  world.crash();
  await world.boot(threePeople());
  expect(said()).toMatch(/ana@example\.org/);
  void world.engine.stop();
  await world.time.pass(5_000);
  expect(world.journal.loadSnapshot()).not.toBeNull();
  await world.boot(threePeople());
  expect(said()).toMatch(/ana@example\.org/);
});

it("is over when the address is another one", async () => {
  refused.add("ana@example.org");
  await world.fire();
  await world.time.pass(1_000);
  void world.engine.submit({ kind: "team-loaded", team: threePeople("ana.ruiz@example.org") });
  await world.time.settle();
  expect(said()).toBeNull();
});

it("a refused sender concerns everybody, until any mail is taken or the sender is another one", async () => {
  isSenderRefused = true;
  await world.fire({ dedupKey: "one" });
  await world.time.pass(1_000);
  expect(said()).toMatch(/^No mail can be sent, since its sender Tocsin <tocsin@example\.org> is refused/);
  expect(said()).not.toMatch(/ana@/);
  const { lastMails, team: current } = world.engine.state;
  expect(refusedMailText(lastMails, current!, "Tocsin <alerts@example.org>")).toBeNull();
  expect(refusedMailText(lastMails, current!, null)).toBeNull();
  isSenderRefused = false;
  refused = new Set(["ben@example.org", "chi@example.org"]);
  await world.fire({ dedupKey: "two" });
  await world.time.pass(1_000);
  expect(said()).toMatch(/^Mail to Ben/);
});

it("comes to the same on every machine, in whatever order the facts arrive", async () => {
  const { time, outcome } = world;
  const machine = async (self: string) => {
    const journal = new MemoryJournal(`journal-of-${self}` as OriginId);
    const made = await World.start({ self, journal, time, desktops: [], team: threePeople() });
    made.outcome = outcome;
    return made;
  };
  const give = async (to: World, facts: readonly TravellingFact[]) => {
    const merged = to.engine.merge(facts);
    await time.settle();
    expect(await merged).toMatchObject({ ok: true, refused: null });
  };
  const [one, two, three] = [await machine("one"), await machine("two"), await machine("three")];
  refused.add("ana@example.org");
  await one.fire({ dedupKey: "one" });
  await time.pass(1_000);
  await give(two, one.engine.factsBeyond(two.engine.vector(), 1e9));
  expect(said(two)).toMatch(/ana@/);
  refused = new Set(["ben@example.org"]);
  await two.fire({ dedupKey: "two" });
  await time.pass(1_000);
  expect(said(two)).toMatch(/^Mail to Ben/);

  const all = two.engine.factsBeyond(three.engine.vector(), 1e9);
  const isOfOne = ({ origin }: TravellingFact) => origin === "journal-of-one";
  await give(
    three,
    all.filter((fact) => !isOfOne(fact)),
  );
  await give(three, all.filter(isOfOne));
  expect(said(three)).toBe(said(two));
  expect([...three.engine.state.lastMails].sort()).toEqual([...two.engine.state.lastMails].sort());
});
