/** When the mail server is tried without anything to send, and what is said of it. */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { EmailSettings } from "#config/email-schema";
import { EmailWatch } from "#channels/email-watch";
import type { EmailVerification } from "#channels/email-verify";
import { SystemClock } from "#system/system-clock";
import { minutes, seconds } from "../support/team-builder.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const working: EmailVerification = { ok: true };
const unreachable: EmailVerification = {
  ok: false,
  reason: "unreachable",
  permanent: false,
  text: "Nobody there.",
};
const refusedLogin: EmailVerification = {
  ok: false,
  reason: "authentication",
  permanent: true,
  text: "Wrong password.",
};

let time: VirtualTime;
let settings: EmailSettings | null;
let answer: EmailVerification;
let takesMs: number;
/** When each try began, s since the start. */
let tries: number[];
let underWay: number;
let mostAtOnce: number;
let said: string[];
let watch: EmailWatch;

beforeEach(() => {
  time = new VirtualTime();
  const start = time.wallMs();
  settings = { host: "mail", port: 25, secure: false, from: "tocsin@example.org" };
  [answer, takesMs, tries, underWay, mostAtOnce, said] = [working, 0, [], 0, 0, []];
  watch = new EmailWatch({
    clock: new SystemClock(time),
    settings: () => settings,
    verify: async (_, signal) => {
      tries.push((time.wallMs() - start) / 1_000);
      underWay += 1;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      signal.addEventListener("abort", () => (underWay -= 1));
      if (takesMs > 0) await new Promise<void>((resolve) => time.after(takesMs, resolve));
      if (!signal.aborted) underWay -= 1;
      return answer;
    },
    onVerified: (verification) => void said.push(verification.ok ? "works" : verification.reason),
  });
});

test("at the start, and then once an hour while it works", async () => {
  watch.look();
  await time.pass(minutes(150));
  expect(tries).toEqual([0, 3_600, 7_200]);
  expect(said).toEqual(["works", "works", "works"]);
});

test("while it fails, again with growing pauses of a minute at most; its recovery is said", async () => {
  answer = unreachable;
  watch.look();
  await time.pass(minutes(5));
  expect(tries.slice(0, 7)).toEqual([0, 5, 15, 35, 75, 135, 195]);
  expect(said[0]).toBe("unreachable");
  answer = working;
  await time.pass(minutes(1));
  expect(said.at(-1)).toBe("works");
  const before = tries.length;
  await time.pass(minutes(59));
  expect(tries.length).toBe(before);
});

test("a login that is refused is tried seldom, lest the server locks it", async () => {
  answer = refusedLogin;
  watch.look();
  await time.pass(minutes(60));
  expect(tries.length).toBeLessThan(14);
  expect(said[0]).toBe("authentication");
});

test("changed settings are tried at once, and what was under way with the old ones is not heard any more", async () => {
  takesMs = seconds(8);
  answer = refusedLogin;
  watch.look();
  await time.pass(seconds(2));
  settings = { ...settings!, port: 2525 };
  answer = working;
  watch.look();
  watch.look();
  await time.pass(seconds(20));
  expect(tries).toEqual([0, 2]);
  expect(said).toEqual(["works"]);
  expect(mostAtOnce).toBe(1);
});

test("a certificate file that is replaced is a change, though nobody says so", async () => {
  const caFile = join(tmpdir(), `tocsin-watch-${process.pid}.pem`);
  writeFileSync(caFile, "old");
  settings = { ...settings!, caFile };
  answer = refusedLogin;
  watch.look();
  await time.pass(minutes(30));
  const before = tries.length;
  writeFileSync(caFile, "another");
  answer = working;
  await time.pass(seconds(16));
  expect(tries.length).toBe(before + 1);
  expect(said.at(-1)).toBe("works");
});

test("a moment's trouble of a server that worked is no news; if it lasts, it is", async () => {
  watch.look();
  await time.pass(seconds(1));
  answer = unreachable;
  await time.pass(minutes(60) - seconds(1));
  expect(said).toEqual(["works"]);
  await time.pass(seconds(5));
  expect(said).toEqual(["works", "unreachable"]);
});

test("a mail that got through ends it; one that failed has it tried within seconds", async () => {
  answer = refusedLogin;
  watch.look();
  await time.pass(minutes(1));
  watch.proved();
  const before = tries.length;
  await time.pass(minutes(59));
  expect(tries.length).toBe(before);
  watch.doubt();
  await time.pass(seconds(5));
  expect(tries.length).toBe(before + 1);
});

test("nothing is tried, and nothing heard, after it was stopped", async () => {
  takesMs = seconds(8);
  watch.look();
  await time.settle();
  watch.stop();
  watch.look();
  watch.doubt();
  await time.pass(minutes(120));
  expect(tries).toEqual([0]);
  expect(said).toEqual([]);
  expect(underWay).toBe(0);
});

test("without mail there is nothing to try", async () => {
  settings = null;
  watch.look();
  await time.pass(minutes(120));
  expect(tries).toEqual([]);
});
