/**
 * What a mail says, before it is text or HTML: headings with lines, so that both parts say the same. Pure; called by
 * `email-message`.
 */
import type { Alert } from "#domain/alert";
import type { EpochMs } from "#domain/ids";
import type { Notice } from "#engine/ports";
import { multiLine, shorten, singleLine, webAddress } from "./hostile-text.ts";

export interface MailContent {
  /** `CRITICAL` … `INFO`. */
  readonly severity: Alert["severity"];
  readonly title: string;
  /** One line below the title. */
  readonly origin: string;
  readonly sections: readonly MailSection[];
  readonly footer: string;
}

export interface MailSection {
  readonly heading: string;
  readonly lines: readonly MailLine[];
}

export interface MailLine {
  readonly name?: string;
  /** May have several lines. */
  readonly value: string;
  /** `command`: to be typed as it is; `link`: `value` is an http(s) address. */
  readonly kind?: "command" | "link";
}

/** The mail stays readable however much a monitoring tool sends; the alert itself is complete in the console. */
const entriesMax = 50;
const valueMax = 2_000;

export function contentOf(notice: Notice, consoleUrl: string | null): MailContent {
  const { alert, person } = notice;
  const id = singleLine(alert.id);
  const time = (at: EpochMs): string => formatTime(at, person.timeZone);
  const reported = alert.occurrences > 1 ? `, reported ${alert.occurrences} times` : "";
  const silent = alert.stale ? " Its source has fallen silent since." : "";

  const todo: MailLine[] = [
    { value: "Press Acknowledge in Tocsin's window, or type on a computer that runs Tocsin:" },
    { value: `tocsin ack ${id}`, kind: "command" },
  ];
  const address = consoleUrl === null ? null : webAddress(consoleUrl);
  if (address !== null) todo.push({ name: "Console", value: address, kind: "link" });

  const next = alert.nextEscalationAt;
  const sections: MailSection[] = [
    { heading: "Why you", lines: [{ value: singleLine(notice.why) }] },
    { heading: "What to do", lines: todo },
    {
      heading: "What follows",
      lines:
        next === null
          ? []
          : [{ value: `If nobody acknowledges it, others are asked from ${time(next)} on.` }],
    },
    { heading: "Labels", lines: entriesOf(alert.labels, id) },
    { heading: "Details", lines: entriesOf(alert.details, id) },
    { heading: "Links", lines: alert.links.slice(0, entriesMax).map(linkOf) },
  ];
  return {
    severity: alert.severity,
    title: singleLine(alert.title) || "(no title)",
    origin: `From ${singleLine(alert.source) || "an unnamed source"}, since ${time(alert.openedAt)}${reported}.${silent}`,
    sections: sections.filter((section) => section.lines.length > 0),
    footer: `Sent by Tocsin. Answers to this mail are not read. Alert ${id}, notification ${singleLine(notice.actionId)}.`,
  };
}

function entriesOf(entries: Readonly<Record<string, string>>, id: string): MailLine[] {
  const all = Object.entries(entries);
  const lines: MailLine[] = all.slice(0, entriesMax).map(([name, value]) => ({
    name: shorten(singleLine(name), 200),
    value: shorten(multiLine(value), valueMax),
  }));
  if (all.length > entriesMax)
    lines.push({ value: `… and ${all.length - entriesMax} more: tocsin show ${id}` });
  return lines;
}

/** Only http(s) becomes a link, shown with its full address; anything else stays text. */
function linkOf(link: Alert["links"][number]): MailLine {
  const name = link.text === undefined ? {} : { name: shorten(singleLine(link.text), 200) };
  const address = webAddress(link.href);
  return address === null
    ? { ...name, value: shorten(singleLine(link.href), valueMax) }
    : { ...name, value: address, kind: "link" };
}

/** In the person's own time zone, which is named: `5 Jan 2026, 09:00:00 CET`. */
function formatTime(at: EpochMs, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = formatIn(timeZone);
    formats.set(timeZone, format);
  }
  return format.format(at);
}

/** By time zone; the team has but a few. Making one costs more than writing the rest of a mail. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const style = { dateStyle: "medium", timeStyle: "long" } as const;
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone, ...style });
  } catch {
    // The team is another machine's, and its tables know zones that these do not: better in UTC than not at all.
    return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...style });
  }
}
