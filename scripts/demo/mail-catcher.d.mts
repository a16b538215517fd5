/** Types of mail-catcher.mjs, for the tests. */
export interface CaughtMail {
  /** Epoch ms. */
  readonly at: number;
  /** Addresses of the envelope. */
  readonly to: readonly string[];
  readonly subject: string;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly source: string;
}

export interface MailCatcher {
  readonly port: number;
  /** In order of arrival. */
  readonly mails: readonly CaughtMail[];
  stop(): Promise<void>;
}

export function startMailCatcher(options?: {
  readonly onMail?: (mail: CaughtMail) => void;
  readonly answerAfterMs?: number;
}): Promise<MailCatcher>;
