// Whether the system has the shared libraries that an Electron binary is linked to. Called by start.
import { capture } from "./run.mjs";

/** Names such as `libgbm.so.1` that the loader cannot find; empty when all is there, or where there is no ldd to ask. */
export function missingLibraries(executable) {
  if (process.platform !== "linux") return [];
  const lines = (capture("ldd", [executable]) ?? "").split("\n");
  return lines.filter((line) => line.includes("not found")).map((line) => line.trim().split(" ")[0]);
}
