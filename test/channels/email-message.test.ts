/** What a mail says and, above all, what no alert's text can make of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import MimeNode from "nodemailer/lib/mail-composer";
import { messageOf, type MailMessage } from "#channels/email-message";
import type { AlertId } from "#domain/ids";
import type { Notice } from "#engine/ports";
import { buildNotice, openedAt } from "./build-notice.ts";

const context = {
  from: "Tocsin <tocsin@Example.org>",
  address: "ana@example.org",
  consoleUrl: "http://127.0.0.1:8743/#alert",
  now: openedAt,
};
const mail = (notice: Notice): MailMessage => messageOf(notice, context);

describe("a mail", () => {
  test("says what, why, what to do, what follows, in words", () => {
    const alert = { occurrences: 3, details: { mount: "/var", log: "line one\nline two" } };
    expect(mail(buildNotice({ alert })).text).toBe(`CRITICAL: Disk full on db-1
From prometheus, since 5 Jan 2026, 09:00:00 CET, reported 3 times.

Why you
  You are on call in schedule primary.

What to do
  Press Acknowledge in Tocsin's window, or type on a computer that runs Tocsin:
  tocsin ack 01KE6ALERT
  Console: http://127.0.0.1:8743/#alert

What follows
  If nobody acknowledges it, others are asked from 5 Jan 2026, 09:05:00 CET on.

Labels
  team: platform

Details
  mount: /var
  log:
    line one
    line two

Links
  Runbook: https://runbooks.example.org/disk

-- 
Sent by Tocsin. Answers to this mail are not read. Alert 01KE6ALERT, notification 01KE6ALERT.1.ana.email.
`);
  });

  test("leaves out what there is nothing to say about", () => {
    const alert = { labels: {}, details: {}, links: [], nextEscalationAt: null, source: "", title: " " };
    const { text } = messageOf(buildNotice({ alert }), { ...context, consoleUrl: null });
    expect(text).toContain("CRITICAL: (no title)\nFrom an unnamed source,");
    for (const heading of ["What follows", "Labels", "Details", "Links", "Console"])
      expect(text).not.toContain(heading);
  });

  test("is marked as urgent only when it is", () => {
    expect(mail(buildNotice()).priority).toBe("high");
    expect(mail(buildNotice({ alert: { severity: "error" } })).priority).toBe("normal");
  });

  test("offers only web addresses as links, and shows where they really go", () => {
    const links = [
      { href: "https://bank.example@evil.example/x", text: "https://bank.example" },
      { href: "https://xn--e1awd7f.com/" },
      { href: "file:///etc/passwd" },
      { href: "JavaScript:alert(1)" },
      { href: " data:text/html,x" },
    ];
    const { html, text } = mail(buildNotice({ alert: { links } }));
    expect(
      [...html.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)].map(([, href, shown]) => [href, shown]),
    ).toEqual(
      ["http://127.0.0.1:8743/#alert", "https://bank.example@evil.example/x", "https://xn--e1awd7f.com/"].map(
        (href) => [href, href],
      ),
    );
    expect(text).toContain("  https://bank.example: https://bank.example@evil.example/x\n");
    expect(text).toContain("  file:///etc/passwd\n");
  });

  test("is not endless", () => {
    const details = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`key ${index}`, "x".repeat(10_000)]),
    );
    const { text } = mail(buildNotice({ alert: { details } }));
    expect(text.length).toBeLessThan(120_000);
    expect(text).toContain("… and 450 more: tocsin show 01KE6ALERT");
  });

  test("has the identity of its notification, in the thread of its alert", () => {
    const first = mail(buildNotice({ attempt: 1 }));
    expect(mail(buildNotice({ attempt: 2 }))).toEqual(first);
    expect(first.messageId).toMatch(/^<[0-9a-f]{64}@example\.org>$/);
    const second = mail(buildNotice({ alert: { wave: 2 } }));
    expect(second.messageId).not.toBe(first.messageId);
    expect([second.references, second.inReplyTo, second.subject]).toEqual([
      first.references,
      first.references,
      first.subject,
    ]);
    expect(mail(buildNotice({ alert: { id: "other" as AlertId } })).references).not.toBe(first.references);
  });
});

describe("hostile text", () => {
  /** Made of the pieces that break mails, pages and terminals, between any other text. */
  const hostile = fc
    .array(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 20 }),
        fc.constantFrom(
          "\r\n",
          "\n",
          "\r",
          "\0",
          "\u0085",
          "\u2028",
          "\uD800",
          "\u202E",
          "🔥",
          "\r\nBcc: eve@example.org\r\n\r\n",
        ),
        fc.constantFrom(
          "<script>",
          "</title>",
          "<!--",
          "]]>",
          '"',
          "'",
          "&lt;",
          "onload=",
          "<a href=x>",
          "=?utf-8?q?x?=",
          "x".repeat(1_200),
        ),
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join(""));
  const entries = fc.dictionary(hostile, hostile, { maxKeys: 3 });
  const links = fc.array(
    fc.record({
      href: fc.oneof(
        hostile,
        hostile.map((text) => `http://a/${text}`),
      ),
      text: hostile,
    }),
    { maxLength: 2 },
  );
  const content = fc.record({
    title: hostile,
    source: hostile,
    labels: entries,
    details: entries,
    links,
    id: hostile.map((text) => `id ${text}` as AlertId),
  });

  const plainTags = new Set(tagsOf(mail(buildNotice({ alert: { details: { a: "1" } } })).html));
  const plainHeaders = headerNamesOf(mail(buildNotice()));

  test("never adds a header line", async () => {
    await fc.assert(
      fc.asyncProperty(content, hostile, async (alert, why) => {
        const notice = buildNotice({ alert, why });
        expect(await headerNamesOf(mail({ ...notice, person: { ...notice.person, name: why } }))).toEqual(
          await plainHeaders,
        );
      }),
      { numRuns: 200 },
    );
  });

  test("never adds an element or an attribute to the HTML part", () => {
    fc.assert(
      fc.property(content, hostile, (alert, why) => {
        const { html } = mail(buildNotice({ alert, why }));
        expect(tagsOf(html).filter((tag) => !plainTags.has(tag))).toEqual([]);
        expect(withoutTags(html)).not.toMatch(/[<>"]|&(?!amp;|lt;|gt;|quot;)/);
      }),
      { numRuns: 500 },
    );
  });

  test("never passes for a heading of the text part, nor carries a control character", () => {
    const headings = new Set([
      "Why you",
      "What to do",
      "What follows",
      "Labels",
      "Details",
      "Links",
      "-- ",
      "",
    ]);
    fc.assert(
      fc.property(content, hostile, (alert, why) => {
        const { text } = mail(buildNotice({ alert, why }));
        const [, , ...rest] = text.split("\n");
        const flush = rest.filter(
          (line) => !line.startsWith("  ") && !headings.has(line) && !line.startsWith("Sent by Tocsin."),
        );
        expect(flush).toEqual([]);
        expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      { numRuns: 500 },
    );
  });
});

/** The names in the header block of the mail as it goes over the wire. */
async function headerNamesOf(message: MailMessage): Promise<string[]> {
  const raw = (await new MimeNode({ ...message }).compile().build()).toString("latin1");
  const block = raw.slice(0, raw.indexOf("\r\n\r\n"));
  expect(block.replaceAll("\r\n", "")).not.toMatch(/[\r\n\0]/);
  return block
    .replace(/\r\n(?=[ \t])/g, "")
    .split("\r\n")
    .map((line) => line.slice(0, line.indexOf(":")));
}

/** Every tag with its attributes; the addresses of links count as one. */
function tagsOf(html: string): string[] {
  return (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/^<a href="[^"<>]*">$/, '<a href="…">'));
}

/** What is between the tags; the first `<` of `<!DOCTYPE` on, quotes of attributes are inside tags. */
function withoutTags(html: string): string {
  return html.replace(/<[^>]*>/g, "");
}
