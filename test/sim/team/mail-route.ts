/** One machine's way to the mail server, as an e-mail channel: it works, nobody answers there, it leads nowhere, or its login is refused. */
import type { Outcome } from "#domain/input";
import type { Channel, Notice } from "#engine/ports";
import type { Dice } from "./dice.ts";
import type { Life, MachineTime } from "./machine-time.ts";
import type { MailServer } from "./mail-server.ts";
import type { TrueTime } from "./true-time.ts";

export type Route = "works" | "refused" | "black-hole" | "locked-out";

/** As the e-mail channel that ships: SMTP's own limits together are below it. */
const givesUpAfterMs = 30_000;

export class MailRoute {
  private route: Route = "works";
  private since = 0;

  constructor(
    private readonly trueTime: TrueTime,
    private readonly time: MachineTime,
    private readonly dice: Dice,
    /** Without faults the server takes everything. */
    private readonly serverIsMoody: boolean,
    private readonly left: (notice: Notice) => void,
    private readonly server: MailServer,
  ) {}

  get worksSince(): number | null {
    return this.route === "works" ? this.since : null;
  }

  set(route: Route): void {
    if (route === "works" && this.route !== "works") this.since = this.trueTime.now;
    this.route = route;
  }

  channel(life: Life): Channel {
    const pause = (ms: number) =>
      new Promise<void>((resolve) => void this.trueTime.after(ms, () => this.time.run(life, resolve)));
    return {
      via: "email",
      send: async (notice: Notice): Promise<Outcome> => {
        await pause(this.dice.between(50, 2_000));
        if (this.route === "refused") return failed("unreachable", "Connection refused.");
        if (this.route === "locked-out")
          return { kind: "failed", permanent: true, reason: "authentication", text: "535 login refused" };
        if (this.route === "black-hole") {
          await pause(givesUpAfterMs);
          return failed("timed-out", "No answer.");
        }
        if (this.server.answersSince(notice.person.id) === null) {
          await pause(givesUpAfterMs);
          return failed("timed-out", "No answer.");
        }
        if (this.server.putsOff(notice)) return failed("temporary", "451 4.7.1 Greylisted");
        const takesMs = await this.whenReady(life);
        if (takesMs === null) return failed("timed-out", "No answer.");
        if (!notice.stillWanted()) return { kind: "withdrawn" };
        if (this.serverIsMoody && this.dice.chance(0.04)) return failed("temporary", "451 try again later");
        if (this.serverIsMoody && this.dice.chance(0.02))
          return { kind: "failed", permanent: true, reason: "refused", text: "550 no such user" };
        this.left(notice);
        if (takesMs > 0) await pause(takesMs);
        await pause(this.dice.between(10, 400));
        return { kind: "sent" };
      },
      close: async () => {},
    };
  }

  /** How long the server then takes, ms; null: it did not say "go ahead" in time. */
  private whenReady(life: Life): Promise<number | null> {
    return new Promise((resolve) => {
      let answered = false;
      const goAway = this.server.whenReady((takesMs) => {
        answered = true;
        this.time.run(life, () => resolve(takesMs));
      });
      if (answered) return;
      this.trueTime.after(givesUpAfterMs, () => {
        if (answered) return;
        goAway();
        this.time.run(life, () => resolve(null));
      });
    });
  }
}

function failed(reason: "unreachable" | "timed-out" | "temporary", text: string): Outcome {
  return { kind: "failed", permanent: false, reason, text };
}
