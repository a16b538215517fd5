/** Settings that cannot be written do not keep the app from starting. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Autostart } from "../../src/desktop/main/autostart.ts";
import { PreferenceStore } from "../../src/desktop/main/preferences.ts";

vi.mock("electron", () => ({ app: { getLoginItemSettings: () => ({ openAtLogin: false }) } }));
vi.mock("electron-store", () => ({
  default: class {
    constructor() {
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    }
  },
}));

test("without a file the defaults hold, and what is chosen holds until the end", () => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  onTestFinished(() => written.mockRestore());
  const preferences = new PreferenceStore("/nowhere");
  expect(written).toHaveBeenCalledWith(expect.stringContaining("ENOSPC"));
  expect([preferences.get("person"), preferences.get("volumes").critical]).toEqual([null, 100]);
  preferences.set("person", "ana");
  expect(preferences.get("person")).toBe("ana");
});

test.runIf(process.platform === "linux")("an entry at login that cannot be read is left as it is", () => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const folder = mkdtempSync(join(tmpdir(), "tocsin-autostart-"));
  vi.stubEnv("XDG_CONFIG_HOME", folder);
  onTestFinished(() => {
    written.mockRestore();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, "autostart/tocsin.desktop"), { recursive: true });
  new Autostart(["/usr/bin/tocsin"]).repair();
  expect(written).toHaveBeenCalledWith(expect.stringContaining("cannot be repaired"));
});
