/** Overrides and swaps over HTTP, with the engine and the team file that ship: who asked, who agreed, what the file has. */
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { BearerToken } from "#api/bearer-token";
import { createHttpServer } from "#api/http-server";
import { overrideRoutes } from "#api/override-routes";
import { loadTeam } from "#config/load-team";
import { TeamEditor } from "#config/team-editor";
import type { Tell } from "#domain/command";
import type { Fact } from "#domain/fact";
import type { PersonId } from "#domain/ids";
import { crewAt, finalSchedule, onCallAt } from "#domain/oncall/on-call";
import { LoopEngine } from "#engine/engine";
import { JournalError } from "#engine/ports";
import { MemoryJournal } from "#journal/memory";
import { CountingRandom, StandingClock } from "../support/fake-engine.ts";
import { changed, sample, sampleEnvironment as env } from "../config/sample.ts";
import { post, send } from "../support/http-client.ts";
import { noon, token } from "./api-server.ts";

/** Sunday 1 March 2026, 12:00 UTC. In the sample ana has the week of 9 March, on weekdays 09:00 to 17:00. */
async function start({ text = sample, person = "ana" as string | null, link = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-overrides-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "team.yaml");
  writeFileSync(file, text);
  chmodSync(file, 0o640);
  if (link) symlinkSync(file, join(folder, "link.yaml"));
  const loaded = loadTeam(text, file, { env });
  if (!loaded.ok) throw new Error("the sample has faults");
  let { team } = loaded;

  const clock = new StandingClock(noon);
  const random = new CountingRandom();
  const journal = new MemoryJournal();
  const told: Tell[] = [];
  const engine = new LoopEngine({
    clock,
    random,
    journal,
    channels: [],
    tell: (word) => void told.push(word),
    version: "test",
    log: () => {},
    onBroken: () => {},
  });
  void engine.submit({ kind: "team-loaded", team });
  await engine.start();
  const editor = new TeamEditor({
    file: link ? join(folder, "link.yaml") : file,
    team: () => team,
    load: { env },
    onKept: async (good) => {
      team = good.team;
      await engine.submit({ kind: "team-loaded", team });
    },
  });
  const log = { warn: () => {}, error: () => {} } as never;
  const server = createHttpServer({ host: "127.0.0.1", port: 0, log });
  await server.app.register(
    overrideRoutes({
      engine,
      random,
      clock,
      token: new BearerToken(token),
      person: () => person as PersonId | null,
      editor,
      segmentsOf: (id, from, to) => finalSchedule(team, id, from, to),
    }),
  );
  const listening = await server.listen();
  if (!listening.ok) throw new Error(listening.text);
  onTestFinished(() => server.close());
  const { port } = listening;
  const headers = { authorization: `Bearer ${token}` };
  const facts = (...kinds: Fact["kind"][]) =>
    [...journal.replay(0)].map(({ fact }) => fact).filter((fact) => kinds.includes(fact.kind));
  return {
    port,
    file,
    journal,
    clock,
    told,
    read: () => readFileSync(file, "utf8"),
    personAt: (time: string) => onCallAt(engine.state.team!, team.schedules[0]!.id, Date.parse(time)),
    facts,
    get: (path: string) => send(port, path, { headers }),
    remove: (query: Record<string, string>) =>
      send(port, `/api/v1/overrides?${new URLSearchParams(query).toString()}`, { method: "DELETE", headers }),
    post: (path: string, body: unknown = "") => post(port, path, body, headers),
  };
}

const tuesday = {
  schedule: "primary",
  person: "chi",
  from: "2026-03-10T10:00:00",
  to: "2026-03-10T12:00:00",
};
const written = "      - { start: 2026-03-10T10:00:00, end: 2026-03-10T12:00:00, person: chi }\n";

test("an override is one line more in the file, counts at once, and the journal knows who asked and who agreed", async () => {
  const api = await start();
  const answer = await api.post("/api/v1/overrides", { ...tuesday, askedBy: "ana", agreedBy: "chi" });
  const override = {
    schedule: "primary",
    start: "2026-03-10T09:00:00.000Z",
    end: "2026-03-10T11:00:00.000Z",
    person: "chi",
  };
  expect([answer.status, answer.json()]).toEqual([200, { ...override, askedBy: "ana", agreedBy: "chi" }]);
  const last = "      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }\n";
  expect(api.read()).toBe(changed(last, last + written));
  expect(statSync(api.file).mode & 0o777).toBe(0o640);
  expect([api.personAt("2026-03-10T08:59:59Z"), api.personAt("2026-03-10T09:00:00Z")]).toEqual([
    "ana",
    "chi",
  ]);
  expect(api.facts("override-added")).toMatchObject([
    {
      schedule: "primary",
      person: "chi",
      askedBy: "ana",
      agreedBy: "chi",
      by: "ana",
      origin: "api",
      swap: null,
    },
  ]);
  expect((await api.get("/api/v1/overrides")).json()).toEqual([override]);
  expect((await api.get("/api/v1/overrides?all=true")).json()).toHaveLength(2);
});

test("and taken away again, the file is what it was, byte for byte", async () => {
  const api = await start();
  await api.post("/api/v1/overrides", tuesday);
  expect(api.read()).not.toBe(sample);
  // The same times, written as instants.
  const same = { ...tuesday, from: "2026-03-10T09:00:00Z", to: "2026-03-10T12:00:00+01:00" };
  expect((await api.remove(same)).status).toBe(200);
  expect(api.read()).toBe(sample);
  expect(api.personAt("2026-03-10T09:00:00Z")).toBe("ana");
  expect(api.facts("override-added", "override-removed")).toMatchObject([
    { kind: "override-added", askedBy: null, agreedBy: null },
    { kind: "override-removed", person: "chi", by: "ana" },
  ]);
  expect((await api.remove(same)).status).toBe(404);
});

test("whoever is put on call without having agreed is told", async () => {
  const api = await start();
  await api.post("/api/v1/overrides", tuesday);
  await api.post("/api/v1/overrides", { ...tuesday, to: "2026-03-10T13:00:00", agreedBy: "chi" });
  await api.post("/api/v1/overrides", { ...tuesday, person: "ana" });
  expect(api.told.map(({ person, title, text }) => [person, title, text])).toEqual([
    ["chi", "You were put on call: primary", "2026-03-10 10:00 to 2026-03-10 12:00. Entered by Ana Ruiz."],
  ]);
});

test.each([
  [
    "no such schedule",
    { schedule: "secondary" },
    422,
    /schedule: there is no schedule "secondary"; the team has: primary/,
  ],
  ["no such person", { person: "dan" }, 422, /there is no person "dan"; the team has: ana, ben, chi/],
  ["nobody of that name asked", { askedBy: "dan" }, 422, /there is no person "dan"/],
  ["no time", { from: "tomorrow" }, 422, /from: must be a time such as/],
  ["turned round", { from: "2026-03-10T12:00:00" }, 422, /to: must be later than from/],
  ["over", { from: "2026-02-27T10:00:00", to: "2026-02-28T10:00:00" }, 422, /that time is over/],
  ["half of it", { to: undefined }, 422, /to: /],
])("an override that cannot be changes nothing: %s", async (_, change, status, text) => {
  const api = await start();
  const answer = await api.post("/api/v1/overrides", { ...tuesday, ...change });
  expect([answer.status, (answer.json() as { error: { text: string } }).error.text]).toEqual([
    status,
    expect.stringMatching(text),
  ]);
  expect(api.read()).toBe(sample);
  expect(api.facts("override-added")).toEqual([]);
});

test("the same override twice is refused", async () => {
  const api = await start();
  expect((await api.post("/api/v1/overrides", tuesday)).status).toBe(200);
  expect((await api.post("/api/v1/overrides", tuesday)).status).toBe(409);
  expect(api.facts("override-added")).toHaveLength(1);
});

test("without the token nothing is told or done", async () => {
  const { port, read } = await start();
  for (const path of ["/api/v1/overrides", "/api/v1/swaps"]) {
    expect((await send(port, path)).status).toBe(401);
    expect((await post(port, path, tuesday)).status).toBe(401);
  }
  expect(read()).toBe(sample);
});

test("a file that has faults meanwhile is not touched, and the refusal names the first", async () => {
  const api = await start();
  const faulty = changed("email: ana", "emial: ana");
  writeFileSync(api.file, faulty);
  const answer = await api.post("/api/v1/overrides", tuesday);
  expect([answer.status, answer.json()]).toEqual([
    409,
    { error: { reason: "faulty-file", text: expect.stringContaining('did you mean "email"?') as string } },
  ]);
  expect(api.read()).toBe(faulty);
});

test("a change by hand that nobody has read yet is kept, and counts with it", async () => {
  const api = await start();
  writeFileSync(api.file, changed("name: Ana Ruiz", "name: Ana R."));
  expect((await api.post("/api/v1/overrides", tuesday)).status).toBe(200);
  expect(api.read()).toContain("name: Ana R.\n");
  expect(api.read()).toContain(written);
});

test("when the journal cannot keep who asked, the file is put back", async () => {
  const api = await start();
  api.journal.append = () => {
    throw new JournalError("unavailable", "The disk does not answer.");
  };
  const answer = await api.post("/api/v1/overrides", tuesday);
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
  expect(api.read()).toBe(sample);
  expect(api.personAt("2026-03-10T09:00:00Z")).toBe("ana");
});

test("a link to the team file stays a link", async () => {
  const api = await start({ link: true });
  expect((await api.post("/api/v1/overrides", tuesday)).status).toBe(200);
  expect(lstatSync(api.file.replace("team.yaml", "link.yaml")).isSymbolicLink()).toBe(true);
  expect(api.read()).toContain(written);
});

test("two at once are both kept", async () => {
  const api = await start();
  const answers = await Promise.all(
    ["ben", "chi", "ana"].map((person) => api.post("/api/v1/overrides", { ...tuesday, person })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await api.get("/api/v1/overrides")).json()).toHaveLength(3);
});

test("an hour that comes twice is written as an instant", async () => {
  const api = await start();
  // 02:30 in Berlin on 25 October 2026, the second time.
  const second = { ...tuesday, from: "2026-10-25T01:30:00Z", to: "2026-10-25T04:00:00+01:00" };
  expect((await api.post("/api/v1/overrides", second)).status).toBe(200);
  expect(api.read()).toContain("{ start: 2026-10-25T01:30:00Z, end: 2026-10-25T04:00:00, person: chi }");
});

const askedFor = { ...tuesday, from: "2026-03-10", to: "2026-03-12" };

test("take my Tuesday: the other is asked quietly, nothing changes before the answer, and the asker hears of it", async () => {
  const api = await start();
  const asked = await api.post("/api/v1/swaps", askedFor);
  expect([asked.status, asked.json()]).toMatchObject([
    200,
    { askedBy: "ana", person: "chi", status: "asked", overrides: [] },
  ]);
  const { id } = asked.json() as { id: string };
  expect(api.read()).toBe(sample);
  expect(api.told.splice(0)).toMatchObject([
    {
      person: "chi",
      title: "Ana Ruiz asks you to take over: primary",
      text: `2026-03-10 00:00 to 2026-03-12 00:00. Answer: tocsin swap agree ${id}, or tocsin swap decline ${id}.`,
    },
  ]);

  const agreed = await api.post(`/api/v1/swaps/${id}/agree`, { by: "chi" });
  expect([agreed.status, agreed.json()]).toMatchObject([200, { status: "agreed" }]);
  // Only what ana has of those two days changes hands.
  const last = "      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }\n";
  const days = ["10", "11"].map(
    (day) => `      - { start: 2026-03-${day}T09:00:00, end: 2026-03-${day}T17:00:00, person: chi }\n`,
  );
  expect(api.read()).toBe(changed(last, last + days.join("")));
  expect(api.facts("swap-asked", "swap-agreed", "override-added")).toMatchObject([
    { kind: "swap-asked", swap: id, askedBy: "ana", person: "chi", by: "ana" },
    { kind: "swap-agreed", swap: id, agreedBy: "chi", by: "ana" },
    { kind: "override-added", askedBy: "ana", agreedBy: "chi", swap: id },
    { kind: "override-added", askedBy: "ana", agreedBy: "chi", swap: id },
  ]);
  expect((await api.get("/api/v1/swaps")).json()).toMatchObject([{ id, status: "agreed" }]);
  const again = await api.post(`/api/v1/swaps/${id}/agree`, { by: "chi" });
  expect([again.status, again.json()]).toMatchObject([409, { error: { reason: "swap-closed" } }]);
});

test("from the other one's side: agreeing tells the asker, declining too and changes nothing", async () => {
  const api = await start({ person: "chi" });
  const ask = async () =>
    ((await api.post("/api/v1/swaps", { ...askedFor, askedBy: "ana" })).json() as { id: string }).id;
  const [one, two] = [await ask(), await ask()];
  api.told.length = 0;
  expect((await api.post(`/api/v1/swaps/${one}/decline`)).json()).toMatchObject({ status: "declined" });
  expect(api.read()).toBe(sample);
  expect((await api.post(`/api/v1/swaps/${one}/agree`)).status).toBe(409);
  expect((await api.post(`/api/v1/swaps/${two}/agree`)).json()).toMatchObject({ status: "agreed" });
  expect(api.told.map(({ person, title }) => [person, title])).toEqual([
    ["ana", "Chi cannot take over: primary"],
    ["ana", "Chi takes over: primary"],
  ]);
});

test("agreed on the phone: asked and agreed in one", async () => {
  const api = await start();
  const answer = await api.post("/api/v1/swaps", { ...askedFor, agreedBy: "chi" });
  expect([answer.status, answer.json()]).toMatchObject([
    200,
    { status: "agreed", overrides: [{ person: "chi" }, {}] },
  ]);
  expect(api.personAt("2026-03-11T10:00:00Z")).toBe("chi");
});

test("what is over when it is agreed to does not change hands", async () => {
  const api = await start();
  const { id } = (await api.post("/api/v1/swaps", askedFor)).json() as { id: string };
  api.clock.pass(Date.parse("2026-03-10T12:00:00Z") - noon);
  expect((await api.post(`/api/v1/swaps/${id}/agree`, { by: "chi" })).json()).toMatchObject({
    overrides: [{ start: "2026-03-10T12:00:00.000Z" }, { start: "2026-03-11T08:00:00.000Z" }],
  });
  const late = (
    await api.post("/api/v1/swaps", { ...askedFor, from: "2026-03-11", to: "2026-03-13" })
  ).json() as {
    id: string;
  };
  api.clock.pass(7 * 86_400_000);
  expect((await api.post(`/api/v1/swaps/${late.id}/agree`, { by: "chi" })).json()).toMatchObject({
    error: { reason: "swap-closed", text: expect.stringContaining("over") as string },
  });
});

test.each([
  ["with oneself", { person: "ana" }, /nobody swaps with themselves/],
  [
    "without duty in that time",
    { from: "2026-03-16T12:00:00", to: "2026-03-17" },
    /ana has no duty in primary/,
  ],
  ["agreed to by another one", { agreedBy: "ben" }, /only chi can agree/],
  ["of a year", { to: "2026-12-31" }, /at most 92 days/],
])("a swap that cannot be: %s", async (_, change, text) => {
  const api = await start();
  const answer = await api.post("/api/v1/swaps", { ...askedFor, ...change });
  expect([answer.status, answer.text]).toEqual([422, expect.stringMatching(text)]);
  expect(api.facts("swap-asked")).toEqual([]);
});

test("only whoever was asked can answer, and somebody must", async () => {
  const api = await start({ person: null });
  expect((await api.post("/api/v1/swaps", askedFor)).text).toContain("askedBy: say who asks");
  const { id } = (await api.post("/api/v1/swaps", { ...askedFor, askedBy: "ana" })).json() as { id: string };
  expect((await api.post(`/api/v1/swaps/${id}/agree`)).text).toContain("by: say who answers");
  expect(await api.post(`/api/v1/swaps/${id}/agree`, { by: "ben" })).toMatchObject({
    status: 409,
    text: expect.stringContaining("was asked of Chi, not of Ben") as string,
  });
  expect((await api.post("/api/v1/swaps/nonsense/agree", { by: "chi" })).status).toBe(404);
  expect(api.read()).toBe(sample);
});

test("one of a pair swaps with the other, and with nobody else: an override would send the partner home", async () => {
  const api = await start({
    text: changed("participants: [ana, ben, chi]", "participants: [[ana, ben], chi]"),
  });
  // The pair's week is that of 2 March.
  const asked = {
    schedule: "primary",
    from: "2026-03-03T10:00:00",
    to: "2026-03-03T12:00:00",
    askedBy: "ana",
  };
  const refused = await api.post("/api/v1/swaps", { ...asked, person: "chi" });
  expect([refused.status, refused.json()]).toMatchObject([
    422,
    {
      error: {
        reason: "invalid",
        text:
          "ana is on duty in primary together with ben then, and an override puts one person on call alone. To replace only ana, " +
          "add to the team file under absences: { person: ana, start: 2026-03-03T09:00:00.000Z, end: 2026-03-03T11:00:00.000Z, substitute: chi }.",
      },
    },
  ]);
  expect(api.facts("swap-asked", "override-added")).toEqual([]);
  const absence =
    "  - { person: ana, start: 2026-03-03T09:00:00.000Z, end: 2026-03-03T11:00:00.000Z, substitute: chi }\n";
  const followed = loadTeam(api.read().replace("absences:\n", `absences:\n${absence}`), "f", { env });
  if (!followed.ok) throw new Error("the remedy is refused");
  expect(crewAt(followed.team, followed.team.schedules[0]!.id, Date.parse("2026-03-03T10:00:00Z"))).toEqual([
    "chi",
    "ben",
  ]);
  const agreed = await api.post("/api/v1/swaps", { ...asked, person: "ben", agreedBy: "ben" });
  expect([agreed.status, agreed.json()]).toMatchObject([
    200,
    { status: "agreed", overrides: [{ person: "ben" }] },
  ]);
  expect(api.personAt("2026-03-03T10:00:00Z")).toBe("ben");
});

test("an override over a pair says who goes off duty by it; over one person it says no more than before", async () => {
  const api = await start({
    text: changed("participants: [ana, ben, chi]", "participants: [[ana, ben], chi]"),
  });
  const day = { schedule: "primary", person: "chi" };
  const pair = await api.post("/api/v1/overrides", {
    ...day,
    from: "2026-03-03T10:00:00",
    to: "2026-03-03T12:00:00",
  });
  expect(pair.json()).toMatchObject({ person: "chi", insteadOf: ["ana", "ben"] });
  const alone = { ...day, person: "ana", from: "2026-03-10T10:00:00", to: "2026-03-10T12:00:00" };
  expect((await api.post("/api/v1/overrides", alone)).json()).not.toHaveProperty("insteadOf");
});
