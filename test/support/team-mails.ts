/** The mails that a team's machines sent, out of real mailboxes: for which alert, to whom, and which came twice. */
import type { MailServer } from "./mail-server.ts";

export interface TeamMail {
  readonly person: string;
  readonly alertId: string;
  readonly subject: string;
  /** The same for the same notification, whichever machine sends it. */
  readonly messageId: string;
}

export async function mailsOf(server: MailServer, people: readonly string[]): Promise<TeamMail[]> {
  const mails = await Promise.all(
    people.map(async (person) =>
      (await server.mailbox(person).messages()).map(({ subject, headers }) => ({
        person,
        subject,
        alertId: headers.get("x-tocsin-alert")?.[0] ?? "",
        messageId: headers.get("message-id")?.[0] ?? "",
      })),
    ),
  );
  return mails.flat();
}

/** How many of them are copies of another one. */
export function duplicatesIn(mails: readonly TeamMail[]): number {
  return mails.length - new Set(mails.map(({ messageId }) => messageId)).size;
}
