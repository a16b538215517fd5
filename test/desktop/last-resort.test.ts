/** How a broken app starts over. What it listens to is called by hand. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { installLastResort } from "../../src/desktop/main/last-resort.ts";

const done = vi.hoisted((): unknown[][] => []);

vi.mock("electron", async () => {
  const events = await import("node:events");
  const app = Object.assign(new events.EventEmitter(), {
    relaunch: ({ args }: { args: string[] }) => done.push(["relaunch", args]),
    releaseSingleInstanceLock: () => done.push(["release"]),
    exit: (code: number) => {
      done.push(["exit", code]);
      app.emit("quit");
    },
  });
  return { app, dialog: {} };
});
vi.mock("node:child_process", () => ({
  spawn: (program: string, args: string[], { detached }: { detached: boolean }) => {
    done.push(["spawn", program, args, detached]);
    return Object.assign(new EventEmitter(), { unref: () => undefined });
  },
}));

let breakDown: (error: Error) => void;

beforeEach(() => {
  done.length = 0;
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process, "uptime").mockReturnValue(3600);
  vi.spyOn(process, "on").mockImplementation((event, listener) => {
    if (event === "uncaughtException") breakDown = listener as typeof breakDown;
    return process;
  });
  installLastResort();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("an app that ran for a while is started again with its arguments", () => {
  vi.stubEnv("APPIMAGE", undefined);
  breakDown(new Error("broken"));
  expect(done).toEqual([
    ["relaunch", process.argv.slice(1)],
    ["exit", 1],
  ]);
});

test("an AppImage is started from its file, since Electron's helper goes with its mount, and only at the very end", () => {
  vi.stubEnv("APPIMAGE", "/home/ana/Tocsin.AppImage");
  breakDown(new Error("broken"));
  expect(done).toEqual([
    ["exit", 1],
    ["release"],
    ["spawn", "/home/ana/Tocsin.AppImage", process.argv.slice(1), true],
  ]);
});
