/**
 * Real engines and a real SMTP conversation in which each mail takes half a second: how long a critical mail waits behind
 * a flood, and what two engines send twice.
 */
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSlowMailServer, type SlowMailServer } from "../support/slow-mail-server.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { TeamOfProcesses } from "../support/team-processes.ts";
import { endProcesses, freshFolder, serve, type TocsinProcess } from "../support/tocsin-process.ts";
import { trials } from "../support/trials.ts";

let mail: SlowMailServer;
afterEach(async () => {
  await endProcesses();
  await mail.stop();
});

const calm = {
  policies: [{ id: "default", steps: [{ notify: [{ person: "ana" }], within: "60m" }] }],
};

async function post(engine: TocsinProcess, title: string, severity: string): Promise<void> {
  const answer = await engine.post(`/in/${keys.events}/json`, { title, severity, dedupKey: title });
  expect(answer.status).toBe(202);
}

async function flood(engine: TocsinProcess, count: number, severity: string): Promise<void> {
  for (let first = 0; first < count; first += 50) {
    const part = Array.from({ length: Math.min(50, count - first) }, (_, index) => first + index);
    await Promise.all(part.map((index) => post(engine, `Flood ${index}`, severity)));
  }
}

const duplicates = () => mail.taken.length - new Set(mail.taken.map(({ messageId }) => messageId)).size;

describe("half a second a mail", () => {
  const infos = trials(60, 1_000);
  test(
    `a critical mail behind ${infos} info mails`,
    async () => {
      mail = await startSlowMailServer({ mailMs: 500 });
      const file = writeTeamFile(freshFolder(), teamFile({ mailPort: mail.port, change: calm }));
      const engine = await serve({ data: freshFolder(), team: file });
      await flood(engine, infos, "info");
      await eventually("mails are under way", () => mail.taken.length > 3);
      const before = mail.taken.length;
      const since = performance.now();
      await post(engine, "Worst", "critical");
      await eventually("the critical one is taken", () =>
        mail.taken.some(({ subject }) => subject.includes("Worst")),
      );
      const waitedMs = performance.now() - since;
      console.log(
        `behind ${infos} info mails: taken after ${(waitedMs / 1000).toFixed(1)} s, ${mail.mostAtOnce} at once`,
      );
      // Half a second is the server's own.
      expect(waitedMs).toBeLessThan(2_500);
      expect(mail.taken.length - before).toBeLessThan(20);
      expect(duplicates()).toBe(0);
    },
    trials(60_000, 120_000),
  );

  test("one recipient who hangs holds up nobody else", async () => {
    mail = await startSlowMailServer({ mailMs: 500, tarpit: ["ana"] });
    const policies = [
      ...calm.policies,
      { id: "ben", steps: [{ notify: [{ person: "ben" }], within: "60m" }] },
    ];
    const routes = [
      { match: { severity: ["warning"] }, policy: "ben" },
      { match: {}, policy: "default" },
    ];
    const file = writeTeamFile(
      freshFolder(),
      teamFile({ mailPort: mail.port, change: { policies, routes } }),
    );
    const engine = await serve({ data: freshFolder(), team: file });
    await flood(engine, 30, "error");
    const since = performance.now();
    await post(engine, "For Ben", "warning");
    await eventually("Ben's is taken", () => mail.taken.some(({ to }) => to === "ben"));
    // Until it shows that hers hang, and his own half a second.
    expect(performance.now() - since).toBeLessThan(7_500);
  }, 60_000);
});

describe("two engines", () => {
  const alerts = trials(20, 500);
  const mailMs = 500;
  test(
    `${alerts} alerts, ${mailMs} ms a mail: nothing twice`,
    async () => {
      mail = await startSlowMailServer({ mailMs });
      const team = await TeamOfProcesses.start({
        teamFile: teamFile({ mailPort: mail.port, change: calm }),
        engines: ["ana", "ben"],
        desks: [],
      });
      const since = performance.now();
      await flood(team.engines[0]!.process, alerts, "error");
      await eventually("all are taken", () => mail.taken.length >= alerts, 120_000);
      const tookMs = performance.now() - since;
      console.log(`${alerts} mails in ${(tookMs / 1000).toFixed(1)} s, ${duplicates()} duplicates`);
      // Only the many outlast the second one's patience; the few are in virtual time (test/peers/mail-backlog.test.ts).
      expect(tookMs).toBeGreaterThan(trials(0, 33_000));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(duplicates()).toBe(0);
      team.close();
    },
    trials(120_000, 240_000),
  );
});
