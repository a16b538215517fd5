/** How the system's own player is called. */
import { EventEmitter } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { startSystemPlayer } from "../../src/desktop/main/system-player.ts";

const calls = vi.hoisted((): { argv: string[]; env: NodeJS.ProcessEnv }[] => []);

vi.mock("node:child_process", () => ({
  spawn: (program: string, args: string[], { env }: { env: NodeJS.ProcessEnv }) => {
    calls.push({ argv: [program, ...args], env });
    return Object.assign(new EventEmitter(), { kill: () => undefined });
  },
}));

test.each<[NodeJS.Platform, boolean]>([
  ["linux", true],
  ["darwin", true],
  ["win32", false],
])("on %s a folder with spaces reaches it whole (as an argument: %s)", (platform, asArgument) => {
  const real = process.platform;
  Object.defineProperty(process, "platform", { value: platform });
  onTestFinished(() => void Object.defineProperty(process, "platform", { value: real }));
  calls.length = 0;
  startSystemPlayer("/Program Files/it's", { file: "critical.wav", gapMs: 1 })();
  const [{ argv, env }] = calls as [(typeof calls)[0]];
  const given = asArgument ? argv.at(-1) : env["TOCSIN_SOUND_FILE"];
  expect(given).toMatch(/^[/\\]Program Files[/\\]it's[/\\]critical\.wav$/);
  expect(argv.join(" ").includes("Program Files")).toBe(asArgument);
});
