/** A file system of a few megabytes in memory, to fill up or to mount read-only. Needs root on Linux. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  readonly folder: string;
  /** Takes all the space that is left, but for `spareBytes`. */
  fill(spareBytes?: number): void;
  /** Gives it back. */
  free(): void;
  unmount(): void;
}

/** `size` as mount(8) takes it: `16m`. `mode` `ro`: nothing can be written. Throws with the remedy where it may not mount. */
export function mountTmpfs(size: string, mode: "rw" | "ro" = "rw"): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},${mode}`, "tmpfs", folder], {
    encoding: "utf8",
  });
  if (mounted.status !== 0) {
    rmdirSync(folder);
    throw new Error(
      `This test mounts a small disk, for which it needs root (and CAP_SYS_ADMIN): ${mounted.stderr}`,
    );
  }
  const ballast = join(folder, "ballast");
  const unmount = (): void => {
    process.off("exit", unmount);
    // Lazily: a process that a failing test left behind may still be in it.
    spawnSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", unmount);
  return {
    folder,
    fill(spareBytes = 0) {
      const { bavail, bsize } = statfsSync(folder);
      try {
        writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - spareBytes)), { flag: "a" });
      } catch {
        // Somebody was faster with the last block; what was written counts.
      }
    },
    free: () => rmSync(ballast, { force: true }),
    unmount,
  };
}
