/** Climbing a policy, in virtual time, through the whole engine. */
import { describe, expect, it, vi } from "vitest";
import type { PolicyId } from "#domain/ids";
import type { Team } from "#domain/team";
import { timelineOf } from "#domain/timeline";
import {
  minutes,
  person,
  policy,
  seconds,
  step,
  team,
  toEveryone,
  toGroup,
  toPerson,
  withoutEmail,
} from "../support/team-builder.ts";
import { World } from "../support/world.ts";

describe("tiers", () => {
  it("asks the first tier at once, each person by their own rules, and the next when nobody acknowledges", async () => {
    const world = await World.start();
    const alert = await world.fire();
    world.expectSent("ana desktop");
    await world.fastForward(minutes(1));
    world.expectSent("ana email");
    await world.fastForward(minutes(4));
    world.expectSent("ben desktop");
    expect(world.alert(alert)).toMatchObject({ status: "triggered", step: 1, repeat: 0 });
  });

  it("tells a person as often by one channel as their rules say", async () => {
    const notify = [0, 1, 2].map((minute) => ({ via: "email", afterMs: minutes(minute) }) as const);
    const world = await World.start({
      team: team({ people: [person("ana", { notify }), person("ben"), person("chi")] }),
    });
    await world.fire();
    await world.fastForward(minutes(4));
    world.expectSent("ana email", "ana email", "ana email");
  });

  it("tells a person whose rule is slower than the steps that ask them again and again", async () => {
    const people = [person("ana", { notify: [{ via: "email", afterMs: minutes(10) }] })];
    const policies = [policy("default", [step(toPerson("ana")), step(toEveryone)])];
    const world = await World.start({ team: team({ people, policies }) });
    await world.fire();
    await world.fastForward(minutes(10));
    world.expectSent("ana email");
    await world.fastForward(minutes(15));
    world.expectSent("ana email");
  });

  it("stops at the acknowledgement: nothing leaves the machine after it (invariant 3)", async () => {
    const world = await World.start();
    const alert = await world.fire();
    world.takeSent();
    expect(await world.command(alert, { kind: "acknowledge" })).toMatchObject({
      ok: true,
      effect: "acknowledged",
    });
    await world.fastForward(minutes(600));
    world.expectSent();
    expect(world.alert(alert)).toMatchObject({ status: "acknowledged", acknowledgedBy: "ana" });
  });

  it("repeats the whole policy, then its last step for ever: nobody is given up silently (invariant 2)", async () => {
    const steps = [step(toPerson("ana")), step(toPerson("ben"), { withinMs: minutes(10) })];
    const desktopOnly = ["ana", "ben"].map((id) => person(id, { notify: [{ via: "desktop", afterMs: 0 }] }));
    const world = await World.start({
      team: team({ people: desktopOnly, policies: [policy("default", steps, { repeat: 1 })] }),
    });
    await world.fire();
    await world.fastForward(minutes(15));
    world.expectSent("ana desktop", "ben desktop", "ana desktop");
    await world.fastForward(minutes(5));
    world.expectSent("ben desktop");
    await world.fastForward(minutes(100));
    world.expectSent(...Array.from({ length: 10 }, () => "ben desktop"));
  });

  it("leaves executives asleep for what is not critical", async () => {
    const steps = [step(toPerson("ana")), step(toPerson("chi"), { minSeverity: "critical" })];
    const people = ["ana", "chi"].map((id) => person(id, { notify: [{ via: "desktop", afterMs: 0 }] }));
    const world = await World.start({ team: team({ people, policies: [policy("default", steps)] }) });
    const warning = await world.fire({ severity: "warning", dedupKey: "a" });
    await world.fastForward(minutes(30));
    expect(new Set(world.takeSent())).toEqual(new Set(["ana desktop"]));
    expect(world.facts(warning, "step-skipped")[0]).toMatchObject({ step: 1, reason: "below-min-severity" });
    await world.fire({ severity: "critical", dedupKey: "b" });
    await world.fastForward(minutes(5));
    expect(world.takeSent()).toContain("chi desktop");
  });
});

describe("an empty or unreachable tier costs no waiting time", () => {
  it("skips both at once and says so", async () => {
    const steps = [step(toGroup("empty")), step(toPerson("ben")), step(toPerson("chi"))];
    const people = [person("ana"), withoutEmail("ben"), person("chi")];
    const world = await World.start({
      desktops: ["chi"],
      team: team({ people, policies: [policy("default", steps)] }),
    });
    const alert = await world.fire();
    world.expectSent("chi desktop");
    expect(world.facts(alert, "step-skipped").map((fact) => fact.reason)).toEqual([
      "nobody-on-call",
      "nobody-reachable",
    ]);
    expect(world.timeline(alert)[1]).toBe(
      "Step 1 skipped at once: nobody in it is on call, or everybody is away.",
    );
  });

  it("tries the person's next channel at once when one has no prospect", async () => {
    const world = await World.start({ desktops: [] });
    const alert = await world.fire();
    world.expectSent("ana email");
    expect(world.facts(alert, "notification-failed")[0]).toMatchObject({
      via: "desktop",
      reason: "no-desktop-attached",
    });
  });

  it("asks every desktop that is there when no tier can reach anybody, and the tiers again when somebody turns up", async () => {
    const people = ["ana", "ben", "chi"].map(withoutEmail);
    const steps = [step(toPerson("ana")), step(toPerson("ben"))];
    const world = await World.start({
      desktops: ["chi"],
      team: team({ people, policies: [policy("default", steps)] }),
    });
    const alert = await world.fire();
    world.expectSent("chi desktop");
    expect(world.facts(alert, "step-entered")[0]).toMatchObject({ reason: "nobody-reachable" });
    const before = world.kinds(alert).length;
    await world.fastForward(minutes(60));
    expect(world.kinds(alert).length, "no fact for each fruitless look").toBe(before);
    world.attach("chi", "ben");
    await world.fastForward(1);
    world.expectSent("ben desktop");
  });

  it("goes on under the team in force when that reaches somebody and the one that it opened under does not", async () => {
    const people = ["ana", "ben", "chi"].map(withoutEmail);
    const world = await World.start({ desktops: [], team: team({ people }) });
    const alert = await world.fire();
    const before = world.kinds(alert).length;
    const load = async (changed: Team) => {
      void world.engine.submit({ kind: "team-loaded", team: changed });
      await world.fastForward(minutes(3));
    };
    // One that reaches nobody either is no help.
    await load({ ...team({ people }), name: "Other", revision: "r2" as Team["revision"] });
    expect(world.kinds(alert).length).toBe(before);
    // The address was added, and the policy has another name by now.
    const mended = team({
      policies: [policy("renamed", [step(toPerson("chi"))])],
      routes: [{ match: {}, policy: "renamed" as PolicyId }],
    });
    await load({ ...mended, revision: "r3" as Team["revision"] });
    world.expectSent("chi email");
    expect(world.alert(alert)).toMatchObject({ policy: "renamed", round: 0, nobodyReachable: false });
    expect(world.engine.health.problems).toEqual([]);
    expect(timelineOf(world.engine.factsOf(alert), null).map(({ text }) => text)).toContain(
      "Goes on by policy renamed of the team as it is now: the one that it opened under reaches nobody.",
    );
    expect(world.facts(alert, "alert-transferred")).toHaveLength(1);
  });

  it("stays under its own team as long as that reaches somebody", async () => {
    const world = await World.start({ desktops: [], team: team({}) });
    const alert = await world.fire();
    const mended = team({ policies: [policy("default", [step(toPerson("chi"))])] });
    void world.engine.submit({
      kind: "team-loaded",
      team: { ...mended, revision: "r2" as Team["revision"] },
    });
    await world.fastForward(minutes(30));
    expect(world.facts(alert, "alert-transferred")).toEqual([]);
  });

  it("says aloud that it cannot be trusted while an alert reaches nobody at all", async () => {
    const people = ["ana", "ben", "chi"].map(withoutEmail);
    const world = await World.start({ desktops: [], team: team({ people }) });
    await world.fire();
    expect(world.engine.health).toMatchObject({ trusted: false, problems: [{ kind: "reach" }] });
    world.attach("ben");
    await world.fastForward(1);
    world.expectSent("ben desktop");
    expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
  });

  it("names the worst alert that reaches nobody, and says when there are others", async () => {
    const people = ["ana", "ben", "chi"].map(withoutEmail);
    const world = await World.start({ desktops: [], team: team({ people }) });
    const text = () => world.engine.health.problems[0]?.text;
    const mild = await world.fire({ title: "Slow", severity: "warning", dedupKey: "slow" });
    expect(text()).toMatch(/^The alert "Slow" reaches nobody: no desktop is attached .* Start Tocsin on /);
    const bad = await world.fire({ title: "x".repeat(300), severity: "critical", dedupKey: "bad" });
    expect(text()).toMatch(/^The alert "x{99}…" and others reach nobody: /);
    await world.command(bad, { kind: "resolve" });
    expect(text()).toMatch(/^The alert "Slow" reaches nobody: /);
    await world.command(mild, { kind: "resolve" });
    expect(text()).toBeUndefined();
  });

  it("looks through all open alerts for none of it: in a flood that is what there are many of", async () => {
    const people = ["ana", "ben", "chi"].map(withoutEmail);
    const world = await World.start({ desktops: [], team: team({ people }) });
    const text = () => world.engine.health.problems[0]?.text;
    const first = await world.fire({ title: "First", dedupKey: "1" });
    const through = vi.spyOn(world.engine.state.open, "values");
    await world.fire({ title: "Second", dedupKey: "2" });
    expect(text()).toMatch(/^The alert "First" and others reach nobody: /);
    await world.command(first, { kind: "resolve" });
    expect(text()).toMatch(/^The alert "Second" reaches nobody: /);
    expect(through).not.toHaveBeenCalled();
  });

  it("says so after a crash too, although nothing has happened since", async () => {
    const people = ["ana", "ben", "chi"].map(withoutEmail);
    const world = await World.start({ desktops: [], team: team({ people }) });
    const alert = await world.fire();
    world.crash();
    await world.boot(null);
    expect(world.engine.health).toMatchObject({ trusted: false, problems: [{ kind: "reach" }] });
    await world.command(alert, { kind: "acknowledge" });
    expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
    world.crash();
    await world.boot(null);
    expect(world.engine.health).toMatchObject({ trusted: true, problems: [] });
  });

  it("goes up at once when everybody's every channel in a tier has failed for good", async () => {
    const world = await World.start();
    world.outcome = (notice) =>
      notice.person.id === "ana"
        ? { kind: "failed", permanent: true, reason: "refused", text: "550 no such user" }
        : { kind: "sent" };
    const alert = await world.fire();
    world.expectSent("ana desktop", "ana email", "ben desktop");
    expect(world.facts(alert, "step-entered").map((fact) => fact.reason)).toEqual(["opened", "tier-failed"]);
  });

  it("does not circle without a pause when every channel of everybody fails", async () => {
    const world = await World.start();
    world.outcome = () => ({ kind: "failed", permanent: true, reason: "authentication", text: "535" });
    const alert = await world.fire();
    const attempts = world.takeSent().length;
    await world.fastForward(minutes(4));
    expect(world.takeSent(), "all tiers were tried once; then their time passes").toEqual([]);
    expect(attempts).toBeLessThan(20);
    await world.fastForward(minutes(2));
    expect(world.takeSent().length).toBeGreaterThan(0);
    expect(world.alert(alert).status).toBe("triggered");
  });
});

describe("temporary failures", () => {
  it("are tried again with back-off within the step's time, under the same action", async () => {
    const world = await World.start({ desktops: [] });
    world.outcome = () => ({ kind: "failed", permanent: false, reason: "temporary", text: "451" });
    await world.fire();
    await world.fastForward(minutes(5) - 1);
    const toAna = world.sent.filter((sent) => sent.person === "ana");
    const times = toAna.map(({ at }) => (at - Date.parse("2026-03-02T08:00:00Z")) / 1000);
    expect(times).toEqual([0, 5, 15, 35, 75, 115, 155, 195, 235, 275]);
    expect(new Set(toAna.map((sent) => sent.actionId)).size).toBe(1);
    world.takeSent();
    await world.fastForward(1);
    expect(world.takeSent(), "the step's time is up").toContain("ben email");
  });

  // Each attempt waits for the server's time limit; what comes after it is not the same wait once more.
  it.each([
    { answersAfter: 30, tries: [0, 35, 70, 105, 145, 185, 225, 265] },
    { answersAfter: 8, tries: [0, 13, 26, 46, 86, 126, 166, 206, 246, 286] },
    { answersAfter: 60, tries: [0, 65, 130, 195, 260] },
  ])("are counted from when the attempt began: an answer after $answersAfter s", async (example) => {
    const world = await World.start({ desktops: [] });
    world.outcome = () => ({ kind: "failed", permanent: false, reason: "timed-out", text: "No answer." });
    world.latency = () => seconds(example.answersAfter - 0.001);
    const alert = await world.fire();
    await world.fastForward(minutes(5) - 1);
    const times = world
      .facts(alert, "notification-attempted")
      .filter((fact) => fact.person === "ana")
      .map(({ at }) => Math.round((at - Date.parse("2026-03-02T08:00:00Z")) / 1000));
    expect(times).toEqual(example.tries);
  });

  it("end in the next tier, not in silence", async () => {
    const world = await World.start({ desktops: ["ben"] });
    world.outcome = (_, via) =>
      via === "email"
        ? { kind: "failed", permanent: false, reason: "temporary", text: "451" }
        : { kind: "sent" };
    await world.fire();
    await world.fastForward(minutes(5));
    expect(world.takeSent()).toContain("ben desktop");
  });
});

describe("what people do", () => {
  it("escalate now asks the next tier, also when it is acknowledged", async () => {
    const world = await World.start();
    const alert = await world.fire();
    await world.command(alert, { kind: "acknowledge" });
    world.takeSent();
    await world.command(alert, { kind: "escalate" });
    world.expectSent("ben desktop");
    expect(world.alert(alert)).toMatchObject({ status: "triggered", step: 1 });
  });

  it("transfer starts another policy at its first tier", async () => {
    const policies = [policy("default", [step(toPerson("ana"))]), policy("network", [step(toPerson("chi"))])];
    const world = await World.start({ team: team({ policies }) });
    const alert = await world.fire();
    world.takeSent();
    await world.command(alert, { kind: "transfer", policy: "network" as PolicyId });
    world.expectSent("chi desktop");
    expect(await world.command(alert, { kind: "transfer", policy: "nope" as PolicyId })).toMatchObject({
      ok: false,
      reason: "unknown-policy",
    });
  });

  it("snooze is silent until its end, then starts at the first tier", async () => {
    const world = await World.start();
    const alert = await world.fire();
    await world.fastForward(minutes(5));
    world.takeSent();
    await world.command(alert, { kind: "snooze", forMs: minutes(30) });
    await world.fastForward(minutes(30) - 1);
    world.expectSent();
    await world.fastForward(1);
    world.expectSent("ana desktop");
    expect(world.facts(alert, "alert-retriggered")[0]?.reason).toBe("snooze-ended");
  });

  it("an acknowledged alert that is not resolved within ackTimeout is triggered again", async () => {
    const policies = [policy("default", [step(toPerson("ana"))], { ackTimeoutMs: minutes(30) })];
    const world = await World.start({ team: team({ policies }) });
    const alert = await world.fire();
    await world.command(alert, { kind: "acknowledge" });
    world.takeSent();
    await world.fastForward(minutes(30));
    world.expectSent("ana desktop");
    expect(world.alert(alert)).toMatchObject({ status: "triggered", acknowledgedBy: null });
  });

  it("a second acknowledgement by another person is refused with the reason, by the same one it means nothing", async () => {
    const world = await World.start();
    const alert = await world.fire();
    await world.command(alert, { kind: "acknowledge" }, "ana");
    expect(await world.command(alert, { kind: "acknowledge" }, "ana")).toMatchObject({
      ok: true,
      effect: "ignored",
    });
    expect(await world.command(alert, { kind: "acknowledge" }, "ben")).toMatchObject({
      ok: false,
      reason: "already-acknowledged",
    });
  });

  it("a resolved alert takes a note and nothing else, and its key opens a new one", async () => {
    const world = await World.start();
    const alert = await world.fire();
    await world.command(alert, { kind: "resolve" });
    for (const kind of ["acknowledge", "resolve", "escalate"] as const) {
      expect(await world.command(alert, { kind })).toMatchObject({ ok: false, reason: "already-resolved" });
    }
    expect(await world.command(alert, { kind: "note", text: "disk replaced" })).toMatchObject({ ok: true });
    expect(world.timeline(alert).at(-1)).toBe("Ana: disk replaced");
    expect(await world.fire()).not.toBe(alert);
  });
});

describe("severity", () => {
  it("that rises tells the tier again and takes an acknowledgement back", async () => {
    const world = await World.start();
    const alert = await world.fire({ severity: "warning" });
    await world.command(alert, { kind: "acknowledge" });
    world.takeSent();
    await world.fire({ severity: "critical" });
    world.expectSent("ana desktop");
    expect(world.alert(alert)).toMatchObject({ severity: "critical", status: "triggered" });
  });

  it("that falls changes nothing", async () => {
    const world = await World.start();
    const alert = await world.fire({ severity: "critical" });
    world.takeSent();
    await world.fire({ severity: "info" });
    world.expectSent();
    expect(world.alert(alert).severity).toBe("critical");
  });
});

describe("frozen", () => {
  it("a running alert keeps the team and policy it opened under; the next one takes the new", async () => {
    const world = await World.start();
    const alert = await world.fire({ dedupKey: "old" });
    world.takeSent();
    const edited = team({
      revision: "rev-2" as never,
      policies: [policy("default", [step(toPerson("chi"))])],
    });
    void world.engine.submit({ kind: "team-loaded", team: edited });
    await world.fastForward(minutes(5));
    expect(world.takeSent()).toContain("ben desktop");
    await world.fire({ dedupKey: "new" });
    world.expectSent("chi desktop");
    expect(world.alert(alert).teamRevision).toBe("rev-1");
  });

  it("survives a restart", async () => {
    const world = await World.start();
    await world.fire();
    world.crash();
    await world.boot(team({ revision: "rev-2" as never, policies: [policy("default", [step(toEveryone)])] }));
    world.takeSent();
    await world.fastForward(minutes(5));
    expect(world.takeSent()).toContain("ben desktop");
  });
});

it("waits in seconds, not in whole minutes", async () => {
  const steps = [step(toPerson("ana"), { withinMs: seconds(1) }), step(toPerson("ben"))];
  const world = await World.start({ team: team({ policies: [policy("default", steps)] }) });
  await world.fire();
  world.takeSent();
  await world.fastForward(seconds(1));
  world.expectSent("ben desktop");
});
