/** The in-memory twin keeps the contract of the real channels, so what the simulation finds holds for them. */
import { expect, test } from "vitest";
import type { PersonId } from "#domain/ids";
import type { Outcome } from "#domain/input";
import { createMemoryChannel } from "#channels/memory";
import { channelSuite } from "../acceptance/channel-suite.ts";
import { buildNotice, freshAlertId } from "./build-notice.ts";

const refused: Outcome = { kind: "failed", permanent: true, reason: "refused", text: "no such user" };

channelSuite("memory", async () => {
  let hangs = false;
  const channel = createMemoryChannel({
    via: "email",
    connect: () => (hangs ? new Promise(() => {}) : Promise.resolve()),
    answer: (notice) => (notice.person.id === "nobody" ? refused : { kind: "sent" }),
  });
  return {
    channel,
    notice: (title, stillWanted = () => true) =>
      buildNotice({ alert: { id: freshAlertId(), title }, stillWanted }),
    unreachable: () => buildNotice({ person: { id: "nobody" as PersonId } }),
    arrived: async () => channel.delivered.map((notice) => notice.alert.title),
    hang: () => {
      hangs = true;
    },
    stop: async () => {},
  };
});

test("keeps what it was asked, and what is still under way", async () => {
  let answer: (outcome: Outcome) => void = () => {};
  const channel = createMemoryChannel({
    via: "desktop",
    answer: () => new Promise((resolve) => (answer = resolve)),
  });
  const sending = channel.send(buildNotice(), new AbortController().signal);
  expect([channel.asked.length, channel.pending, channel.delivered.length]).toEqual([1, 1, 0]);
  answer({ kind: "sent" });
  expect(await sending).toEqual({ kind: "sent" });
  expect([channel.asked.length, channel.pending, channel.delivered.length]).toEqual([1, 0, 1]);
});

test("an answer that throws is an outcome", async () => {
  const channel = createMemoryChannel({
    via: "email",
    answer: () => {
      throw new Error("out of paper");
    },
  });
  expect(await channel.send(buildNotice(), new AbortController().signal)).toMatchObject({
    kind: "failed",
    reason: "internal",
  });
});
