/** What is stopped when something does not stop. */
import { expect, test } from "vitest";
import type { Logger } from "pino";
import { startSalvaging } from "../../src/compose/salvaging-start.ts";

test("what cannot be closed, on a disk that has turned read-only, say, keeps nothing else from being closed", async () => {
  const closed: string[] = [];
  const logged: unknown[] = [];
  const log = { error: (what: unknown) => void logged.push(what) } as unknown as Logger;
  const { stop } = await startSalvaging({ log, onBroken: () => {} }, async (_, stopList) => {
    stopList.push(
      () => void closed.push("journal"),
      () => Promise.reject(new Error("no space")),
      () => void closed.push("engine"),
      () => {
        throw new Error("read-only");
      },
      () => void closed.push("server"),
    );
    return { ok: true };
  });
  await stop();
  expect(closed).toEqual(["server", "engine", "journal"]);
  expect(logged).toHaveLength(2);
});
