/**
 * Whether mail can reach people, among the engine's problems: the server that cannot be used (`channel`: tried before
 * anything has to be sent, see `email-watch`) and the addresses that it refuses (`refused-mail`). Used by `compose`.
 */
import { EmailWatch, type EmailWatchOptions } from "#channels/email-watch";
import { defaultEmailLimits } from "#channels/email-pool";
import { verifyEmail, type EmailVerification } from "#channels/email-verify";
import type { EmailSettings } from "#config/email-schema";
import type { TeamSecrets } from "#config/load-team";
import type { EpochMs } from "#domain/ids";
import type { Outcome } from "#domain/input";
import { refusedMailText } from "#domain/refused-mail";
import type { LoopEngine } from "#engine/engine";
import type { Channel, Clock } from "#engine/ports";
import { mailTroubleText } from "#engine/problem-watch";

export interface MailHealthOptions {
  readonly clock: Clock;
  /** What the team file says of mail, as it is now; null: it has not been read yet. */
  readonly mail: () => Pick<TeamSecrets, "email" | "missingVariable"> | null;
  readonly verify?: EmailWatchOptions["verify"];
}

export type MailReport = Pick<LoopEngine, "state" | "onChange" | "reportProblem" | "clearProblem">;

/** After a mail that the server has not taken in time, a mere login proves nothing for so long. */
const doubtAfterTimeOutMs = 600_000;

export class MailHealth {
  private readonly watch: EmailWatch;
  private engine: MailReport | null = null;
  private channel: Channel | null = null;
  private timedOutAt: EpochMs | null = null;
  private missing: string | null = null;
  private stopListening = () => {};

  constructor(private readonly options: MailHealthOptions) {
    const { clock, mail, verify = tryServer } = options;
    this.watch = new EmailWatch({
      clock,
      settings: () => (mail()?.missingVariable === null ? mail()!.email : null),
      verify,
      onVerified: (verification) => this.verified(verification),
    });
    clock.onStep((deltaMs) => {
      if (this.timedOutAt !== null) this.timedOutAt += deltaMs;
      this.watch.doubt();
    });
  }

  /** The channel, whose mails are a better proof than any try. */
  watching(channel: Channel): Channel {
    this.channel = channel;
    return {
      via: channel.via,
      send: async (notice, signal) => {
        const outcome = await channel.send(notice, signal);
        this.mailEnded(outcome);
        return outcome;
      },
      close: () => channel.close(),
    };
  }

  /** After the engine has read its journal; does not wait for the mail server. */
  begin(engine: MailReport): void {
    this.engine = engine;
    this.stopListening = engine.onChange(({ facts }) => {
      const concerns = facts.some(({ kind }) => kind.startsWith("notification-") || kind === "team-adopted");
      if (concerns) this.lookAtRefusals();
    });
    this.look();
  }

  /** The mail settings may be other ones now, or the team. */
  look(): void {
    const mail = this.options.mail();
    if (this.engine === null || mail === null) return;
    this.lookAtRefusals();
    const { missingVariable, email } = mail;
    if (missingVariable !== null) {
      const text = `E-mail cannot be sent: the environment variable ${missingVariable} with its password is not set.`;
      this.engine.reportProblem("channel", `${text} Set it and start Tocsin again.`);
    } else if (email === null || this.missing !== null) this.engine.clearProblem("channel");
    this.missing = missingVariable;
    this.watch.look();
  }

  /** Closes the channel as well. Stopping twice does nothing. */
  async stop(): Promise<void> {
    this.stopListening();
    this.watch.stop();
    await this.channel?.close();
  }

  private verified(verification: EmailVerification): void {
    if (!verification.ok) {
      return this.engine?.reportProblem("channel", mailTroubleText(verification.text));
    }
    const now = this.options.clock.now();
    if (this.timedOutAt !== null && now - this.timedOutAt < doubtAfterTimeOutMs) return;
    this.timedOutAt = null;
    this.engine?.clearProblem("channel");
  }

  private mailEnded(outcome: Outcome): void {
    if (outcome.kind === "sent") {
      this.timedOutAt = null;
      this.watch.proved();
    }
    if (outcome.kind !== "failed" || outcome.refused !== undefined) return;
    if (outcome.reason === "timed-out") this.timedOutAt = this.options.clock.now();
    if (isOfTheServer.has(outcome.reason)) this.watch.doubt();
  }

  private lookAtRefusals(): void {
    const { team, lastMails } = this.engine!.state;
    const from = this.options.mail()?.email?.from ?? null;
    const text = team === null ? null : refusedMailText(lastMails, team, from);
    if (text === null) this.engine!.clearProblem("refused-mail");
    else this.engine!.reportProblem("refused-mail", text);
  }
}

function tryServer(settings: EmailSettings, signal: AbortSignal): Promise<EmailVerification> {
  return verifyEmail(settings, defaultEmailLimits, signal);
}

type Reason = Extract<Outcome, { kind: "failed" }>["reason"];
/** As opposed to what is wrong with one mail. */
const isOfTheServer: ReadonlySet<Reason> = new Set(["authentication", "unreachable", "timed-out"]);
