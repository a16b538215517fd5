/** What crowds the real process: connections that say nothing, one integration's flood. Somebody else's alert comes in meanwhile. */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { keys, teamFile, writeTeamFile } from "../support/team-file.ts";
import { endProcesses, freshFolder, serve, type TocsinProcess } from "../support/tocsin-process.ts";
import { trials } from "../support/trials.ts";

afterAll(endProcesses);

const patient = [{ id: "default", steps: [{ notify: [{ person: "ana" }], within: "1h" }] }];

function start(): Promise<TocsinProcess> {
  const folder = freshFolder();
  return serve({ data: folder, team: writeTeamFile(folder, teamFile({ change: { policies: patient } })) });
}

interface Health {
  readonly trusted: boolean;
  readonly problems: readonly { readonly kind: string; readonly text: string }[];
}

const health = async (engine: TocsinProcess) => (await engine.get("/healthz")).json() as Health;

/** @returns how long the answer took, ms. */
async function timed(engine: TocsinProcess, title: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await engine.post(`/in/${keys.events}/json`, { title, dedupKey: title });
  expect(answer.status, answer.text).toBe(202);
  return performance.now() - startedAt;
}

test.each(["", "POST /v2/enqueue HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n{"])(
  "1,000 connections without a key, saying %j: an alert comes in at once, and it is said",
  async (text) => {
    const engine = await start();
    const before = await timed(engine, "Before");
    const sockets: Socket[] = [];
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    for (let i = 0; i < 1_000; i += 1) {
      const socket = connect(engine.port, "127.0.0.1", () => text !== "" && socket.write(text));
      socket.on("error", () => {}).resume();
      sockets.push(socket);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const meanwhile = [await timed(engine, "First"), await timed(engine, "Second")];
    console.log(
      `1,000 connections without a key: before ${Math.round(before)} ms, meanwhile ${meanwhile.map(Math.round).join(", ")} ms`,
    );
    expect(Math.max(...meanwhile)).toBeLessThan(2_000);
    // Not at once: a burst of alerts looks the same for a moment.
    await vi.waitFor(
      async () => expect((await health(engine)).problems.map(({ kind }) => kind)).toContain("connections"),
      5_000,
    );
    const log = readFileSync(`${engine.data}/tocsin.log`, "utf8").split("\n");
    expect(log.filter((line) => line.includes("too many connections without a key"))).toHaveLength(1);
  },
  30_000,
);

test("a flood of one integration: another's first alert comes in at once, and what is refused is said by name", async () => {
  const engine = await start();
  const most = trials(5_000, 50_000);
  const batch = (from: number, count: number) =>
    engine.post(
      `/in/${keys.prometheus}/api/v2/alerts`,
      Array.from({ length: count }, (_, i) => ({ labels: { alertname: "Flood", index: `${from + i}` } })),
    );
  const startedAt = performance.now();
  const floods: ReturnType<typeof batch>[] = [];
  for (let from = 0; from < most; from += 5_000) floods.push(batch(from, 5_000));
  const waits: number[] = [];
  let isOver = false;
  const all = Promise.all(floods).finally(() => (isOver = true));
  for (let i = 0; !isOver; i += 1) waits.push(await timed(engine, `Meanwhile ${i}`));
  expect((await all).map(({ status }) => status)).toEqual(floods.map(() => 200));
  console.log(
    `${most} alerts of one integration in ${Math.round(performance.now() - startedAt)} ms; ${waits.length} of another meanwhile, the slowest in ${Math.round(Math.max(...waits))} ms`,
  );
  expect(Math.max(...waits)).toBeLessThan(5_000);
  if (most < 50_000) return;
  const refused = await batch(most, 1);
  expect([refused.status, refused.text]).toEqual([
    503,
    expect.stringContaining("50000 alerts of prometheus are open") as string,
  ]);
  expect(await timed(engine, "After")).toBeLessThan(2_000);
  const { trusted, problems } = await health(engine);
  expect(trusted).toBe(false);
  expect(problems.find(({ kind }) => kind === "ingest")?.text).toContain(
    "1 message of prometheus was refused: ",
  );
}, 300_000);
