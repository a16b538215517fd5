/** The engine's process as main sees it, with a process that only notes what it is told. Virtual time. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Answer, ClientLink, LinkRequest } from "../../src/desktop/main/client-link.ts";
import { EngineWatch } from "../../src/desktop/main/engine-watch.ts";

interface Child extends EventEmitter {
  pid: number;
}

const children = vi.hoisted((): Child[] => []);

vi.mock("electron", async () => {
  const events = await import("node:events");
  return {
    MessageChannelMain: class {
      port1 = {};
      port2 = {};
    },
    utilityProcess: {
      fork: () => {
        const child = Object.assign(new events.EventEmitter(), {
          pid: 4_194_305,
          postMessage: () => undefined,
        });
        children.push(child);
        return child;
      },
    },
  };
});

let pings = 0;
let connected = false;
let watch: EngineWatch;
let answer: () => Promise<Answer>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  children.length = 0;
  pings = 0;
  answer = async () => ({ type: "answer", requestId: 1, ok: true });
  const link = {
    attach: () => (connected = true),
    detach: () => (connected = false),
    get connected() {
      return connected;
    },
    request: (_message: LinkRequest) => {
      pings += 1;
      return answer();
    },
  } as unknown as ClientLink;
  watch = new EngineWatch(
    "entry",
    () => ({}) as never,
    link,
    false,
    () => undefined,
    () => undefined,
  );
  watch.start();
  children[0]!.emit("message", { type: "listening", url: "" });
  watch.believe();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Joins, and gives the pings of the next minute. */
async function joinAnd(happens: () => unknown): Promise<number> {
  const joined = watch.join("tocsin://nonsense");
  expect(watch.doubt?.text).toContain("joining");
  await happens();
  expect(await joined).toEqual({ ok: false, text: expect.any(String) });
  pings = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  return pings;
}

test("an engine that refuses an invite goes on: it is believed, and its pulse is felt", async () => {
  const refusal = { type: "joined", ok: false, text: "This invite is not whole.", stopped: false };
  expect(await joinAnd(() => children[0]!.emit("message", refusal))).toBeGreaterThan(2);
  expect(watch.doubt).toBeNull();
});

test("one that was stopped for a join that failed is waited for", async () => {
  const failure = { type: "joined", ok: false, text: "The team cannot be reached.", stopped: true };
  expect(await joinAnd(() => children[0]!.emit("message", failure))).toBe(0);
  expect(watch.doubt?.text).toContain("joining");
});

test("one that hangs instead of joining is noticed", async () => {
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  await joinAnd(() => {
    answer = () => new Promise(() => undefined);
    return vi.advanceTimersByTimeAsync(60_000);
  });
  expect(watch.doubt?.text).toContain("does not answer");
  expect(kill).toHaveBeenCalledWith(4_194_305, "SIGKILL");
});

test("one that breaks down for lack of memory is replaced, and that is told", () => {
  children[0]!.emit("error", "FatalError", "Reached heap limit", "report");
  expect(watch.doubt).toBeNull();
  children[0]!.emit("exit", 6);
  expect(watch.doubt?.text).toContain("FatalError, Reached heap limit");
});

test("one that ends while it is being killed breaks nothing", async () => {
  const kill = vi.spyOn(process, "kill").mockImplementation(() => {
    throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
  });
  answer = () => new Promise(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kill).toHaveBeenCalled();
});
