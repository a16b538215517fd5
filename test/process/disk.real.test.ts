/** What the disk does to the real process: full, damaged. House invariants 1, 2 and 7. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { startMailCatcher } from "../../scripts/demo/mail-catcher.mjs";
import { eventually } from "../support/eventually.ts";
import type { HttpAnswer } from "../support/http-client.ts";
import { mountTmpfs } from "../support/small-disk.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, tocsin, type TocsinProcess } from "../support/tocsin-process.ts";

const json = `/in/${keys.events}/json`;
afterEach(endProcesses);

/** Every two seconds somebody else is mailed, for ever. */
const quickSteps = {
  policies: [
    {
      id: "default",
      steps: [
        { notify: [{ person: "ana" }], within: "2s" },
        { notify: [{ person: "ben" }], within: "2s" },
      ],
    },
  ],
};

async function post(engine: TocsinProcess, title: string, details: Record<string, string> = {}) {
  const answer = await engine.post(json, { title, dedupKey: title, details });
  return { answer, id: answer.status === 202 ? (answer.json() as { alert: string }).alert : null };
}

describe("a full disk", () => {
  test("new alerts are refused, open ones go on escalating, and it mends itself", async () => {
    const disk = mountTmpfs("32m");
    const mail = await startMailCatcher();
    try {
      const data = join(disk.folder, "data");
      // Not on that disk: what is tried here is the journal, not the team file.
      const team = writeTeamFile(freshFolder(), teamFile({ mailPort: mail.port, change: quickSteps }));
      let engine = await serve({ data, team });
      const answered = [(await post(engine, "Open before")).id!];
      await eventually("its first mail", () => mail.mails.length > 0);

      disk.fill();
      const refusal = await postUntilRefused(engine, answered);
      expect(refusal.status).toBe(503);
      expect(Number(refusal.headers["retry-after"])).toBeGreaterThan(0);
      const ready = await engine.get("/readyz");
      expect(ready.status).toBe(503);
      expect(ready.json()).toMatchObject({
        problems: [{ kind: "journal", text: expect.stringContaining("full") }],
      });
      expect((await engine.get("/healthz")).status).toBe(200);
      expect((await tocsin(["doctor", "--data", data])).code).toBe(1);

      const mailsBefore = new Set(mail.mails.map(({ messageId }) => messageId));
      const fresh = () => mail.mails.filter(({ messageId }) => !mailsBefore.has(messageId));
      await eventually("two further steps of what is open", () => fresh().length >= 2 * answered.length);

      // What is open goes on even when the engine dies while the disk is full.
      await engine.crash();
      engine = await serve({ data, team });
      const whileFull = new Set((await engine.alerts()).map(({ id }) => id));
      expect(answered.filter((id) => !whileFull.has(id))).toEqual([]);
      // Its log was emptied at the start, which made a little room.
      expect((await postUntilRefused(engine, answered)).status).toBe(503);
      const afterRestart = mail.mails.length;
      await eventually("and a further one after a restart", () => mail.mails.length > afterRestart);
      await pause(500);

      disk.free();
      const back = await eventually(
        "new ones are taken again",
        async () => (await post(engine, "After")).id ?? undefined,
      );
      answered.push(back);
      expect((await engine.get("/readyz")).status).toBe(200);

      await engine.crash();
      const again = await serve({ data, team });
      const open = new Set((await again.alerts()).map(({ id }) => id));
      expect(answered.filter((id) => !open.has(id))).toEqual([]);
      expect((await tocsin(["journal", "verify", "--data", data])).code).toBe(0);
    } finally {
      await endProcesses();
      await mail.stop();
      disk.unmount();
    }
  }, 90_000);

  test("from the start, without room for the reserve: what is open goes on, new alerts are refused", async () => {
    const disk = mountTmpfs("32m");
    const mail = await startMailCatcher();
    try {
      const data = join(disk.folder, "data");
      const team = writeTeamFile(freshFolder(), teamFile({ mailPort: mail.port, change: quickSteps }));
      const first = await serve({ data, team });
      const { id } = await post(first, "Open before");
      // In order, so that its log has no space to give back at the next start.
      await first.stop();
      rmSync(join(data, "reserve"));
      disk.fill(1024 * 1024);
      const engine = await serve({ data, team });
      expect((await engine.alerts()).map((alert) => alert.id)).toEqual([id]);
      expect((await engine.get("/readyz")).status).toBe(503);
      expect((await post(engine, "New")).answer.status).toBe(503);
      const before = mail.mails.length;
      await eventually("a further step", () => mail.mails.length > before);
      disk.free();
      await eventually("new ones are taken", async () => (await post(engine, "New")).id ?? undefined);
      expect((await engine.get("/readyz")).status).toBe(200);
    } finally {
      await endProcesses();
      await mail.stop();
      disk.unmount();
    }
  });
});

/** Some 40 KB, so that a disk is soon full to the last byte. */
const bulky = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`detail ${index}`, "x".repeat(2_000)]),
);

/** Keeps the ids of those that were taken. */
function postUntilRefused(engine: TocsinProcess, answered: string[]): Promise<HttpAnswer> {
  return eventually("new ones are refused", async () => {
    const { answer, id } = await post(engine, `Filling ${answered.length}`, bulky);
    if (id !== null) answered.push(id);
    return id === null ? answer : undefined;
  });
}

describe("a damaged journal", () => {
  const titles = Array.from({ length: 40 }, (_, index) => `Alert number ${index} of forty`);

  /** A data folder with forty open alerts, whose engine ended as told. */
  async function fortyAlerts(end: "stop" | "crash"): Promise<{ data: string; team: string }> {
    const data = freshFolder();
    const team = writeTeamFile(data, teamFile());
    const engine = await serve({ data, team });
    for (const title of titles) expect((await post(engine, title)).id).not.toBeNull();
    await engine[end]();
    return { data, team };
  }

  async function expectToldAndMostlyThere(data: string, team: string): Promise<void> {
    const engine = await serve({ data, team });
    const alerts = await engine.alerts();
    const told = alerts.find(({ dedupKey }) => /^tocsin\/\w+\/journal-damaged$/.test(dedupKey));
    expect(told).toMatchObject({
      severity: "critical",
      source: "tocsin",
      title: expect.stringContaining("damaged"),
    });
    const copy = readdirSync(data).find((name) => name.startsWith("journal-damaged-"));
    expect(told!.details["damaged copy"]).toBe(join(data, copy!));
    expect((await engine.post(json, { title: "It works on" })).status).toBe(202);
    expect((await tocsin(["journal", "verify", "--data", data])).code).toBe(0);
    const findings = JSON.parse((await tocsin(["doctor", "--json", "--data", data])).stdout) as {
      name: string;
      status: string;
    }[];
    expect(findings.find(({ name }) => name === "damaged journals")?.status).toBe("warn");
  }

  test("a flipped byte among the newest facts, after a crash: starts, and says so by an alert", async () => {
    const { data, team } = await fortyAlerts("crash");
    flip(join(data, "journal.sqlite-wal"), titles[30]!);
    await expectToldAndMostlyThere(data, team);
  });

  test("a flipped byte in an old fact: verify finds it, and the alerts are there all the same", async () => {
    const { data, team } = await fortyAlerts("stop");
    flip(join(data, "journal.sqlite"), titles[20]!);
    const { code, stdout } = await tocsin(["journal", "verify", "--data", data, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, at: { seq: expect.any(Number) } });
    const { stderr } = await tocsin(["journal", "verify", "--data", data]);
    expect(stderr).toMatch(/^tocsin: Fact \d+ .* is damaged: .*journal\.salvage.*\n$/);
    expect((await tocsin(["doctor", "--data", data])).code).toBe(1);

    const engine = await serve({ data, team });
    expect(await engine.alerts()).toHaveLength(titles.length);
    await engine.stop();
    // The remedy that verify names.
    writeFileSync(join(data, "journal.salvage"), "");
    await expectToldAndMostlyThere(data, team);
  });

  test.each([0.9, 0.5, 0.05])(
    "cut short to %f of it: starts with the snapshot's alerts, and says so",
    async (rest) => {
      const { data, team } = await fortyAlerts("stop");
      const file = join(data, "journal.sqlite");
      truncateSync(file, Math.floor(statSync(file).size * rest));
      await expectToldAndMostlyThere(data, team);
    },
  );

  test("gone, with nothing left of it: starts anew, and says so", async () => {
    const { data, team } = await fortyAlerts("stop");
    truncateSync(join(data, "journal.sqlite"), 0);
    await expectToldAndMostlyThere(data, team);
    expect(existsSync(join(data, "journal.sqlite"))).toBe(true);
  });
});

/** Changes one bit of the last place where `text` stands. */
function flip(file: string, text: string): void {
  const bytes = readFileSync(file);
  const at = bytes.lastIndexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes[at + 3]! ^= 1;
  writeFileSync(file, bytes);
}
