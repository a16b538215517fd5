/** The small pure decisions of the desktop's main process. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { clientContractVersion, closedUnauthorised } from "#wire/client-contract";
import { readFileSync } from "node:fs";
import { desktopEntry } from "../../src/desktop/main/desktop-entry.ts";
import { readFlags } from "../../src/desktop/main/flags.ts";
import { healthOf } from "../../src/desktop/main/health.ts";
import { identify } from "../../src/desktop/main/identity.ts";
import { emptyMirror, reflect } from "../../src/desktop/main/mirror.ts";
import { nextOClock } from "../../src/desktop/main/pause.ts";
import { quitQuestion } from "../../src/desktop/main/quit-question.ts";
import { restartDelayMs } from "../../src/desktop/main/restart-delay.ts";
import { grown, isWithinOne, placeIn } from "../../src/desktop/main/window-placement.ts";

const at = "2026-03-01T12:00:00Z";
const team = (...ids: string[]) => ({
  name: "t",
  timeZone: "UTC",
  revision: "1",
  people: ids.map((id) => ({ id, name: id })),
  policies: [],
  integrations: [],
  schedules: [],
});

test("whose machine: the flag, else the setting, else the only one; never a guess", () => {
  expect(identify("ana", "ben", team("ana", "ben"))).toMatchObject({ person: "ana", from: "flag" });
  expect(identify(null, "ben", team("ana", "ben"))).toMatchObject({ person: "ben", from: "preference" });
  expect(identify(null, null, team("ana"))).toMatchObject({ person: "ana", from: "only-person" });
  expect(identify(null, null, team("ana", "ben"))).toMatchObject({ person: null, problem: null });
  expect(identify("an", null, team("ana")).person).toBeNull();
  expect(identify("an", null, team("ana")).problem).toContain("correct --person");
  expect(identify(null, "gone", team("ana", "ben")).problem).toContain("choose again");
  expect(identify(null, "gone", team("ana"))).toMatchObject({ person: "ana", from: "only-person" });
  expect(identify("ana", null, null)).toMatchObject({ person: "ana", problem: null });
});

test("whose machine: what the team has recorded comes before the setting and after the flag", () => {
  const three = team("ana", "ben", "chi");
  expect(identify(null, "ana", three, "ben")).toMatchObject({ person: "ben", from: "team" });
  expect(identify("chi", "ana", three, "ben")).toMatchObject({ person: "chi", from: "flag" });
  expect(identify(null, "ana", three, "gone")).toMatchObject({ person: "ana", from: "preference" });
});

test("health: main's doubt beats the engine's word, and an unowned machine is not to be trusted", () => {
  const welcome = {
    type: "welcome" as const,
    version: 1,
    engineVersion: "1",
    url: "",
    team: team("ana", "ben"),
    alerts: [],
  };
  const known = reflect(emptyMirror(at), {
    ...welcome,
    health: { ready: true, trusted: true, problems: [] },
  });
  const somebody = identify("ana", null, known.team);
  const nobody = identify(null, null, known.team);
  expect(healthOf(known, null, somebody, at)).toEqual({ ready: true, trusted: true, problems: [] });
  expect(healthOf(known, { text: "gone", since: at }, somebody, at)).toMatchObject({
    ready: false,
    trusted: false,
  });
  expect(healthOf(known, null, nobody, at)).toMatchObject({
    ready: true,
    trusted: false,
    problems: [{ kind: "person" }],
  });
  // The first one is told as the reason: what ends trust, not what is only worth a look.
  const note = { kind: "sender-clock", text: "5 min behind", since: at };
  const noted = { ...known, health: { ready: true, trusted: true, problems: [note] } };
  expect(healthOf(noted, null, nobody, at).problems.map(({ kind }) => kind)).toEqual([
    "person",
    "sender-clock",
  ]);
  const broken = {
    ...known,
    health: { ready: true, trusted: false, problems: [{ ...note, kind: "channel" }] },
  };
  expect(healthOf(broken, null, nobody, at).problems.map(({ kind }) => kind)).toEqual(["channel", "person"]);
  expect(healthOf(emptyMirror(at), null, nobody, at)).toMatchObject({
    trusted: false,
    problems: [{ kind: "engine" }],
  });
});

test("a dead engine is restarted at once, then ever later, and never given up", () => {
  expect(restartDelayMs(1)).toBe(0);
  const delays = Array.from({ length: 100 }, (_, index) => restartDelayMs(index + 1));
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(delays.at(-1)).toBe(30_000);
});

test("flags are those of serve; relative paths count from where it was started", () => {
  const read = (...args: string[]) => readFlags(args, { XDG_DATA_HOME: "/share" }, "/here");
  expect(read()).toMatchObject({
    ok: true,
    flags: { team: null, data: "/share/tocsin", host: "127.0.0.1", port: 8743, person: null, json: false },
  });
  expect(
    read("--no-sandbox", "--team", "t.yaml", "--data=d", "--port", "0", "--person", "ana", "--json"),
  ).toMatchObject({
    flags: { team: "/here/t.yaml", data: "/here/d", port: 0, person: "ana", json: true },
  });
  expect(read("--port", "99999")).toMatchObject({ ok: false, text: expect.stringContaining("--port 99999") });
  expect(read("--team")).toMatchObject({
    ok: false,
    text: "--team needs a value, for example --team team.yaml",
  });
});

test("a desktop entry gives the program the very arguments it was made with", () => {
  const hostile = ["a b", "q\"u'o", "$HOME", "`id`", "back\\slash", "100%", "ünï", ""];
  const entry = desktopEntry(["/usr/bin/printf", "%s\\n", ...hostile]);
  const exec = /^Exec=(.*)$/m.exec(entry)![1]!;
  // Read as the specification says: string escapes first, then field codes, then the shell-like quoting.
  const unescaped = exec.replace(/\\\\/g, "\\").replaceAll("%%", "%");
  expect(execFileSync("sh", ["-c", unescaped], { encoding: "utf8" })).toBe(`${hostile.join("\n")}\n`);
});

test("the alert window fits every display, and is found to be lost when its display is gone", () => {
  const small = { x: 1920, y: 0, width: 640, height: 480 };
  const place = placeIn(small, { width: 800, height: 900 });
  expect(isWithinOne(place, [small])).toBe(true);
  expect(isWithinOne(place, [{ x: 0, y: 0, width: 1920, height: 1080 }])).toBe(false);
  expect(placeIn({ x: 0, y: 0, width: 1920, height: 1080 }, { width: 800, height: 400 })).toMatchObject({
    x: 560,
    width: 800,
    height: 400,
  });
});

test("the alert window grows downwards, and off no edge", () => {
  const area = { x: 0, y: 0, width: 1000, height: 800 };
  const window = { x: 100, y: 300, width: 600, height: 300 };
  expect(grown(window, 350, area)).toEqual({ ...window, height: 350 });
  expect(grown(window, 600, area)).toMatchObject({ y: 184, height: 600 });
  expect(grown(window, 5000, area)).toMatchObject({ y: 16, height: 768 });
});

test("until 08:00 is the next one, over midnight and over a change of the clocks", () => {
  expect(nextOClock(8, new Date(2026, 2, 1, 7, 59))).toEqual(new Date(2026, 2, 1, 8, 0));
  expect(nextOClock(8, new Date(2026, 2, 1, 8, 0))).toEqual(new Date(2026, 2, 2, 8, 0));
  expect(nextOClock(8, new Date(2026, 2, 28, 22, 0))).toEqual(new Date(2026, 2, 29, 8, 0));
});

test("quitting names what is open", () => {
  expect(quitQuestion(0, 0).detail).not.toContain("open");
  expect(quitQuestion(1, 2).detail).toContain("1 alert waits for you now");
  expect(quitQuestion(1, 2).detail).toContain("2 more alerts are open");
});

test("the mirror keeps what is open: a resolved alert leaves it, a welcome replaces it", () => {
  const alert = { id: "a", status: "triggered" } as never;
  const opened = reflect(emptyMirror(at), { type: "alerts", alerts: [alert] });
  expect([...opened.open.keys()]).toEqual(["a"]);
  const resolved = reflect(opened, { type: "alerts", alerts: [{ id: "a", status: "resolved" } as never] });
  expect(resolved.open.size).toBe(0);
  expect(opened.open.size).toBe(1);
});

test("the pages' copies of the contract's numbers are right", () => {
  const read = (file: string) =>
    readFileSync(new URL(`../../src/desktop/renderer/shared/${file}`, import.meta.url), "utf8");
  expect(read("engine-link.ts")).toContain(`version: ${clientContractVersion}, client: this.client`);
  expect(read("socket.ts")).toContain(`closedUnauthorised = ${closedUnauthorised};`);
});
