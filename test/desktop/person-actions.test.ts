/** What the tray's menu may do, given what has happened while it was open. */
import { expect, test, vi } from "vitest";
import { PersonActions, type ActionPorts } from "../../src/desktop/main/person-actions.ts";

vi.mock("electron", () => ({ app: {}, dialog: {}, nativeTheme: {}, protocol: {}, shell: {} }));

test.each([
  [0, 2],
  [1, 0],
])("with %i alerts waiting, %i of two pauses are taken", async (waiting, taken) => {
  const pauseUntil = vi.fn<(at: Date) => void>();
  const pending = Array.from({ length: waiting });
  const ports = { pause: { pauseUntil }, attention: () => ({ pending }) };
  const actions = new PersonActions(ports as unknown as ActionPorts);
  await actions.fromTray({ type: "pause-for", minutes: 60 });
  await actions.fromTray({ type: "pause-until-morning" });
  expect(pauseUntil).toHaveBeenCalledTimes(taken);
});
