/** A running engine whose team file names a calendar: who is on call follows it, and a calendar that fails is said. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { endProcesses, freshFolder, serve, tocsin } from "../support/tocsin-process.ts";
import { teamFile, writeTeamFile } from "../support/team-file.ts";

afterEach(endProcesses);

interface Health {
  readonly trusted: boolean;
  readonly problems: readonly { readonly kind: string; readonly text: string }[];
}

test("absences of a calendar move the duty; a restart without it still knows; an old review is an alert", async () => {
  let isDown = false;
  const server = createServer((_, response) =>
    isDown
      ? response.writeHead(500).end()
      : response.end(
          "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Ana\r\nDTSTART:20200101T000000Z\r\nDTEND:20900101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        ),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/holidays.ics`;

  const data = freshFolder();
  const layers = [
    {
      id: "always",
      participants: ["ana", "ben"],
      start: "2020-01-01T00:00:00",
      handoff: "FREQ=YEARLY;INTERVAL=50",
    },
  ];
  const change = {
    team: { name: "Test", timeZone: "UTC", reviewedAt: "2020-01-01" },
    schedules: [{ id: "primary", layers }],
    calendars: [{ id: "holidays", url, kind: "absences" }],
  };
  const team = writeTeamFile(data, teamFile({ change }));
  const checked = await tocsin(["check", team]);
  expect(checked).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("warning: team.reviewedAt: last looked through"),
  });

  const onCall = (engine: Awaited<ReturnType<typeof serve>>) =>
    vi.waitUntil(
      async () => {
        const { primary } = await engine.api<{ primary: string }>("GET", "/api/v1/oncall");
        return primary === "ben";
      },
      { timeout: 20_000, interval: 50 },
    );

  const engine = await serve({ data, team });
  await onCall(engine);
  const reminders = async (of = engine) =>
    (await of.alerts()).filter(({ dedupKey }) => /^tocsin\/\w+\/review-/.test(dedupKey));
  await vi.waitUntil(async () => (await reminders()).length === 1, { timeout: 20_000, interval: 50 });
  expect((await reminders())[0]).toMatchObject({ severity: "info", source: "tocsin" });
  await engine.crash();

  isDown = true;
  const again = await serve({ data, team });
  await onCall(again);
  const health = async () => (await again.get("/healthz")).json() as Health;
  await vi.waitUntil(async () => (await health()).problems.some(({ kind }) => kind === "calendar"), {
    timeout: 20_000,
    interval: 50,
  });
  // In this team nobody can be told of the reminder, and that is known after the crash as well: until somebody has it.
  expect((await health()).problems.map(({ kind }) => kind).toSorted()).toEqual(["calendar", "reach"]);
  for (const { id } of await reminders(again))
    await again.api("POST", `/api/v1/alerts/${id}/acknowledge`, {});
  const { trusted, problems } = await health();
  expect(problems.find(({ kind }) => kind === "calendar")!.text).toMatch(
    /^Calendar holidays cannot be read since .* answers 500\. Its copy of .* stays in force\.$/,
  );
  expect([trusted, problems.length]).toEqual([true, 1]);
  await again.stop();
});
