/** The mail server's problem is over when the server is found to work, whatever this machine's clock has done meanwhile. */
import { expect, test } from "vitest";
import type { Outcome } from "#domain/input";
import type { Channel, Notice } from "#engine/ports";
import { emptyState } from "#domain/state";
import { SystemClock } from "#system/system-clock";
import { MailHealth } from "../../src/compose/mail-health.ts";
import { minutes } from "../support/team-builder.ts";
import { VirtualTime } from "../support/virtual-time.ts";

test.each([0, -minutes(24 * 60), minutes(24 * 60)])(
  "after a mail that timed out, with the clock set by %d ms, a login counts again after ten minutes, not before",
  async (setByMs) => {
    const time = new VirtualTime();
    const clock = new SystemClock(time);
    const problems = new Set<string>(["channel"]);
    const health = new MailHealth({
      clock,
      mail: () => ({
        email: { host: "mail", port: 25, secure: false, from: "t@example.org" },
        missingVariable: null,
      }),
      verify: async () => ({ ok: true }),
    });
    const timedOut: Outcome = { kind: "failed", permanent: false, reason: "timed-out", text: "No answer." };
    const channel: Channel = { via: "email", send: async () => timedOut, close: async () => {} };
    const watched = health.watching(channel);
    health.begin({
      state: emptyState(),
      onChange: () => () => {},
      reportProblem: (kind) => void problems.add(kind),
      clearProblem: (kind) => void problems.delete(kind),
    });
    await time.pass(1);
    await watched.send({} as Notice, new AbortController().signal);
    problems.add("channel");
    time.setWallBy(setByMs);
    clock.now();
    await time.pass(minutes(9));
    expect(problems).toContain("channel");
    await time.pass(minutes(2 * 60));
    expect(problems).not.toContain("channel");
    await health.stop();
  },
);
