/** Runs this folder's children in processes of their own and collects what they say, line by line. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const project = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Compiles the child into `directory`, since Node 20 does not run TypeScript; returns the script's path. Done once, it
 * starts in a tenth of a second.
 */
export async function compileChild(directory: string, child = "appending-child"): Promise<string> {
  await build({
    configFile: false,
    root: project,
    logLevel: "error",
    build: {
      ssr: join(project, `test/journal/${child}.ts`),
      outDir: directory,
      emptyOutDir: false,
      rollupOptions: {
        external: ["libsql"],
        output: { format: "cjs", entryFileNames: `${child}.cjs` },
      },
    },
  });
  return join(directory, `${child}.cjs`);
}

/** Runs a compiled child to its end. `end`: 0, another exit code, or the signal that ended it. */
export function runChild(
  script: string,
  ...args: readonly string[]
): Promise<{ readonly lines: readonly string[]; readonly end: string | number; readonly stderr: string }> {
  const env = { ...process.env, NODE_PATH: join(project, "node_modules") };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env, timeout: 300_000, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        const end = error === null ? 0 : (error.signal ?? error.code ?? -1);
        resolve({ lines: stdout.split("\n").filter((line) => line !== ""), end, stderr });
      },
    );
  });
}

export class AppendingChild {
  readonly lines: string[] = [];
  private readonly process: ChildProcess;
  private readonly ended: Promise<unknown>;
  private hasEnded = false;
  private wake = (): void => {};

  constructor(script: string, directory: string, mode: "append" | "hold" | "merge" = "append") {
    this.process = spawn(process.execPath, [script, directory, mode], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_PATH: join(project, "node_modules") },
    });
    const reader = createInterface({ input: this.process.stdout! });
    reader.on("line", (line) => {
      this.lines.push(line);
      this.wake();
    });
    this.ended = Promise.all([once(this.process, "exit"), once(reader, "close")]).then(() => {
      this.hasEnded = true;
      this.wake();
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** The n-th line, as soon as it is said. Rejects when the child ends before. */
  async line(index: number): Promise<string> {
    while (this.lines.length <= index) {
      if (this.hasEnded) throw new Error(`It ended after saying: ${this.lines.slice(-3).join(" | ")}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.lines[index]!;
  }

  /** Kills it at once (`kill -9`), and waits until everything that it said has arrived. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async end(): Promise<void> {
    await this.ended;
  }
}
