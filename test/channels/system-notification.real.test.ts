/** The system's notifications as the desktop of a headless engine, shown by a real notification daemon (dunst). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDesktopChannel } from "#channels/desktop";
import { createSystemDesktops } from "#channels/system-notification";
import type { PersonId } from "#domain/ids";
import { channelSuite } from "../acceptance/channel-suite.ts";
import { startTestDesktop, type TestDesktop } from "../support/test-desktop.ts";
import { buildNotice, freshAlertId } from "./build-notice.ts";

const never = new AbortController().signal;
const ana = "ana" as PersonId;
let desktop: TestDesktop;

beforeAll(async () => {
  desktop = await startTestDesktop();
});
afterAll(() => desktop.stop());
/** The daemon's number of the last notification before this test; it forgets none. */
let before = 0;
beforeEach(() => {
  before = Math.max(0, ...history().map(({ id }) => id));
});

interface Shown {
  readonly title: string;
  readonly body: string;
  /** Milliseconds; 0: stays until it is closed. */
  readonly timeout: number;
}

/** What this test has put on the screen, oldest first. */
function shown(): Shown[] {
  return history()
    .filter(({ id }) => id > before)
    .sort((a, b) => a.id - b.id)
    .map(({ title, body, timeout }) => ({ title, body, timeout }));
}

/** Closes what is on the screen, since only then dunst tells its text. */
function history(): (Shown & { readonly id: number })[] {
  desktop.run("dunstctl", "close-all");
  const { data } = JSON.parse(desktop.run("dunstctl", "history")) as {
    data: [Record<string, { data: never }>[]];
  };
  return data[0].map((entry) => ({
    id: entry["id"]!.data,
    title: entry["summary"]!.data,
    body: entry["body"]!.data,
    timeout: entry["timeout"]!.data,
  }));
}

function daemonPid(): number {
  const target = ["--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetConnectionUnixProcessID"];
  const reply = desktop.run(
    "dbus-send",
    "--session",
    "--print-reply",
    ...target,
    "string:org.freedesktop.Notifications",
  );
  return Number(/uint32 (\d+)/.exec(reply)![1]);
}

channelSuite("desktop, by system notifications", async () => {
  let stopped: number | null = null;
  const desktops = createSystemDesktops({ person: () => ana, environment: desktop.env });
  return {
    channel: createDesktopChannel({ desktops }),
    notice: (title, stillWanted = () => true) =>
      buildNotice({ alert: { id: freshAlertId(), title }, stillWanted, via: "desktop" }),
    unreachable: () => buildNotice({ person: { id: "ben" as PersonId } }),
    arrived: async () => shown().map(({ title }) => title.replace("CRITICAL: ", "")),
    hang: () => {
      stopped = daemonPid();
      process.kill(stopped, "SIGSTOP");
    },
    stop: async () => {
      if (stopped !== null) process.kill(stopped, "SIGCONT");
    },
  };
});

describe("what is shown", () => {
  const present = (parts: Parameters<typeof buildNotice>[0]) =>
    createSystemDesktops({ person: () => ana, environment: desktop.env }).present(buildNotice(parts), never);

  test("stays on the screen, says who asks and how to acknowledge", async () => {
    expect(await present({ alert: { severity: "error", title: "Disk full" } })).toBe("shown");
    expect(shown()).toEqual([
      {
        title: "ERROR: Disk full",
        body: "You are on call in schedule primary. From prometheus. To acknowledge: tocsin ack 01KE6ALERT",
        timeout: 0,
      },
    ]);
  });

  test("text is never an option, a command or markup", async () => {
    const title = '-u low $(touch /tmp/x) `id` "; exit \u0000 <b>bold</b>';
    expect(await present({ alert: { severity: "info", title, source: "<b>& co</b>" } })).toBe("shown");
    const [only] = shown();
    expect(only?.title).toBe('INFO: -u low $(touch /tmp/x) `id` "; exit \uFFFD <b>bold</b>');
    expect(only?.body).toContain("From &lt;b&gt;&amp; co&lt;/b&gt;.");
  });
});

test("says that it cannot, where there is no desktop", async () => {
  const environments: [NodeJS.ProcessEnv, RegExp][] = [
    [{ ...desktop.env, DBUS_SESSION_BUS_ADDRESS: "" }, /session bus/],
    [{ ...desktop.env, PATH: "/nowhere" }, /install libnotify-bin/],
  ];
  for (const [environment, text] of environments) {
    const desktops = createSystemDesktops({ person: () => ana, environment });
    expect(desktops.isAvailable()).toBe(false);
    expect(desktops.availability()).toMatchObject({ ok: false, text: expect.stringMatching(text) });
    expect(await desktops.present(buildNotice(), never)).toBe("none-attached");
  }
});

test("a bus without a notification daemon shows nothing, and says so", async () => {
  const environment = { ...desktop.env, DBUS_SESSION_BUS_ADDRESS: desktop.env["DBUS_SYSTEM_BUS_ADDRESS"] };
  const desktops = createSystemDesktops({ person: () => ana, environment });
  expect(await desktops.present(buildNotice(), never)).toBe("not-shown");
});

test("shows nothing to others on this machine, nor while nobody is known", async () => {
  for (const person of ["ben" as PersonId, null]) {
    const desktops = createSystemDesktops({ person: () => person, environment: desktop.env });
    expect(await desktops.present(buildNotice(), never)).toBe("none-attached");
  }
  expect(shown()).toEqual([]);
});
