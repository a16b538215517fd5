/** The security log: one line for a cause at once, one for all that follow, and no more. */
import { describe, expect, it } from "vitest";
import { rateLimited, type SecurityDetails, type SecurityEvent } from "#peers/link/security-log";
import { VirtualTime } from "../../support/virtual-time.ts";

function start() {
  const time = new VirtualTime();
  const lines: (SecurityDetails & { event: SecurityEvent })[] = [];
  const log = rateLimited((event, details) => void lines.push({ event, ...details }), time);
  return { time, lines, log };
}

describe("the security log", () => {
  it("writes the first of a cause at once and counts the others for ten seconds", async () => {
    const { time, lines, log } = start();
    for (let port = 1; port <= 500; port += 1)
      log("unknown-machine", { address: `192.0.2.9:${port}`, reason: "Unknown." });
    expect(lines).toHaveLength(1);
    await time.pass(10_000);
    expect(lines).toMatchObject([{ address: "192.0.2.9:1" }, { address: "192.0.2.9:500", leftOut: 499 }]);
    log("unknown-machine", { address: "192.0.2.9:7", reason: "Unknown." });
    expect(lines).toHaveLength(3);
  });

  it("tells causes apart: event, machine, address", () => {
    const { lines, log } = start();
    log("unknown-machine", { address: "192.0.2.9:1", reason: "x" });
    log("unknown-machine", { address: "192.0.2.8:1", reason: "x" });
    log("revoked-machine", { address: "192.0.2.9:1", reason: "x" });
    log("revoked-machine", { address: "192.0.2.9:1", machine: "m", reason: "x" });
    log("revoked-machine", { address: "192.0.2.9:2", machine: "m", reason: "x" });
    expect(lines).toHaveLength(4);
  });

  it("from ten thousand addresses there are no ten thousand lines", async () => {
    const { time, lines, log } = start();
    for (let n = 0; n < 10_000; n += 1)
      log("unknown-machine", { address: `[2001:db8::${n.toString(16)}]:1`, reason: "x" });
    expect(lines.length).toBeLessThanOrEqual(201);
    await time.pass(10_000);
    expect(lines.length).toBeLessThanOrEqual(202);
    expect(lines.at(-1)!.leftOut).toBeGreaterThan(9_000);
  });
});
