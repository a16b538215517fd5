/** What the desktop channel makes of the answers of a desktop. With a real one: system-notification.real.test.ts. */
import { expect, test } from "vitest";
import { createDesktopChannel } from "#channels/desktop";
import type { Desktops } from "#engine/ports";
import { buildNotice } from "./build-notice.ts";

const never = new AbortController().signal;

function send(present: Desktops["present"], parts: Parameters<typeof buildNotice>[0] = {}, limitMs = 1_000) {
  return createDesktopChannel({ desktops: { present }, limitMs }).send(buildNotice(parts), never);
}

test("drawn is sent", async () => {
  expect(await send(async () => "shown")).toEqual({ kind: "sent" });
});

test("a desktop that is not there or cannot draw costs the next channel no time", async () => {
  expect(await send(async () => "none-attached")).toMatchObject({
    permanent: true,
    reason: "no-desktop-attached",
  });
  expect(await send(async () => "not-shown")).toMatchObject({ permanent: true, reason: "window-not-shown" });
});

test("not drawn because it was acknowledged meanwhile is withdrawn", async () => {
  let wanted = true;
  const present = async () => {
    wanted = false;
    return "not-shown" as const;
  };
  expect(await send(present, { stillWanted: () => wanted })).toEqual({ kind: "withdrawn" });
});

test("a desktop that never answers is given up, and told so", async () => {
  let told = false;
  const present: Desktops["present"] = (_notice, signal) => {
    signal.addEventListener("abort", () => (told = true));
    return new Promise(() => {});
  };
  expect(await send(present, {}, 20)).toMatchObject({
    kind: "failed",
    permanent: false,
    reason: "timed-out",
  });
  expect(told).toBe(true);
});

test("a desktop that breaks its promise not to reject is an outcome all the same", async () => {
  expect(await send(() => Promise.reject(new Error("gone")))).toMatchObject({
    kind: "failed",
    reason: "internal",
  });
});
