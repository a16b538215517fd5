/**
 * The desktop channel: shows a notice on the attached desktops of its person. Made by compose.
 *
 * It decides nothing about windows; whoever implements the `Desktops` port (api for Electron, system-notification for
 * a headless engine) says what became of it.
 */
import type { Channel, Desktops, Notice } from "#engine/ports";
import type { Outcome } from "#domain/input";
import { permanent, temporary, withdrawn } from "./failure.ts";
import { startTimeLimit } from "./time-limit.ts";

export interface DesktopChannelOptions {
  readonly desktops: Desktops;
  /** How long a desktop may take to say that its window is drawn, milliseconds. */
  readonly limitMs?: number;
}

export function createDesktopChannel({ desktops, limitMs = 10_000 }: DesktopChannelOptions): Channel {
  let closed = false;

  async function send(notice: Notice, signal: AbortSignal): Promise<Outcome> {
    if (closed) return temporary("internal", "The desktop channel is closed: Tocsin is stopping.");
    if (signal.aborted) return temporary("timed-out", "Given up before the desktop was asked.");
    if (!notice.stillWanted()) return withdrawn;
    const limit = startTimeLimit(limitMs, signal);
    try {
      const answer = await Promise.race([desktops.present(notice, limit.signal), limit.over]);
      // Whoever shows it looks again too: not shown because it was acknowledged meanwhile is no failure.
      if (answer === "not-shown" && !notice.stillWanted()) return withdrawn;
      return outcomeOf(answer ?? "timed-out", notice, limitMs);
    } catch (error) {
      return temporary("internal", `Showing the alert failed: ${String(error)}`);
    } finally {
      limit.end();
    }
  }

  return {
    via: "desktop",
    send,
    close: async () => {
      closed = true;
    },
  };
}

type Answer = Awaited<ReturnType<Desktops["present"]>> | "timed-out";

/** All but a timeout is permanent: a desktop that cannot show it now must not cost the person's next channel its time. */
function outcomeOf(answer: Answer, notice: Notice, limitMs: number): Outcome {
  switch (answer) {
    case "shown":
      return { kind: "sent" };
    case "none-attached":
      return permanent("no-desktop-attached", `No desktop of ${notice.person.id} is attached.`);
    case "not-shown":
      return permanent("window-not-shown", `The desktop of ${notice.person.id} could not show the alert.`);
    case "timed-out":
      return temporary(
        "timed-out",
        `The desktop of ${notice.person.id} did not answer within ${limitMs / 1000} s.`,
      );
  }
}
