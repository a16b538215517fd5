/** Runs appending-child.ts in a process of its own and collects what it says, line by line. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./appending-child.ts", import.meta.url));
// Vite resolves and compiles as it does for the tests; Node 20 does not run TypeScript by itself.
const start = `import { runnerImport } from "vite"; await runnerImport(process.argv[1], { configFile: false, logLevel: "error" });`;

export class AppendingChild {
  readonly lines: string[] = [];
  private readonly process: ChildProcess;
  private readonly ended: Promise<unknown>;
  private wake = (): void => {};

  constructor(directory: string, mode: "append" | "hold" = "append") {
    this.process = spawn(process.execPath, ["--input-type=module", "-e", start, script, directory, mode], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const reader = createInterface({ input: this.process.stdout! });
    reader.on("line", (line) => {
      this.lines.push(line);
      this.wake();
    });
    this.ended = Promise.all([once(this.process, "exit"), once(reader, "close")]);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** The n-th line, as soon as it is said. */
  async line(index: number): Promise<string> {
    while (this.lines.length <= index) await new Promise<void>((resolve) => (this.wake = resolve));
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
