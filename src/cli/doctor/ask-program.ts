/** Asks a program of the system something, for the checks of `tocsin doctor`. */
import { execFile } from "node:child_process";

/** stdout, trimmed; null when the program is not there, fails, or says nothing for `limitMs`. Never rejects. */
export function askProgram(
  command: string,
  args: readonly string[],
  limitMs = 3_000,
): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: limitMs, killSignal: "SIGKILL" }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : null),
    );
  });
}

/** Whether somebody owns `name` on the session bus; null when there is no tool to ask with, or no answer. */
export async function isOnSessionBus(name: string): Promise<boolean | null> {
  const bus = "org.freedesktop.DBus";
  const answers = [
    () =>
      askProgram("dbus-send", [
        "--session",
        "--print-reply",
        `--dest=${bus}`,
        "/",
        `${bus}.NameHasOwner`,
        `string:${name}`,
      ]),
    () =>
      askProgram("gdbus", [
        "call",
        "--session",
        "--dest",
        bus,
        "--object-path",
        "/",
        "--method",
        `${bus}.NameHasOwner`,
        name,
      ]),
    () => askProgram("busctl", ["--user", "call", bus, "/", bus, "NameHasOwner", "s", name]),
  ];
  for (const ask of answers) {
    const answer = await ask();
    if (answer !== null) return /\btrue\b/.test(answer);
  }
  return null;
}
