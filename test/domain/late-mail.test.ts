/** A mail that is put off (greylisting, a full mailbox, a server that restarts) is tried as long as its alert is open. */
import { describe, expect, test } from "vitest";
import type { Outcome } from "#domain/input";
import {
  minutes,
  person,
  policy,
  seconds,
  step,
  team as buildTeam,
  toPerson,
} from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const byMail = [{ via: "email", afterMs: 0 }] as const;
const mailOnly = ["ana", "ben", "chi"].map((id) => person(id, { notify: byMail }));
const putOff: Outcome = {
  kind: "failed",
  permanent: false,
  reason: "temporary",
  text: "451 4.7.1 Greylisted.",
};
const start = Date.parse("2026-03-02T08:00:00Z");

/** Like a server that greylists: what is said of a recipient within so long of the first mail is put off. */
function greylists(
  world: World,
  forMs: number,
  onlyTo?: string,
): { readonly at: number; readonly person: string }[] {
  const tries: { readonly at: number; readonly person: string }[] = [];
  const first = new Map<string, number>();
  world.outcome = (notice, via) => {
    const id = notice.person.id;
    if (via !== "email" || (onlyTo ?? id) !== id) return { kind: "sent" };
    const now = world.time.wallMs();
    tries.push({ at: (now - start) / 1000, person: id });
    if (!first.has(id)) first.set(id, now);
    return now - first.get(id)! < forMs ? putOff : { kind: "sent" };
  };
  return tries;
}

const steps = (...names: string[]) =>
  policy(
    "default",
    names.map((name) => step(toPerson(name), { withinMs: minutes(5) })),
  );

describe("451 for longer than a step", () => {
  test("the mail to the on-call person is delivered, although the next ones are asked long since", async () => {
    const world = await World.start({
      team: buildTeam({ people: mailOnly, policies: [steps("ana", "ben", "chi")] }),
    });
    const tries = greylists(world, minutes(10), "ana");
    const alert = await world.fire();
    await world.fastForward(minutes(12));
    const sent = world.facts(alert, "notification-sent").filter((fact) => fact.person === "ana");
    expect(sent).toHaveLength(1);
    expect((sent[0]!.at - start) / 1000).toBeLessThanOrEqual(640);
    expect(tries.filter((one) => one.person === "ana").length).toBeLessThan(25);
    await world.fastForward(minutes(2));
    expect(world.facts(alert, "notification-sent").filter((fact) => fact.person === "ana")).toHaveLength(1);
  });

  test("asked again and again meanwhile, the person gets one mail for all of it, and its back-off goes on", async () => {
    const last = policy("default", [step(toPerson("ana"), { withinMs: minutes(2) })]);
    const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [last] }) });
    const tries = greylists(world, minutes(9) - seconds(1));
    const alert = await world.fire();
    await world.fastForward(minutes(10) - 1);
    expect(world.facts(alert, "notification-sent")).toHaveLength(1);
    const gaps = tries.slice(1).map(({ at }, index) => at - tries[index]!.at);
    expect(gaps.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(Math.min(...gaps.slice(3)), "no new plan starts the hurry again").toBe(40);
  });

  test("an alert that is open for hours is tried seldom, but on; acknowledged, no more", async () => {
    const world = await World.start({
      team: buildTeam({ people: mailOnly, policies: [steps("ana", "ben")] }),
    });
    const tries = greylists(world, minutes(6_000), "ana");
    const alert = await world.fire();
    await world.fastForward(minutes(180));
    const late = tries.filter(({ at }) => at > 9_000);
    expect(late.length).toBeGreaterThanOrEqual(5);
    expect(late.length).toBeLessThanOrEqual(8);
    await world.command(alert, { kind: "acknowledge" }, "ben");
    const before = tries.length;
    await world.fastForward(minutes(60));
    expect(tries.length).toBe(before);
  });

  test("survives a restart", async () => {
    const world = await World.start({
      team: buildTeam({ people: mailOnly, policies: [steps("ana", "ben", "chi")] }),
    });
    greylists(world, minutes(10), "ana");
    const alert = await world.fire();
    await world.fastForward(minutes(6));
    world.crash();
    await world.boot();
    await world.fastForward(minutes(6));
    expect(world.facts(alert, "notification-sent").some((fact) => fact.person === "ana")).toBe(true);
  });
});

test("a mail that was under way when the next step asked the same person again is pending once", async () => {
  const last = policy("default", [step(toPerson("ana"), { withinMs: seconds(20) })]);
  const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [last] }) });
  let answered = 0;
  let begun = 0;
  world.latency = () => ((begun += 1) === 1 ? seconds(25) : 0);
  world.outcome = () => ((answered += 1) === 2 ? putOff : { kind: "sent" });
  const alert = await world.fire();
  await world.fastForward(seconds(39));
  // One was under way for 25 s, the step's own one went out at 20 s.
  expect(world.facts(alert, "notification-sent")).toHaveLength(1);
});

describe("the person's next way", () => {
  const withPopup = [
    person("ana", { notify: [...byMail, { via: "desktop", afterMs: minutes(20) }] }),
    person("ben"),
  ];
  const world = () =>
    World.start({
      team: buildTeam({
        people: withPopup,
        policies: [policy("default", [step(toPerson("ana"), { withinMs: minutes(60) })])],
      }),
    });

  test("is not waited for once a mail has failed for a minute, and the mail is tried on", async () => {
    const one = await world();
    const tries = greylists(one, minutes(15));
    const alert = await one.fire();
    await one.fastForward(seconds(30));
    expect(one.takeSent()).not.toContain("ana desktop");
    await one.fastForward(seconds(35));
    expect(one.takeSent()).toContain("ana desktop");
    expect(one.timeline(alert)).toContainEqual(
      expect.stringMatching(/failed.*will be tried again, and the next way is tried at once/),
    );
    const before = tries.length;
    await one.fastForward(minutes(15));
    expect(tries.length).toBeGreaterThan(before);
    expect(one.facts(alert, "notification-sent").filter(({ via }) => via === "desktop")).toHaveLength(1);
  });

  test("nor when the server itself asks for more than that, and it is asked no sooner", async () => {
    const one = await world();
    const tries: number[] = [];
    one.outcome = (_, via) => {
      if (via === "desktop") return { kind: "sent" };
      tries.push((one.time.wallMs() - start) / 1000);
      return tries.length === 1 ? { ...putOff, retryAfterMs: minutes(5) } : { kind: "sent" };
    };
    await one.fire();
    await one.fastForward(minutes(10));
    expect(one.takeSent()).toContain("ana desktop");
    expect(tries).toEqual([0, 300]);
  });
});

test("what was refused for good is not repeated in the same step, but when its person is asked anew", async () => {
  const last = policy("default", [step(toPerson("ana"), { withinMs: minutes(2) })]);
  const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [last] }) });
  const tries: number[] = [];
  world.outcome = () => {
    tries.push((world.time.wallMs() - start) / 1000);
    return { kind: "failed", permanent: true, reason: "refused", text: "550 no such user" };
  };
  await world.fire();
  await world.fastForward(minutes(5));
  expect(tries).toEqual([0, 120, 240]);
});

test("while it does not get through, nobody is told that all is well; then they are", async () => {
  const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [steps("ana", "ben")] }) });
  greylists(world, minutes(10), "ana");
  await world.fire();
  await world.fastForward(seconds(20));
  expect(world.engine.health.trusted).toBe(true);
  await world.fastForward(seconds(60));
  expect(world.engine.health).toMatchObject({ trusted: false, problems: [{ kind: "late-mail" }] });
  expect(world.engine.health.problems[0]!.text).toMatch(
    /^An e-mail to Ana does not get through.*451 4\.7\.1/,
  );
  await world.fastForward(minutes(5));
  expect(world.engine.health.trusted, "Ben's mail got through, hers has not").toBe(false);
  await world.fastForward(minutes(6));
  expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
});

test("what does not get through is said after a crash too, and no longer when it got through", async () => {
  const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [steps("ana")] }) });
  greylists(world, minutes(10), "ana");
  await world.fire();
  await world.fastForward(seconds(80));
  world.crash();
  await world.boot(null);
  expect(world.engine.health).toMatchObject({ trusted: false, problems: [{ kind: "late-mail" }] });
  await world.fastForward(minutes(12));
  expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
  world.crash();
  await world.boot(null);
  expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
});

test("a server that asks for a long wait each time is told of too, from the first refusal until the mail is taken", async () => {
  const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [steps("ana")] }) });
  const waits: Outcome = { ...putOff, retryAfterMs: minutes(5) };
  world.outcome = () => (world.time.wallMs() - start < minutes(14) ? waits : { kind: "sent" });
  await world.fire();
  for (let minute = 1; minute <= 14; minute += 1) {
    await world.fastForward(minutes(1));
    expect(world.engine.health, `minute ${minute}`).toMatchObject({
      trusted: false,
      problems: [{ kind: "late-mail" }],
    });
  }
  await world.fastForward(minutes(6));
  expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
});

describe("a mail server or settings at fault", () => {
  const refusedLogin: Outcome = {
    kind: "failed",
    permanent: true,
    reason: "authentication",
    text: "535 5.7.8 Login refused.",
  };
  const refusedSender: Outcome = {
    kind: "failed",
    permanent: true,
    reason: "refused",
    text: "553 5.7.1 Sender refused.",
    refused: { what: "sender", address: "tocsin@tocsin.test" },
  };
  const distrust: Outcome = {
    ...refusedLogin,
    reason: "unreachable",
    text: "The certificate is not trusted.",
  };

  test.each([refusedLogin, refusedSender, distrust])(
    "for a while ($text): nobody is waited for meanwhile, and everybody who was asked is told afterwards",
    async (failure) => {
      const longSteps = ["ana", "ben", "chi"].map((name) => step(toPerson(name), { withinMs: minutes(60) }));
      const world = await World.start({
        team: buildTeam({ people: mailOnly, policies: [policy("default", longSteps)] }),
      });
      const tries: string[] = [];
      world.outcome = (notice) => {
        tries.push(notice.person.id);
        return world.time.wallMs() - start < minutes(8) ? failure : { kind: "sent" };
      };
      const alert = await world.fire();
      expect(tries, "all tiers at once").toEqual(["ana", "ben", "chi"]);
      for (let minute = 1; minute < 10; minute += 1) {
        await world.fastForward(minutes(1));
        const { trusted, problems } = world.engine.health;
        expect([minute, trusted, problems.map(({ kind }) => kind)]).toEqual([
          minute,
          false,
          expect.arrayContaining(["late-mail"]),
        ]);
      }
      expect(tries, "seldom").toHaveLength(6);
      await world.fastForward(minutes(2));
      const told = world.facts(alert, "notification-sent").map((fact) => fact.person);
      expect(told).toEqual(["ana", "ben", "chi"]);
      expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
      await world.fastForward(minutes(20));
      expect(tries).toHaveLength(9);
    },
  );

  test("is tried on after a crash, and no more once the alert is acknowledged", async () => {
    const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [steps("ana")] }) });
    world.outcome = () => refusedLogin;
    const alert = await world.fire();
    await world.fastForward(minutes(2));
    world.crash();
    await world.boot();
    expect(world.engine.health).toMatchObject({ trusted: false });
    world.takeSent();
    await world.fastForward(minutes(3));
    expect(world.takeSent()).toEqual(["ana email"]);
    await world.command(alert, { kind: "acknowledge" }, "ben");
    await world.fastForward(minutes(20));
    expect(world.takeSent()).toEqual([]);
  });

  test("each further try brings none of the person's next ways forward", async () => {
    const ways = [...byMail, { via: "desktop", afterMs: 0 }, { via: "email", afterMs: minutes(30) }] as const;
    const world = await World.start({
      team: buildTeam({
        people: [person("ana", { notify: ways }), person("ben")],
        policies: [policy("default", [step(toPerson("ana"), { withinMs: minutes(60) })])],
      }),
    });
    world.outcome = (_, via) => (via === "email" ? refusedLogin : { kind: "sent" });
    const alert = await world.fire();
    await world.fastForward(minutes(29));
    const actions = new Set(world.facts(alert, "notification-attempted").map(({ actionId }) => actionId));
    expect(actions.size, "the mail, brought forward once, and the popup").toBe(3);
    const later = world.facts(alert, "notification-attempted").filter(({ at }) => at > start + minutes(1));
    expect(later.length).toBeGreaterThanOrEqual(5);
  });

  test("whoever is asked anew meanwhile gets one mail", async () => {
    const world = await World.start({
      team: buildTeam({ people: mailOnly, policies: [steps("ana", "ben")] }),
    });
    world.outcome = () => (world.time.wallMs() - start < minutes(4) ? refusedLogin : { kind: "sent" });
    const alert = await world.fire();
    await world.fastForward(minutes(9));
    const told = world.facts(alert, "notification-sent").map((fact) => fact.person);
    expect(told.toSorted()).toEqual(["ana", "ben"]);
  });

  test("that is heard of after the next step has asked the same person: one mail", async () => {
    const last = policy("default", [step(toPerson("ana"), { withinMs: seconds(20) })]);
    const world = await World.start({ team: buildTeam({ people: mailOnly, policies: [last] }) });
    let begun = 0;
    let answered = 0;
    world.latency = () => ((begun += 1) === 1 ? seconds(25) : 0);
    world.outcome = () => ((answered += 1) === 2 ? refusedLogin : { kind: "sent" });
    const alert = await world.fire();
    await world.fastForward(seconds(30));
    expect(world.facts(alert, "notification-failed")).toHaveLength(1);
    expect(world.alert(alert).notifications.filter(({ again }) => again === true)).toEqual([]);
  });
});
