/** `tocsin people`, beside a running engine and after it. */
import { afterEach, expect, test, vi } from "vitest";
import { endProcesses, freshFolder, serve, tocsin } from "../support/tocsin-process.ts";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";

afterEach(endProcesses);

test("shows who acknowledged and whose mail fails", async () => {
  const data = freshFolder();
  // Port 9 of loopback: nobody answers there.
  const team = writeTeamFile(data, teamFile({ mailPort: 9 }));
  const engine = await serve({ data, team, args: ["--person", "ben"] });
  const { alert } = (await engine.post(`/in/${keys.events}/json`, { title: "Disk full" })).json() as {
    alert: string;
  };
  interface Row {
    id: string;
    asked: number;
    lastAcknowledgedAt: string | null;
    channels: { via: string; failuresInARow: number }[];
  }
  const rows = () => engine.command<Row[]>("people");
  await vi.waitUntil(async () => ((await rows())[0]!.channels[0]?.failuresInARow ?? 0) > 0, {
    timeout: 30_000,
  });
  await engine.command("ack", alert);
  const [ana, ben] = await rows();
  expect(ana).toMatchObject({ id: "ana", asked: 1, lastAcknowledgedAt: null, channels: [{ via: "email" }] });
  expect(ben).toMatchObject({ id: "ben", lastAcknowledgedAt: expect.stringMatching(/^\d{4}-/) });
  await engine.stop();

  const printed = await tocsin(["people", "--data", data]);
  expect(printed.code).toBe(0);
  expect(printed.stdout).toMatch(
    /^ana \(Ana\), last acknowledged never, last notified never, asked about 1 alert in 180 days$/m,
  );
  expect(await tocsin(["people"])).toMatchObject({ code: 2 });
  expect(await tocsin(["people", "--data", freshFolder()])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no journal"),
  });
});
