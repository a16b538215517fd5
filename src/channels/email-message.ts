/**
 * A notice as a mail: who, subject, headers, both bodies. Pure; called by the e-mail channel.
 *
 * Threading: every mail about an alert answers the same root (`In-Reply-To`, `References`), which is derived from the
 * alert's id and never sent itself. Mail programs put a missing root in by themselves (RFC 5256 §3 step 2, JWZ), so no
 * machine needs to know which mail was the first, nor who of the team sent it.
 *
 * Identity: `Message-ID` is derived from the action id alone. An attempt repeated after a crash, or by another machine,
 * is the same mail to whoever receives it.
 */
import { createHash } from "node:crypto";
import type { EpochMs } from "#domain/ids";
import type { Notice } from "#engine/ports";
import { contentOf } from "./email-content.ts";
import { renderHtml, renderText } from "./email-render.ts";
import { shorten, singleLine, withoutDirectionMarks } from "./hostile-text.ts";

export interface MailMessage {
  readonly from: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly date: Date;
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly references: string;
  readonly priority: "high" | "normal";
  readonly headers: Readonly<Record<string, string>>;
}

export interface MailContext {
  readonly from: string;
  readonly address: string;
  readonly consoleUrl: string | null;
  readonly now: EpochMs;
}

/** Most clients show about this much of a subject; servers refuse lines over 998 (RFC 5322 §2.1.1). */
const subjectMax = 150;

export function messageOf(notice: Notice, { from, address, consoleUrl, now }: MailContext): MailMessage {
  const { alert, person } = notice;
  const content = contentOf(notice, consoleUrl);
  // No "again" or counter in it: some programs break a thread when the subject changes.
  const subject = shorten(
    withoutDirectionMarks(`[${alert.severity.toUpperCase()}] ${content.title}`),
    subjectMax,
  );
  const domain = domainOf(from);
  const root = `<alert-${hash(alert.id)}@${domain}>`;
  return {
    from: singleLine(from),
    to: { name: singleLine(person.name), address },
    subject,
    text: renderText(content),
    html: renderHtml(content, subject),
    date: new Date(now),
    messageId: `<${hash(notice.actionId)}@${domain}>`,
    inReplyTo: root,
    references: root,
    priority: alert.severity === "critical" ? "high" : "normal",
    headers: {
      // RFC 3834 §5: keeps holiday replies from coming back; the second one is Exchange's own.
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "X-Tocsin-Alert": alert.id.replace(/[^\w.:-]/g, "_"),
    },
  };
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}

function domainOf(from: string): string {
  return /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1]?.toLowerCase() ?? "tocsin.invalid";
}
