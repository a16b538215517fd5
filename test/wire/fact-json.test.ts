import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadTeam } from "#config/load-team";
import type { Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { AlertCommand, Outcome } from "#domain/input";
import { severities } from "#domain/severity";
import { MemoryJournal } from "#journal/memory";
import { contentLimits, makeContent } from "#wire/alert-content";
import { judgeFact } from "#wire/fact-json";
import { factShapes } from "#wire/fact-shapes";
import { minutes, policy, step, team, toEveryone, toPerson, toSchedule } from "../support/team-builder.ts";
import { World } from "../support/world.ts";

const alertIdOf = (fact: Fact) => ("alertId" in fact ? fact.alertId : null);
/** In the envelope of `original`. */
const judge = (fact: object, original = fact as Fact) =>
  judgeFact(JSON.stringify(fact), original.kind, alertIdOf(original), Math.floor(original.at));

/** A fact of each kind that a live team has said, and a few that only tests say. */
const said = new Map<Fact["kind"], Fact>();

beforeAll(async () => {
  const facts = await factsOfALife();
  expect(facts.filter((fact) => judge(fact) !== "known")).toEqual([]);
  expect(facts.length).toBeGreaterThan(100);
  for (const fact of facts) said.set(fact.kind, fact);
});

describe("what a real engine says", () => {
  it("is known, each fact of it", () => {
    expect([...said.values()].filter((fact) => judge(fact) !== "known")).toEqual([]);
    expect(said.size).toBeGreaterThan(14);
  });

  it("is malformed as soon as a key that must be there is missing, or is of another type", () => {
    for (const fact of said.values()) {
      for (const key of Object.keys(fact)) {
        const { [key as keyof Fact]: _, ...rest } = fact;
        const isOptional = ["hlc", "round", "text", "machine", "parent", "covers", "uptimeMs"].includes(key);
        if (!isOptional) expect([fact.kind, key, judge(rest, fact)]).toEqual([fact.kind, key, "malformed"]);
        for (const wrong of [true, [7]])
          expect([fact.kind, key, judge({ ...fact, [key]: wrong }, fact)]).toEqual([
            fact.kind,
            key,
            "malformed",
          ]);
      }
    }
  });

  it("is known, however long and strange what a stranger sent was", () => {
    const long = fc
      .tuple(fc.constantFrom("a", "ж", "数", "😀", " ", '"', "\\", "%", "\0", "\ud800"), fc.nat(5000))
      .map(([letter, times]) => letter.repeat(times));
    const fields = fc.dictionary(long, fc.oneof(long, fc.jsonValue()), { maxKeys: 3 });
    const raw = fc.record({ title: long, source: long, labels: fields, details: fields, query: long });
    const opened = [...said.values()].find(({ kind }) => kind === "alert-opened")!;
    fc.assert(
      fc.property(raw, ({ title, source, labels, details, query }) => {
        const links = [{ href: `https://wiki.example.org/?q=${query}`, text: title }];
        const content = makeContent({
          severity: "critical",
          titles: [title],
          sources: [source],
          labels,
          details,
          links,
        });
        expect(judge({ ...opened, ...content })).toBe("known");
        for (const { href } of content.links) expect(href.length).toBeLessThanOrEqual(contentLimits.href);
      }),
    );
  });

  it("is known with every time and rule that a team file may have", () => {
    const rule = `FREQ=DAILY;BYHOUR=${Array.from({ length: 3000 }, (_, n) => n % 24).join(",")}`;
    const text = `version: 1
team: { name: P, timeZone: Pacific/Auckland }
people: [{ id: ana, name: A }]
schedules:
  - id: s
    layers: [{ id: l, participants: [ana], start: 2026-01-05T09:00:00, handoff: "${rule}" }]
    overrides: [{ person: ana, start: 1970-01-01T00:00:00, end: 2099-12-31T23:59:59 }]
absences: [{ person: ana, start: 1970-01-01T00:00:00, end: 1970-01-02T00:00:00 }]
policies: [{ id: d, steps: [{ notify: [{ schedule: s }], within: 5m }] }]
routes: [{ match: {}, policy: d }]
`;
    const loaded = loadTeam(text, "f", { env: {} });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
    expect(judge({ kind: "team-adopted", at: 1, team: loaded.team })).toBe("known");
  });

  it("is known from a journal that holds links from before they were bounded as they are kept", () => {
    const opened = [...said.values()].find(({ kind }) => kind === "alert-opened")!;
    const { href } = new URL(`https://wiki.example.org/?q=${"数".repeat(2000)}`);
    expect(judge({ ...opened, links: [{ href }] })).toBe("known");
  });

  it("may have more keys than this Tocsin knows", () => {
    for (const fact of said.values()) expect(judge({ ...fact, colour: "blue" }, fact)).toBe("known");
  });

  it("is judged, and nothing crashes, whatever becomes of it on the way", () => {
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(-1, 1e300, 8.65e15, "", "x".repeat(70_000), null, [], {}, "alert-opened"),
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), junk, (which, where, value) => {
        const original = [...said.values()][which % said.size]!;
        const fact = structuredClone(original);
        const [holder, key] = placesIn(fact)[where % placesIn(fact).length]!;
        holder[key] = value;
        expect(["known", "unknown", "malformed"]).toContain(judge(fact, original));
      }),
      { numRuns: 3_000 },
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.string({ maxLength: 5 }), (which, where, noise) => {
        const fact = [...said.values()][which % said.size]!;
        const body = JSON.stringify(fact);
        const at = where % body.length;
        const bent = body.slice(0, at) + noise + body.slice(at + noise.length);
        expect(["known", "unknown", "malformed"]).toContain(judgeFact(bent, fact.kind, alertIdOf(fact)));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("a newer Tocsin", () => {
  const acknowledged = {
    kind: "alert-acknowledged",
    at: 5.5,
    alertId: "a" as AlertId,
    by: null,
    origin: "api",
    ackTimeoutAt: null,
  } as const satisfies Fact;

  it("may say another kind of fact", () => {
    expect(judgeFact('{"kind":"sung","at":1}', "sung", null, 1)).toBe("unknown");
    expect(judgeFact('{"kind":"toString","at":1}', "toString", null, 1)).toBe("unknown");
  });

  it("may use a word that is not on our list", () => {
    expect(judge(acknowledged)).toBe("known");
    expect(judge({ ...acknowledged, origin: "watch" as "api" })).toBe("unknown");
    expect(judge({ ...acknowledged, origin: "watch" as "api", by: 7 as never })).toBe("malformed");
    expect(judge({ ...acknowledged, origin: "w".repeat(65) as "api" })).toBe("malformed");
  });

  it("may reach people in ways, and name targets, that we do not know", () => {
    const adopted = (change: Parameters<typeof team>[0]): Fact => ({
      kind: "team-adopted",
      at: 1,
      team: team(change),
    });
    const people = team().people.map((one) => ({
      ...one,
      notify: [{ via: "pigeon" as "email", afterMs: 0 }],
    }));
    expect(judge(adopted({ people }))).toBe("unknown");
    const target = { kind: "constellation", id: "lyra" } as never;
    expect(judge(adopted({ policies: [policy("default", [step(target)])] }))).toBe("unknown");
  });
});

describe("a fact that is not what its envelope says", () => {
  const body = '{"kind":"alert-went-stale","at":7.9,"alertId":"a"}';

  it("is malformed", () => {
    expect(judgeFact(body, "alert-went-stale", "a", 7)).toBe("known");
    expect(judgeFact(body, "alert-went-stale", "a")).toBe("known");
    expect(judgeFact(body, "alert-heard-again", "a", 7)).toBe("malformed");
    expect(judgeFact(body, "alert-went-stale", "b", 7)).toBe("malformed");
    expect(judgeFact(body, "alert-went-stale", null, 7)).toBe("malformed");
    expect(judgeFact(body, "alert-went-stale", "a", 8)).toBe("malformed");
  });

  it("is malformed when a fact about nothing in particular claims an alert", () => {
    expect(judgeFact('{"kind":"engine-stopped","at":1}', "engine-stopped", null)).toBe("known");
    expect(judgeFact('{"kind":"engine-stopped","at":1,"alertId":"a"}', "engine-stopped", "a")).toBe(
      "malformed",
    );
    expect(judgeFact('{"kind":"engine-stopped","at":1,"alertId":null}', "engine-stopped", null)).toBe(
      "malformed",
    );
  });
});

describe("malformed is", () => {
  it.each(["", "null", "[]", "7", '"text"', "{", "[".repeat(200_000)])("no object: %#", (body) => {
    expect(judgeFact(body, "engine-stopped", null)).toBe("malformed");
  });

  it("a time that no clock can show, or a logical one that could not go on", () => {
    const stopped = (change: object) =>
      judge({ kind: "engine-stopped", at: 1, hlc: 2, ...change } as unknown as Fact);
    expect(stopped({})).toBe("known");
    for (const change of [{ at: -1 }, { at: 8.65e15 }, { hlc: 1.5 }, { hlc: 9e15 }, { hlc: -1 }])
      expect(stopped(change)).toBe("malformed");
  });

  it("a key that would change the object it is copied to", () => {
    const labelled = (name: string) =>
      judgeFact(
        `{"kind":"alert-opened","at":1,"alertId":"a","severity":"info","title":"","source":"","labels":{"${name}":"x"},` +
          '"details":{},"links":[],"integration":null,"dedupKey":"k","policy":"p","teamRevision":"r","silentAfterMs":null,"by":null}',
        "alert-opened",
        "a",
      );
    expect(labelled("a")).toBe("known");
    expect(labelled("__proto__")).toBe("malformed");
    expect(labelled("\\u005f_proto__")).toBe("malformed");
  });

  it("a team that names what it does not have", () => {
    const adopted = (change: Parameters<typeof team>[0]) =>
      judge({ kind: "team-adopted", at: 1, team: team(change) });
    expect(adopted({})).toBe("known");
    expect(adopted({ policies: [policy("default", [step(toPerson("nobody"))])] })).toBe("malformed");
    expect(adopted({ policies: [policy("default", [step(toSchedule("none"))])] })).toBe("malformed");
    expect(adopted({ routes: [{ match: {}, policy: "none" as never }] })).toBe("malformed");
    expect(adopted({ policies: [policy("default", [])] })).toBe("malformed");
  });
});

it("every kind has its shape", () => {
  for (const kind of said.keys()) expect(Object.keys(factShapes)).toContain(kind);
});

it("judges a month of facts in the time of a breath", () => {
  const bodies = [...said.values()].map(
    (fact) => [JSON.stringify(fact), fact.kind, alertIdOf(fact)] as const,
  );
  // Of this process alone: the machine may be busy with other things.
  const before = process.cpuUsage();
  for (let judged = 0; judged < 10_000; judged += bodies.length)
    for (const [body, kind, alertId] of bodies) judgeFact(body, kind, alertId);
  const { user } = process.cpuUsage(before);
  expect(user / 1e6).toBeLessThan(3);
});

/** Alerts of all severities, acknowledged, snoozed, passed on, noted, failing, stale, resolved; a restart and a set clock. */
async function factsOfALife(): Promise<readonly Fact[]> {
  const journal = new RecordingJournal();
  const world = await World.start({
    journal,
    desktops: ["ana", "ben"],
    team: team({
      policies: [
        policy("default", [step(toPerson("ana")), step(toPerson("chi")), step(toEveryone)], {
          ackTimeoutMs: minutes(30),
        }),
        policy("other", [step(toEveryone, { minSeverity: "critical" })]),
      ],
    }),
  });
  const failed: Outcome = { kind: "failed", permanent: false, reason: "temporary", text: "greylisted" };
  let sends = 0;
  world.outcome = () => ((sends += 1) % 3 === 0 ? failed : { kind: "sent", text: "250 OK" });
  const commands: AlertCommand[] = [
    { kind: "acknowledge" },
    { kind: "snooze", forMs: minutes(3) },
    { kind: "escalate" },
    { kind: "transfer", policy: "other" as never },
    { kind: "note", text: "who did this?" },
    { kind: "resolve" },
  ];
  for (const [index, command] of commands.entries()) {
    const severity = severities[index % severities.length]!;
    const id = await world.fire({ dedupKey: `key-${index}`, severity, silentAfterMs: minutes(50) });
    await world.fire({ dedupKey: `key-${index}`, title: "Fuller still", severity: "critical" });
    await world.fastForward(minutes(7));
    await world.command(id, command);
    await world.fastForward(minutes(45));
    await world.report({ dedupKey: `key-${index}`, repetition: "refresh", silentAfterMs: minutes(50) });
  }
  await world.report({ dedupKey: "key-0", status: "resolved" });
  world.time.setWallBy(minutes(20));
  await world.fastForward(minutes(1));
  world.crash();
  await world.boot();
  void world.engine.stop();
  await world.time.settle();
  return journal.said;
}

/** Every fact as it was appended. */
class RecordingJournal extends MemoryJournal {
  readonly said: Fact[] = [];

  override append(facts: readonly Fact[]): void {
    super.append(facts);
    this.said.push(...facts);
  }
}

/** Every place in a value where something may stand: its holder and key. */
function placesIn(value: object): [holder: Record<string, unknown>, key: string][] {
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => [
    [value as Record<string, unknown>, key] as [Record<string, unknown>, string],
    ...(typeof member === "object" && member !== null ? placesIn(member) : []),
  ]);
}
